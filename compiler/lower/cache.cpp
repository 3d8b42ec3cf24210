#include "compiler/lower/cache.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>

#include "compiler/ir/kernel_key.h"
#include "compiler/lower/body.h"
#include "compiler/lower/object.h"
#include "runtime/error.h"
#include "runtime/file.h"

namespace lithe::lower {
namespace {

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return std::move(content).str();
}

/// A cached object counts only if its own hash, stored in front, agrees.
bool unpack(const std::string& entry, const std::string& name, std::string& object) {
    if (entry.size() < 33 || entry[32] != '\n') return false;
    object = entry.substr(33);
    if (content_hash(object) != entry.substr(0, 32)) return false;
    for (const std::string& symbol : object_symbols(object).exported) {
        if (symbol == name) return true;
    }
    return false;
}

}  // namespace

std::vector<std::string> symbols_of(const ir::Node& group) { return ir::kernel_symbols(group); }

Kernel cached_kernel(const ir::Node& group, const Target& target, const std::string& folder) {
    if (folder.empty()) return compile_kernel(group, target);
    const std::string name = kernel_name(group, target);
    const std::string path = folder + "/" + name;
    Kernel kernel;
    if (unpack(read(path), name, kernel.object)) {
        kernel.name = name;
        kernel.symbols = symbols_of(group);
        kernel.was_cached = true;
        return kernel;
    }
    kernel = compile_kernel(group, target);
    std::error_code error;
    std::filesystem::create_directories(folder, error);  // what is wrong, write_file says
    const std::string entry = content_hash(kernel.object) + "\n" + kernel.object;
    write_file(path, std::as_bytes(std::span(entry.data(), entry.size())));
    return kernel;
}

}  // namespace lithe::lower
