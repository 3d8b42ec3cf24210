#include "runtime/zip.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>

#include "runtime/error.h"
#include "runtime/text.h"
#include "runtime/zip_format.h"

namespace lithe {
namespace {

using CrcTables = std::array<std::array<uint32_t, 256>, 4>;

/// tables[k][b] is the checksum of byte b followed by k zeros, so that four bytes take four
/// look-ups.
CrcTables make_crc_tables() {
    CrcTables tables{};
    for (uint32_t byte = 0; byte < 256; ++byte) {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320 : 0);
        tables[0][byte] = value;
    }
    for (size_t k = 1; k < 4; ++k) {
        for (size_t byte = 0; byte < 256; ++byte) {
            const uint32_t before = tables[k - 1][byte];
            tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
        }
    }
    return tables;
}

[[noreturn, gnu::cold, gnu::noinline]] void fail(std::string_view where, std::string_view reason,
                                                 std::initializer_list<std::string_view> text) {
    throw UserError(concat({"zip.", reason}), concat({where, concat(text)}));
}

/// Bytes of the archive that are known to be there; reads numbers off their front.
class Cursor {
public:
    explicit Cursor(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template <typename Number>
    Number take() {
        LITHE_ASSERT(bytes_.size() >= sizeof(Number));
        Number number;
        std::memcpy(&number, bytes_.data(), sizeof(Number));
        bytes_ = bytes_.subspan(sizeof(Number));
        return number;
    }
    void skip(size_t count) {
        LITHE_ASSERT(bytes_.size() >= count);
        bytes_ = bytes_.subspan(count);
    }
    size_t left() const { return bytes_.size(); }

private:
    std::span<const std::byte> bytes_;
};

struct Directory {
    uint64_t entry_count;
    uint64_t size;
    uint64_t offset;
};

struct DirectoryEntry {
    std::string_view name;
    uint16_t flags;
    uint16_t method;
    uint32_t crc32;
    uint64_t compressed_size;
    uint64_t size;
    uint64_t header_offset;
};

class Reader {
public:
    Reader(std::span<const std::byte> archive, std::string_view where)
        : archive_(archive), where_(where) {}

    std::vector<ZipEntry> read(bool (*is_needed)(std::string_view name)) {
        const Directory directory = find_directory();
        if (directory.entry_count > directory.size / zip::directory_entry_size) {
            fail(where_, "format",
                 {"the zip directory of ", decimal(static_cast<int64_t>(directory.size)),
                  " bytes is too small for its number of files"});
        }
        std::vector<ZipEntry> entries;
        entries.reserve(directory.entry_count);
        uint64_t at = directory.offset;
        const uint64_t end = directory.offset + directory.size;
        for (uint64_t i = 0; i < directory.entry_count; ++i) {
            const DirectoryEntry entry = read_directory_entry(at, end);
            if (is_needed != nullptr && !is_needed(entry.name)) continue;
            entries.push_back({entry.name, find_data(entry), entry.crc32});
        }
        std::vector<std::string_view> names;
        for (const ZipEntry& entry : entries) names.push_back(entry.name);
        if (const auto twice = find_duplicate(std::move(names))) {
            fail(where_, "duplicate_name", {"the zip file ", quote(*twice), " comes twice"});
        }
        return entries;
    }

private:
    /// The bytes [offset, offset + size), which must lie before `end`.
    std::span<const std::byte> slice(uint64_t offset, uint64_t size, uint64_t end,
                                     std::string_view what) const {
        if (offset > end || size > end - offset) {
            fail(where_, "format",
                 {what, " at byte ", std::to_string(offset), " with ", std::to_string(size),
                  " bytes ends beyond byte ", std::to_string(end)});
        }
        return archive_.subspan(offset, size);
    }

    Cursor record(uint64_t offset, uint64_t size, uint64_t end, uint32_t signature,
                  std::string_view what) const {
        Cursor cursor(slice(offset, size, end, what));
        if (cursor.take<uint32_t>() != signature) {
            fail(where_, "format", {"no ", what, " at byte ", std::to_string(offset)});
        }
        return cursor;
    }

    /// The end record is the last thing of the file but for a comment.
    uint64_t find_end() const {
        constexpr uint64_t longest_comment = 0xFFFF;
        const uint64_t size = archive_.size();
        for (uint64_t tail = zip::end_size; tail <= size && tail <= zip::end_size + longest_comment;
             ++tail) {
            Cursor cursor(archive_.subspan(size - tail));
            if (cursor.take<uint32_t>() != zip::end_signature) continue;
            cursor.skip(zip::end_size - 6);
            if (cursor.take<uint16_t>() == cursor.left()) return size - tail;
        }
        fail(where_, "format",
             {"no end of a zip archive in the file's ", std::to_string(size), " bytes"});
    }

    Directory find_directory() const {
        const uint64_t end = find_end();
        Cursor cursor = record(end, zip::end_size, archive_.size(), zip::end_signature, "zip end");
        cursor.skip(6);
        Directory directory{};
        directory.entry_count = cursor.take<uint16_t>();
        directory.size = cursor.take<uint32_t>();
        directory.offset = cursor.take<uint32_t>();
        if (directory.entry_count == 0xFFFF || directory.size == 0xFFFFFFFF ||
            directory.offset == 0xFFFFFFFF) {
            read_end64(end, directory);
        }
        slice(directory.offset, directory.size, end, "the zip directory");
        return directory;
    }

    void read_end64(uint64_t end, Directory& directory) const {
        const uint64_t at = end < zip::locator64_size ? end : end - zip::locator64_size;
        Cursor locator =
            record(at, zip::locator64_size, end, zip::locator64_signature, "zip64 end locator");
        locator.skip(4);
        Cursor cursor = record(locator.take<uint64_t>(), zip::end64_size, end, zip::end64_signature,
                               "zip64 end");
        cursor.skip(28);
        directory.entry_count = cursor.take<uint64_t>();
        directory.size = cursor.take<uint64_t>();
        directory.offset = cursor.take<uint64_t>();
    }

    /// Reads the entry at `at` and moves `at` behind it.
    DirectoryEntry read_directory_entry(uint64_t& at, uint64_t end) const {
        Cursor cursor = record(at, zip::directory_entry_size, end, zip::directory_signature,
                               "zip directory entry");
        DirectoryEntry entry{};
        cursor.skip(4);
        entry.flags = cursor.take<uint16_t>();
        entry.method = cursor.take<uint16_t>();
        cursor.skip(4);
        entry.crc32 = cursor.take<uint32_t>();
        entry.compressed_size = cursor.take<uint32_t>();
        entry.size = cursor.take<uint32_t>();
        const auto name_size = cursor.take<uint16_t>();
        const auto extra_size = cursor.take<uint16_t>();
        const auto comment_size = cursor.take<uint16_t>();
        cursor.skip(8);
        entry.header_offset = cursor.take<uint32_t>();

        at += zip::directory_entry_size;
        const auto tail =
            slice(at, uint64_t{name_size} + extra_size + comment_size, end, "zip directory entry");
        at += tail.size();
        entry.name = {reinterpret_cast<const char*>(tail.data()), name_size};
        read_extra(Cursor(tail.subspan(name_size, extra_size)), entry);
        return entry;
    }

    /// Takes from the zip64 field what did not fit into the entry itself.
    void read_extra(Cursor extra, DirectoryEntry& entry) const {
        while (extra.left() >= 4) {
            const auto id = extra.take<uint16_t>();
            const auto size = extra.take<uint16_t>();
            if (size > extra.left()) break;
            if (id != zip::zip64_extra) {
                extra.skip(size);
                continue;
            }
            size_t left = size;
            for (uint64_t* number : {&entry.size, &entry.compressed_size, &entry.header_offset}) {
                if (*number != 0xFFFFFFFF || left < 8) continue;
                *number = extra.take<uint64_t>();
                left -= 8;
            }
            return;
        }
    }

    std::span<const std::byte> find_data(const DirectoryEntry& entry) const {
        const std::string name = quote(entry.name);
        if (entry.method != 0 || entry.compressed_size != entry.size) {
            fail(where_, "compressed",
                 {"the zip file ", name, " is compressed, only stored ones can be read"});
        }
        if ((entry.flags & zip::encrypted_flag) != 0) {
            fail(where_, "compressed", {"the zip file ", name, " is encrypted"});
        }
        Cursor local = record(entry.header_offset, zip::local_size, archive_.size(),
                              zip::local_signature, "zip file header");
        local.skip(22);
        const auto name_size = local.take<uint16_t>();
        const auto extra_size = local.take<uint16_t>();
        const uint64_t name_at = entry.header_offset + zip::local_size;
        const auto local_name = slice(name_at, name_size, archive_.size(), "zip file header");
        if (!std::equal(local_name.begin(), local_name.end(),
                        std::as_bytes(std::span(entry.name)).begin(),
                        std::as_bytes(std::span(entry.name)).end())) {
            fail(where_, "format", {"the zip file ", name, " has another name at its data"});
        }
        return slice(name_at + name_size + extra_size, entry.size, archive_.size(), name);
    }

    std::span<const std::byte> archive_;
    std::string_view where_;
};

}  // namespace

uint32_t crc32(std::span<const std::byte> bytes, uint32_t start) {
    // In a few microseconds, where a program would carry 4 KB.
    const CrcTables tables = make_crc_tables();
    uint32_t value = ~start;
    const std::byte* at = bytes.data();
    const std::byte* end = at + bytes.size();
    for (; end - at >= 4; at += 4) {
        uint32_t word;
        std::memcpy(&word, at, 4);
        word ^= value;
        value = tables[3][word & 0xFF] ^ tables[2][(word >> 8) & 0xFF] ^
                tables[1][(word >> 16) & 0xFF] ^ tables[0][word >> 24];
    }
    for (; at != end; ++at) {
        value = (value >> 8) ^ tables[0][(value ^ static_cast<uint32_t>(*at)) & 0xFF];
    }
    return ~value;
}

std::vector<ZipEntry> read_zip(std::span<const std::byte> archive, std::string_view where,
                               bool (*is_needed)(std::string_view name)) {
    return Reader(archive, where).read(is_needed);
}

void check_crc32(const ZipEntry& entry, std::string_view where) {
    const uint32_t found = crc32(entry.data);
    if (found == entry.crc32) return;
    fail(where, "crc32",
         {"the zip file ", quote(entry.name), " is damaged: its CRC-32 is ", decimal(found),
          " instead of ", decimal(entry.crc32)});
}

}  // namespace lithe
