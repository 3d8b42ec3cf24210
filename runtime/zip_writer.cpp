#include <algorithm>
#include <cstring>

#include "runtime/error.h"
#include "runtime/text.h"
#include "runtime/zip.h"
#include "runtime/zip_format.h"

namespace lithe {
namespace {

/// Appends the low bytes of a number. Out of line: headers are made of nothing else.
[[gnu::noinline]] void append(std::string& bytes, uint64_t number, size_t size) {
    bytes.append(reinterpret_cast<const char*>(&number), size);
}

void append16(std::string& bytes, uint64_t number) { append(bytes, number, 2); }
void append32(std::string& bytes, uint64_t number) { append(bytes, number, 4); }
void append64(std::string& bytes, uint64_t number) { append(bytes, number, 8); }

/// What both headers of a file begin with, from the version that is needed to the sizes.
void append_common(std::string& bytes, bool large, uint32_t crc, uint64_t size) {
    append16(bytes, large ? 45 : 20);
    append16(bytes, zip::utf8_flag);
    append16(bytes, 0);  // stored
    append32(bytes, 0);  // no date
    append32(bytes, crc);
    append32(bytes, large ? 0xFFFFFFFF : size);
    append32(bytes, large ? 0xFFFFFFFF : size);
}

}  // namespace

std::string ZipWriter::local_header(const File& file) const {
    const bool large = is_large(file.data.size());
    std::string extra;
    if (large) {
        append16(extra, zip::zip64_extra);
        append16(extra, 16);
        append64(extra, file.data.size());
        append64(extra, file.data.size());
    }
    const uint64_t data_at =
        file.header_offset + zip::local_size + file.name.size() + extra.size() + 4;
    const uint64_t padding = (alignment_ - data_at % alignment_) % alignment_;
    append16(extra, zip::padding_extra);
    append16(extra, padding);
    extra.append(padding, 'Z');

    std::string header;
    append32(header, zip::local_signature);
    append_common(header, large, file.crc32, file.data.size());
    append16(header, file.name.size());
    append16(header, extra.size());
    return header.append(file.name).append(extra);
}

void ZipWriter::append_directory_entry(std::string& directory, const File& file) const {
    const bool large = is_large(file.data.size());
    const bool far = is_large(file.header_offset);
    std::string extra;
    if (large || far) {
        append16(extra, zip::zip64_extra);
        append16(extra, (large ? 16 : 0) + (far ? 8 : 0));
        if (large) append64(extra, file.data.size());
        if (large) append64(extra, file.data.size());
        if (far) append64(extra, file.header_offset);
    }
    append32(directory, zip::directory_signature);
    append16(directory, 45);
    append_common(directory, large, file.crc32, file.data.size());
    append16(directory, file.name.size());
    append16(directory, extra.size());
    append16(directory, 0);  // no comment
    append16(directory, 0);  // the first disk
    append16(directory, 0);
    append32(directory, 0);
    append32(directory, far ? 0xFFFFFFFF : file.header_offset);
    directory.append(file.name).append(extra);
}

void ZipWriter::add(std::string_view name, std::span<const std::byte> data) {
    LITHE_ASSERT(name.size() <= 0xFFFF);
    File file{std::string(name), data, crc32(data), offset_, {}};
    file.header = local_header(file);
    offset_ += file.header.size() + data.size();
    files_.push_back(std::move(file));
}

std::vector<std::span<const std::byte>> ZipWriter::finish() {
    directory_.clear();
    for (const File& file : files_) append_directory_entry(directory_, file);
    const uint64_t size = directory_.size();
    const uint64_t end64_at = offset_ + size;
    const bool large = is_large(size) || is_large(offset_) || files_.size() >= 0xFFFF;
    if (large) {
        append32(directory_, zip::end64_signature);
        append64(directory_, zip::end64_size - 12);
        append16(directory_, 45);
        append16(directory_, 45);
        append64(directory_, 0);  // the first disk, twice
        append64(directory_, files_.size());
        append64(directory_, files_.size());
        append64(directory_, size);
        append64(directory_, offset_);
        append32(directory_, zip::locator64_signature);
        append32(directory_, 0);
        append64(directory_, end64_at);
        append32(directory_, 1);
    }
    append32(directory_, zip::end_signature);
    append32(directory_, 0);
    append16(directory_, large ? 0xFFFF : files_.size());
    append16(directory_, large ? 0xFFFF : files_.size());
    append32(directory_, large ? 0xFFFFFFFF : size);
    append32(directory_, large ? 0xFFFFFFFF : offset_);
    append16(directory_, 0);  // no comment

    std::vector<std::span<const std::byte>> pieces;
    for (const File& file : files_) {
        pieces.push_back(std::as_bytes(std::span(file.header)));
        pieces.push_back(file.data);
    }
    pieces.push_back(std::as_bytes(std::span(directory_)));
    return pieces;
}

}  // namespace lithe
