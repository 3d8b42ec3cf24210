#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

#include "dsl/tensor.h"

/// What stands between the brackets of `x.index({...})`, as in LibTorch.
namespace lithe::indexing {

inline constexpr std::nullopt_t None = std::nullopt;
enum class EllipsisType : uint8_t { value };
inline constexpr EllipsisType Ellipsis = EllipsisType::value;

/// `begin:end:step` of Python; None where nothing stands.
struct Slice {
    std::optional<Dim> begin, end;
    int64_t step = 1;

    Slice(std::optional<Dim> from = {}, std::optional<Dim> to = {}, std::optional<int64_t> by = {})
        : begin(std::move(from)), end(std::move(to)), step(by.value_or(1)) {}
};

/// One index: a number, None (a new axis), `...`, a slice, true or false, or a tensor of indices
/// (i64) or of choices (bool).
class TensorIndex {
public:
    enum class Kind : uint8_t { integer, none, ellipsis, slice, boolean, tensor };

    TensorIndex(std::nullopt_t) : kind_(Kind::none) {}
    TensorIndex(EllipsisType) : kind_(Kind::ellipsis) {}
    TensorIndex(bool value) : kind_(Kind::boolean), integer_(value ? 1 : 0) {}
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    TensorIndex(T value) : kind_(Kind::integer), integer_(value) {}
    TensorIndex(const Dim& value) : kind_(Kind::integer), integer_(value) {}
    TensorIndex(Slice slice) : kind_(Kind::slice), slice_(std::move(slice)) {}
    TensorIndex(Tensor tensor) : kind_(Kind::tensor), tensor_(std::move(tensor)) {}
    /// `"..."`, as in LibTorch.
    TensorIndex(const char* text);

    Kind kind() const { return kind_; }
    const Dim& integer() const { return integer_; }
    const Slice& slice() const { return slice_; }
    const Tensor& tensor() const { return tensor_; }
    /// How many axes of the tensor it takes up.
    int64_t axes() const;

private:
    Kind kind_;
    Dim integer_;
    Slice slice_;
    Tensor tensor_;
};

}  // namespace lithe::indexing
