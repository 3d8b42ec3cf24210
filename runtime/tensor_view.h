#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/dtype.h"

namespace lithe {

/// Somebody else's tensor that may only be read: dense, row-major.
struct ConstTensorView {
    const void* data = nullptr;
    DType dtype = DType::f32;
    std::vector<int64_t> shape;

    template <typename T>
    const T* as() const {
        return static_cast<const T*>(data);
    }
};

/// Somebody else's tensor: dense, row-major.
struct TensorView {
    void* data = nullptr;
    DType dtype = DType::f32;
    std::vector<int64_t> shape;

    template <typename T>
    T* as() const {
        return static_cast<T*>(data);
    }

    operator ConstTensorView() const { return {data, dtype, shape}; }
};

/// An entry of a state_dict.
struct NamedTensor {
    std::string name;
    ConstTensorView tensor;
};

/// The product of the sizes; nothing where a size is negative, or where the product of the sizes
/// that are not zero does not fit in an int64_t.
std::optional<int64_t> checked_element_count(std::span<const int64_t> shape);

/// The same in bytes.
std::optional<int64_t> checked_size_bytes(DType dtype, std::span<const int64_t> shape);

/// The product of the sizes.
/// Errors: tensor.size.
int64_t element_count(std::span<const int64_t> shape);

/// The size of a dense tensor, in bytes.
/// Errors: tensor.size.
int64_t size_bytes(DType dtype, std::span<const int64_t> shape);
int64_t size_bytes(const ConstTensorView& tensor);

/// "[8, 128]"; "[]" for a scalar.
std::string shape_text(std::span<const int64_t> shape);
/// "f32[8, 128]".
std::string type_text(DType dtype, std::span<const int64_t> shape);

}  // namespace lithe
