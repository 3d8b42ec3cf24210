#include "dsl/io/file_format.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <string_view>

namespace lithe {

bool is_torch_name(const std::string& path) {
    constexpr std::string_view endings[] = {".pt", ".pth", ".ckpt", ".bin"};
    return std::any_of(std::begin(endings), std::end(endings),
                       [&](std::string_view ending) { return path.ends_with(ending); });
}

bool has_zip_magic(const std::string& path) {
    std::array<char, 4> start{};
    std::ifstream(path, std::ios::binary).read(start.data(), start.size());
    return std::memcmp(start.data(), "PK\x03\x04", 4) == 0;
}

}  // namespace lithe
