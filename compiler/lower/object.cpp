#include "compiler/lower/object.h"

#include <llvm/ObjCopy/CommonConfig.h>
#include <llvm/ObjCopy/ConfigManager.h>
#include <llvm/ObjCopy/ObjCopy.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SHA1.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>

#include "compiler/lower/body.h"
#include "runtime/error.h"

namespace lithe::lower {
namespace {

/// What a kernel may ask of the program that it is linked into, beside the C library's functions.
constexpr const char* allowed_symbols[] = {"lithe_do_par_for", "memcpy", "memmove", "memset"};

bool is_allowed(const std::string& symbol) {
    const auto has = [&](const auto& names) {
        return std::any_of(std::begin(names), std::end(names),
                           [&](const char* name) { return symbol == name; });
    };
    return has(allowed_symbols) || has(libm_symbols);
}

[[noreturn]] void fail(const std::string& what, llvm::Error error) {
    throw InternalError("lower.object", "lower: " + what + ": " + llvm::toString(std::move(error)));
}

std::unique_ptr<llvm::object::ObjectFile> open(const std::string& object) {
    auto file =
        llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(object, "kernel.o"));
    if (!file) fail("cannot read an object", file.takeError());
    return std::move(*file);
}

/// Halide counts the parts of parallel loops over the life of the process; here each kernel counts
/// its own, so that equal kernels have equal bytes whatever was compiled before or beside them.
void rename_parts(const llvm::object::ObjectFile& file, const std::string& name,
                  llvm::objcopy::CommonConfig& common, std::vector<std::string>& names) {
    const std::string mark = name + "_par_for_";
    std::vector<std::string> found;
    for (const llvm::object::SymbolRef& symbol : file.symbols()) {
        auto text = symbol.getName();
        if (!text) fail("cannot read a symbol", text.takeError());
        if (text->starts_with(mark)) found.push_back(text->str());
    }
    names.reserve(3 * found.size());  // the config keeps references to them
    for (size_t i = 0; i < found.size(); ++i) {
        const std::string& part = names.emplace_back(name + "_part_" + std::to_string(i));
        common.SymbolsToRename[found[i]] = part;
        const std::string& from = names.emplace_back(".text." + found[i]);
        const std::string& to = names.emplace_back(".text." + part);
        llvm::objcopy::SectionRename rename;
        rename.OriginalName = from;
        rename.NewName = to;
        common.SectionsToRename.try_emplace(from, rename);
    }
}

}  // namespace

Symbols object_symbols(const std::string& object) {
    Symbols symbols;
    const auto file = open(object);
    for (const llvm::object::SymbolRef& symbol : file->symbols()) {
        auto flags = symbol.getFlags();
        auto name = symbol.getName();
        if (!flags) fail("cannot read a symbol", flags.takeError());
        if (!name) fail("cannot read a symbol", name.takeError());
        if (name->empty()) continue;
        if (*flags & llvm::object::SymbolRef::SF_Undefined) {
            symbols.undefined.push_back(name->str());
        } else if (*flags & llvm::object::SymbolRef::SF_Global) {
            symbols.exported.push_back(name->str());
        }
    }
    return symbols;
}

std::string finish_object(const std::string& object, const std::string& name) {
    llvm::objcopy::ConfigManager config;
    llvm::objcopy::CommonConfig& common = config.Common;
    common.InputFilename = "kernel.o";
    common.OutputFilename = "kernel.o";
    common.SymbolsToRename["halide_do_par_for"] = "lithe_do_par_for";
    // The config keeps references to these.
    const std::string direct = name + "_direct", exported = name + "_argv";
    common.SymbolsToRename[name] = direct;
    common.SymbolsToRename[exported] = name;
    // Names are matched before they are changed.
    auto keep = llvm::objcopy::NameOrPattern::create(exported, llvm::objcopy::MatchStyle::Literal,
                                                     [](llvm::Error e) { return e; });
    if (!keep) fail("cannot name a symbol", keep.takeError());
    if (llvm::Error error = common.SymbolsToKeepGlobal.addMatcher(std::move(keep))) {
        fail("cannot keep a symbol", std::move(error));
    }

    const auto file = open(object);
    std::vector<std::string> part_names;
    rename_parts(*file, name, common, part_names);
    llvm::SmallVector<char, 0> bytes;
    llvm::raw_svector_ostream out(bytes);
    if (llvm::Error error = llvm::objcopy::executeObjcopyOnBinary(config, *file, out)) {
        fail("objcopy", std::move(error));
    }
    std::string finished(bytes.begin(), bytes.end());
    for (const std::string& symbol : object_symbols(finished).undefined) {
        if (!is_allowed(symbol)) {
            throw InternalError("lower.symbol", "lower: the kernel " + name + " needs '" + symbol +
                                                    "', which the runtime does not have");
        }
    }
    return finished;
}

std::string content_hash(std::string_view text) {
    const auto digest =
        llvm::SHA1::hash({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
    std::string hex;
    for (size_t i = 0; i < 16; ++i) {
        constexpr char digits[] = "0123456789abcdef";
        hex += digits[digest[i] >> 4];
        hex += digits[digest[i] & 15];
    }
    return hex;
}

}  // namespace lithe::lower
