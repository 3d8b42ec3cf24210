#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/file.h"
#include "runtime/tensor_view.h"

namespace lithe {

/// The `__metadata__` of a safetensors file: a map from text to text, in the file's order.
using SafetensorsMetadata = std::vector<std::pair<std::string, std::string>>;

/// The tensors of a file in the safetensors format.
///
///   8 bytes: N, the size of the header, little-endian
///   N bytes: JSON, {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...},
///   padded with spaces the rest: the tensors' bytes, little-endian, row-major, without holes or
///   overlaps
///
/// Nothing of the file is believed before it is checked, and after the constructor nothing can fail
/// any more. Tensors are views of the mapped file; only those that lie at an address their elements
/// cannot have are copied.
///
/// Errors: file.open, file.read, safetensors.truncated, safetensors.header_size,
/// safetensors.header_start, safetensors.json, safetensors.duplicate_key,
/// safetensors.unknown_field, safetensors.missing_field, safetensors.dtype, safetensors.size,
/// safetensors.offsets, safetensors.size_mismatch, safetensors.overlap, safetensors.hole,
/// safetensors.trailing_bytes. Source: the format section of the README of the safetensors project,
/// and what its reader accepts.
class SafetensorsFile {
public:
    /// Maps a file.
    static SafetensorsFile open(const std::string& path);
    /// Reads from memory that outlives this object. `source` is the name for messages.
    static SafetensorsFile parse(std::span<const std::byte> bytes, std::string_view source);

    /// In the header's order.
    const std::vector<NamedTensor>& tensors() const { return tensors_; }
    /// Null where there is no such tensor.
    const ConstTensorView* find(std::string_view name) const;
    const SafetensorsMetadata& metadata() const { return metadata_; }

private:
    SafetensorsFile() = default;
    void read(std::span<const std::byte> bytes, std::string_view source);

    MappedFile file_;
    std::vector<NamedTensor> tensors_;
    std::vector<uint32_t> by_name_;  // indices of tensors_, sorted by name
    SafetensorsMetadata metadata_;
    std::vector<std::unique_ptr<uint64_t[]>> copies_;
};

/// The content of a file with these tensors, as `SafetensorsFile` and the safetensors package read
/// it.
///
/// Equal input gives equal bytes. The header keeps the order given; the data are ordered by the
/// size of their elements, largest first, so that each tensor is aligned to its elements. Errors:
/// safetensors.duplicate_key, safetensors.name, tensor.size.
std::vector<std::byte> safetensors_bytes(std::span<const NamedTensor> tensors,
                                         const SafetensorsMetadata& metadata = {});

/// Writes such a file in one step, as `write_file` does. The data begin at a multiple of so many
/// bytes.
void save_safetensors(const std::string& path, std::span<const NamedTensor> tensors,
                      const SafetensorsMetadata& metadata = {}, size_t alignment = 8);

}  // namespace lithe
