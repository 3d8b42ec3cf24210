#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/error.h"

namespace lithe::tests {

inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

inline std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The bytes on the heap with nothing around them, so that the address sanitizer sees every step
/// beyond them; `offset` bytes after an aligned address.
class ExactCopy {
public:
    explicit ExactCopy(std::string_view text, size_t offset = 0)
        : memory_(new char[text.size() + offset]), bytes_(memory_ + offset, text.size()) {
        std::memcpy(memory_ + offset, text.data(), text.size());
    }
    ~ExactCopy() { delete[] memory_; }
    ExactCopy(const ExactCopy&) = delete;
    ExactCopy& operator=(const ExactCopy&) = delete;

    std::span<const std::byte> bytes() const { return std::as_bytes(bytes_); }

private:
    char* memory_;
    std::span<const char> bytes_;
};

/// What the Error says that `action` throws; "no error" where it throws none.
template <typename Action>
std::string message_of(Action&& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

/// A new folder that is removed at the end.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "lithe-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = pattern;
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::string operator/(std::string_view name) const { return (path_ / name).string(); }
    size_t file_count() const {
        const std::filesystem::directory_iterator files(path_);
        return static_cast<size_t>(std::distance(begin(files), end(files)));
    }

private:
    std::filesystem::path path_;
};

inline std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_text(const std::string& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

}  // namespace lithe::tests
