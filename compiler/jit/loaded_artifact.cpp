#include "compiler/jit/loaded_artifact.h"

#include <dlfcn.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/Support/TargetSelect.h>

#include <cstring>
#include <mutex>

#include "compiler/emit/table.h"
#include "compiler/lower/object.h"
#include "runtime/error.h"
#include "runtime/parallel.h"

namespace lithe::jit {
namespace {

template <class T>
T checked(llvm::Expected<T> value, const char* what) {
    if (!value) {
        throw InternalError("jit.load",
                            std::string("jit: ") + what + ": " + llvm::toString(value.takeError()));
    }
    return std::move(*value);
}

void check(llvm::Error error, const char* what) {
    if (error) {
        throw InternalError("jit.load",
                            std::string("jit: ") + what + ": " + llvm::toString(std::move(error)));
    }
}

std::unique_ptr<llvm::orc::LLJIT> make_jit() {
    static std::once_flag once;
    std::call_once(once, [] {
        llvm::InitializeNativeTarget();
        llvm::InitializeNativeTargetAsmPrinter();
    });
    auto jit = checked(llvm::orc::LLJITBuilder().create(), "cannot start ORC");
    llvm::orc::SymbolMap symbols;
    auto add = [&](const char* name, auto* address) {
        symbols[jit->mangleAndIntern(name)] = llvm::orc::ExecutorSymbolDef(
            llvm::orc::ExecutorAddr::fromPtr(address), llvm::JITSymbolFlags::Exported);
    };
    add("lithe_do_par_for", &lithe_do_par_for);
    add("memcpy", static_cast<void* (*)(void*, const void*, size_t)>(&std::memcpy));
    add("memmove", static_cast<void* (*)(void*, const void*, size_t)>(&std::memmove));
    add("memset", static_cast<void* (*)(void*, int, size_t)>(&std::memset));
    for (const char* name : lower::libm_symbols)
        add(name, static_cast<char*>(dlsym(RTLD_DEFAULT, name)));
    check(jit->getMainJITDylib().define(llvm::orc::absoluteSymbols(std::move(symbols))),
          "cannot define the runtime's symbols");
    return jit;
}

}  // namespace

struct LoadedArtifact::State {
    std::unique_ptr<llvm::orc::LLJIT> jit;
    const lithe_artifact* table = nullptr;
};

LoadedArtifact::LoadedArtifact(const Compiled& compiled) : state_(std::make_unique<State>()) {
    state_->jit = make_jit();
    auto add = [&](const std::string& object, const std::string& name) {
        check(state_->jit->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(object, name)),
              "cannot add an object");
    };
    const std::vector<const Compiled*> levels = compiled.levels();
    const auto symbol = [](size_t level) {
        return "lithe_table" + (level > 0 ? "_" + std::to_string(level) : std::string());
    };
    for (size_t i = 0; i < levels.size(); ++i) {
        std::vector<std::string> names;
        for (const lower::Kernel& kernel : levels[i]->kernels) {
            add(kernel.object, kernel.name);
            names.push_back(kernel.name);
        }
        add(emit::table_object(symbol(i), levels[i]->encoded, names, levels[i]->target,
                               i + 1 < levels.size() ? symbol(i + 1) : ""),
            "table");
    }
    state_->table = checked(state_->jit->lookup("lithe_table"), "cannot load the tables")
                        .toPtr<const lithe_artifact*>();
}

LoadedArtifact::~LoadedArtifact() = default;
LoadedArtifact::LoadedArtifact(LoadedArtifact&&) noexcept = default;
LoadedArtifact& LoadedArtifact::operator=(LoadedArtifact&&) noexcept = default;

const lithe_artifact& LoadedArtifact::table() const { return *state_->table; }

}  // namespace lithe::jit
