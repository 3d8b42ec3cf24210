#include "compiler/driver/headers.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

namespace lithe::driver {
namespace {

namespace fs = std::filesystem;

/// What a model's program may include and is installed under the same name: neither the inner parts
/// of the compiler nor what the build writes.
bool counts(const std::string& name) {
    const bool is_header = name.ends_with(".h") || name.ends_with(".inc");
    if (!is_header || name == "dsl/op_list.h" || name == "runtime/version.h") return false;
    constexpr const char* others[] = {"dsl/include/",  "compiler/include/", "compiler/emit/",
                                      "compiler/jit/", "compiler/lower/",   "compiler/passes/",
                                      "compiler/plan/"};
    return std::none_of(std::begin(others), std::end(others),
                        [&](const char* folder) { return name.starts_with(folder); });
}

std::vector<std::string> names_below(const fs::path& root) {
    std::vector<std::string> names;
    for (const char* folder : {"runtime", "dsl", "compiler"}) {
        std::error_code error;
        for (const auto& entry : fs::recursive_directory_iterator(root / folder, error)) {
            std::string name = entry.path().lexically_relative(root).generic_string();
            if (counts(name)) names.push_back(std::move(name));
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// FNV-1a of the text and where it ends.
void add(uint64_t& hash, std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    hash = (hash ^ 0x100) * 0x100000001b3u;
}

}  // namespace

std::string headers_hash(const fs::path& root) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (const std::string& name : names_below(root)) {
        std::ifstream file(root / name, std::ios::binary);
        add(hash, name);
        add(hash, std::string{std::istreambuf_iterator<char>(file), {}});
    }
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[hash >> shift & 15];
    return text;
}

}  // namespace lithe::driver
