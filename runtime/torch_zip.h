#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/file.h"
#include "runtime/tensor_view.h"

namespace lithe {

/// A value of a checkpoint that is no tensor: None, a bool, an int, a float, a string.
using TorchScalar = std::variant<std::monostate, bool, int64_t, double, std::string>;

/// The version that a module gave to its part of a state_dict, by the module's path: `_metadata` in
/// PyTorch.
using ModuleVersions = std::vector<std::pair<std::string, int64_t>>;

struct TorchZipOptions {
    /// PyTorch can be told to write files without checksums; such files need `false`.
    bool check_crc32 = true;
};

/// A file that `torch.save` wrote: a state_dict, or a checkpoint of dicts, lists and tuples that
/// hold state_dicts. Or what LibTorch's `torch::save` wrote of a module, a tensor or several: a
/// TorchScript archive, of which the parameters and buffers are read and the code is not.
///
/// Keys of nested containers are joined by dots: {"model": {"fc.bias": ...}, "sizes": [3, 4]} has
/// the tensor `model.fc.bias` and the scalars `sizes.0` and `sizes.1`. Tensors are dense views of
/// the mapped file; strided ones are copied. Tensors that were one storage in PyTorch have the same
/// address.
///
/// Nothing in the file is ever executed: of what a pickle can call, only the few functions that
/// rebuild tensors are known, and those are read as data.
///
/// Errors: file.open, file.read, zip.*, pickle.*, torch_zip.legacy,
/// torch_zip.missing_file, torch_zip.byte_order, torch_zip.call, torch_zip.value, torch_zip.key,
/// torch_zip.duplicate_key, torch_zip.tensor, torch_zip.dtype, torch_zip.storage, torch_zip.bounds,
/// torch_zip.state, torch_zip.too_large.
class TorchFile {
public:
    /// Maps a file.
    static TorchFile open(const std::string& path, const TorchZipOptions& options = {});
    /// Reads from memory that outlives this object. `source` is the name for messages.
    static TorchFile parse(std::span<const std::byte> bytes, std::string_view source,
                           const TorchZipOptions& options = {});

    /// In the file's order.
    const std::vector<NamedTensor>& tensors() const { return tensors_; }
    const std::vector<std::pair<std::string, TorchScalar>>& scalars() const { return scalars_; }
    const ModuleVersions& versions() const { return versions_; }

private:
    friend class TorchZipReader;
    TorchFile() = default;

    MappedFile file_;
    std::vector<NamedTensor> tensors_;
    std::vector<std::pair<std::string, TorchScalar>> scalars_;
    ModuleVersions versions_;
    std::vector<std::unique_ptr<uint64_t[]>> copies_;
};

/// The content of a file that `torch.load(..., weights_only=True)` reads as an OrderedDict of CPU
/// tensors.
///
/// Equal input gives equal bytes. Tensors with the same address, dtype and size become one storage,
/// so that tied parameters stay tied. Errors: torch_zip.key, torch_zip.duplicate_key, tensor.size.
std::vector<std::byte> torch_zip_bytes(std::span<const NamedTensor> tensors,
                                       const ModuleVersions& versions = {});

/// Writes such a file in one step, as `write_file` does.
void save_torch_zip(const std::string& path, std::span<const NamedTensor> tensors,
                    const ModuleVersions& versions = {});

/// A checkpoint to be written: scalars and tensors in lists, tuples and dicts.
struct TorchTree {
    enum class Kind : uint8_t { scalar, tensor, list, tuple, dict };
    using Key = std::variant<int64_t, std::string>;

    Kind kind = Kind::scalar;
    TorchScalar value;
    ConstTensorView tensor;
    std::vector<TorchTree> items;
    std::vector<Key> keys;  ///< of a dict, one an item

    TorchTree() = default;
    TorchTree(TorchScalar scalar) : value(std::move(scalar)) {}
    TorchTree(ConstTensorView view) : kind(Kind::tensor), tensor(std::move(view)) {}
    explicit TorchTree(Kind container) : kind(container) {}
    /// Appends to a list, a tuple or a dict and gives what was appended.
    TorchTree& add(TorchTree item);
    TorchTree& add(Key key, TorchTree item);
};

/// The content of a file that `torch.load(..., weights_only=True)` reads as that checkpoint.
/// Errors: torch_zip.key, tensor.size.
std::vector<std::byte> torch_zip_bytes(const TorchTree& tree);
void save_torch_zip(const std::string& path, const TorchTree& tree);

}  // namespace lithe
