// Finds the author's line of a call from its return addresses and the program's debug lines, so
// that no operator and no layer needs a location argument.
#include <dlfcn.h>
#include <llvm/DebugInfo/Symbolize/Symbolize.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

#include "dsl/author_line.h"
#include "dsl/tracer.h"

namespace lithe {
namespace {

/// Whether a file is one of lithe's own headers, in the source tree or installed.
bool belongs_to_lithe(const std::string& file) {
    for (const char* folder : {"/dsl/", "/compiler/", "/runtime/"}) {
        if (file.starts_with(folder + 1)) return true;  // built in the tree, its path taken off
        const size_t at = file.rfind(folder);
        if (at == std::string::npos) continue;
        // Built in the tree, all paths relative: behind the folder of the build.
        if (file.starts_with("build/") && file.find('/', 6) == at) return true;
        std::error_code error;
        if (std::filesystem::exists(file.substr(0, at) + "/dsl/author_line.h", error)) return true;
    }
    return file.starts_with("/usr/") || file.find("/bits/") != std::string::npos ||
           file == "<invalid>";
}

/// Looks addresses up once; the tables behind it are costly to load.
class LineTable {
public:
    /// The author's `file:line` at an address, empty inside of lithe or where nothing is known.
    std::string find(void* address) {
        const std::lock_guard lock(mutex_);
        const auto [at, is_new] = known_.try_emplace(address);
        if (is_new) at->second = look_up(address);
        return at->second;
    }

private:
    std::string look_up(void* address) {
        Dl_info where{}, own{};
        if (!dladdr(address, &where) || !where.dli_fname) return {};
        dladdr(reinterpret_cast<void*>(&capture_stack), &own);
        if (where.dli_fbase == own.dli_fbase) return {};
        // A return address points behind the call.
        const auto offset =
            reinterpret_cast<uintptr_t>(address) - reinterpret_cast<uintptr_t>(where.dli_fbase) - 1;
        auto frames = symbolizer_.symbolizeInlinedCode(
            std::string(where.dli_fname), {offset, llvm::object::SectionedAddress::UndefSection});
        if (!frames) {
            llvm::consumeError(frames.takeError());
            return {};
        }
        for (uint32_t i = 0; i < frames->getNumberOfFrames(); ++i) {
            const llvm::DILineInfo& frame = frames->getFrame(i);
            if (frame.Line == 0 || belongs_to_lithe(frame.FileName)) continue;
            const size_t slash = frame.FileName.rfind('/');
            return frame.FileName.substr(slash == std::string::npos ? 0 : slash + 1) + ":" +
                   std::to_string(frame.Line);
        }
        return {};
    }

    std::mutex mutex_;
    llvm::symbolize::LLVMSymbolizer symbolizer_;
    std::map<void*, std::string> known_;
};

}  // namespace

std::string author_line(std::span<void* const> stack) {
    static LineTable table;
    for (void* address : stack) {
        if (std::string line = table.find(address); !line.empty()) return line;
    }
    return {};
}

}  // namespace lithe
