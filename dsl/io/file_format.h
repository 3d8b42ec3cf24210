#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace lithe {

/// Whether a file of that name is written in the format of `torch.save`.
bool is_torch_name(const std::string& path);
/// Whether a file of that name can only be safetensors.
bool is_safetensors_name(const std::string& path);
/// Whether a file begins as every zip file does.
bool has_zip_magic(const std::string& path);
bool has_zip_magic(std::span<const std::byte> bytes);

/// Errors: file.write.
void write_stream(std::ostream& stream, std::span<const std::byte> bytes);
/// All that is left in the stream.
std::vector<std::byte> read_stream(std::istream& stream);

}  // namespace lithe
