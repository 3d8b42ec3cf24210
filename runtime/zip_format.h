#pragma once

#include <bit>
#include <cstdint>

// The numbers of the zip format that its reader and its writer share.
namespace lithe::zip {

static_assert(std::endian::native == std::endian::little, "zip files hold little-endian numbers");

constexpr uint32_t local_signature = 0x04034b50;
constexpr uint32_t directory_signature = 0x02014b50;
constexpr uint32_t end_signature = 0x06054b50;
constexpr uint32_t end64_signature = 0x06064b50;
constexpr uint32_t locator64_signature = 0x07064b50;

constexpr uint64_t local_size = 30;
constexpr uint64_t directory_entry_size = 46;
constexpr uint64_t end_size = 22;
constexpr uint64_t end64_size = 56;
constexpr uint64_t locator64_size = 20;

constexpr uint16_t zip64_extra = 0x0001;
constexpr uint16_t padding_extra = 0x4246;  // "FB", as PyTorch writes it
constexpr uint16_t utf8_flag = 1 << 11;
constexpr uint16_t encrypted_flag = 1 << 0;

}  // namespace lithe::zip
