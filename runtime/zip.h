#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lithe {

/// The checksum of zip files (ISO 3309, polynomial 0xEDB88320). `start` is the checksum of what
/// came before.
uint32_t crc32(std::span<const std::byte> bytes, uint32_t start = 0);

/// A file in a zip archive; views of the archive.
struct ZipEntry {
    std::string_view name;
    std::span<const std::byte> data;
    uint32_t crc32 = 0;
};

/// Finds the files of a zip archive whose files are stored, not compressed. Knows zip64. Files of
/// which `is_needed` says no are left out, and may be compressed.
///
/// Throws UserErrors that begin with `where`.
/// Errors: zip.format, zip.compressed, zip.duplicate_name.
/// Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", version 6.3.10, section 4.
std::vector<ZipEntry> read_zip(std::span<const std::byte> archive, std::string_view where,
                               bool (*is_needed)(std::string_view name) = nullptr);

/// Errors: zip.crc32.
void check_crc32(const ZipEntry& entry, std::string_view where);

/// Makes a zip archive of stored files, as pieces for `write_file`: the files' own bytes are not
/// copied.
///
/// Each file's data begin at a multiple of `alignment` bytes. Dates are left at zero, so equal
/// files give equal archives.
class ZipWriter {
public:
    /// Sizes and offsets from `zip64_from` up are written in the zip64 form; only tests need
    /// another value.
    explicit ZipWriter(size_t alignment = 64, uint64_t zip64_from = 0xFFFFFFFF)
        : alignment_(alignment), zip64_from_(zip64_from) {}

    /// `data` must outlive the pieces.
    void add(std::string_view name, std::span<const std::byte> data);
    /// Ends the archive. The pieces point into this object and into the data.
    std::vector<std::span<const std::byte>> finish();

private:
    struct File {
        std::string name;
        std::span<const std::byte> data;
        uint32_t crc32;
        uint64_t header_offset;
        std::string header;
    };

    bool is_large(uint64_t number) const { return number >= zip64_from_; }
    std::string local_header(const File& file) const;
    void append_directory_entry(std::string& directory, const File& file) const;

    size_t alignment_;
    uint64_t zip64_from_;
    uint64_t offset_ = 0;
    std::vector<File> files_;
    std::string directory_;
};

}  // namespace lithe
