#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace lithe {

/// The bytes of a file, for reading.
///
/// A regular file is mapped: its pages are read when they are first used and shared between
/// processes. Where that is not possible (a pipe, a file system without mmap) the file is read into
/// memory. The address is aligned to at least 64 bytes. Another process must not shorten the file
/// while it is mapped: reading it would end the program.
class MappedFile {
public:
    MappedFile() = default;
    /// Errors: file.open, file.read.
    static MappedFile open(const std::string& path);
    /// Never maps: later changes to the file do not matter.
    static MappedFile read(const std::string& path);

    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    ~MappedFile();

    std::span<const std::byte> bytes() const { return {data_, size_}; }
    /// False where the file was read into memory.
    bool is_mapped() const { return mapped_; }

private:
    std::byte* data_ = nullptr;
    size_t size_ = 0;
    bool mapped_ = false;
};

/// Gives back the memory of what was read of a mapped file; it is read again when it is used again.
void release_pages(std::span<const std::byte> part_of_mapped_file);

/// Writes the pieces one after the other as the whole new content of a file.
///
/// The file is replaced in one step: whoever opens it sees the old content or the new one, and
/// after an error the old one is untouched. A symbolic link is followed. What exists and is no
/// regular file (a pipe, a device) is written to directly. Errors: file.write.
void write_file(const std::string& path, std::span<const std::span<const std::byte>> pieces);
void write_file(const std::string& path, std::span<const std::byte> bytes);

}  // namespace lithe
