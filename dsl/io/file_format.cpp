#include "dsl/io/file_format.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include "runtime/error.h"

namespace lithe {

bool is_torch_name(const std::string& path) {
    constexpr std::string_view endings[] = {".pt", ".pth", ".ckpt", ".bin"};
    return std::any_of(std::begin(endings), std::end(endings),
                       [&](std::string_view ending) { return path.ends_with(ending); });
}

bool is_safetensors_name(const std::string& path) { return path.ends_with(".safetensors"); }

bool has_zip_magic(std::span<const std::byte> bytes) {
    return bytes.size() >= 4 && std::memcmp(bytes.data(), "PK\x03\x04", 4) == 0;
}

bool has_zip_magic(const std::string& path) {
    std::array<char, 4> start{};
    std::ifstream(path, std::ios::binary).read(start.data(), start.size());
    return has_zip_magic(std::as_bytes(std::span(start)));
}

void write_stream(std::ostream& stream, std::span<const std::byte> bytes) {
    stream.write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
    if (!stream) {
        throw UserError("file.write", "file: " + std::to_string(bytes.size()) +
                                          " bytes cannot be written to the stream");
    }
}

std::vector<std::byte> read_stream(std::istream& stream) {
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

}  // namespace lithe
