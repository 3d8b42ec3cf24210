#pragma once

#include <concepts>
#include <initializer_list>
#include <vector>

#include "dsl/tensor.h"

namespace lithe {

/// The nested braces of `tensor({{1, 2}, {3, 4}})`.
class TensorData {
public:
    template <class T>
        requires std::is_arithmetic_v<T>
    TensorData(T value) : numbers_{Scalar(value)}, dtype_(default_dtype<T>()) {}
    template <class T>
        requires std::is_arithmetic_v<T>
    TensorData(const std::vector<T>& values)
        : sizes_{static_cast<int64_t>(values.size())}, dtype_(default_dtype<T>()) {
        for (const T value : values) numbers_.emplace_back(value);
    }
    /// Errors: tensor.ragged.
    TensorData(std::initializer_list<TensorData> parts);

    const Sizes& sizes() const { return sizes_; }
    const std::vector<Scalar>& numbers() const { return numbers_; }
    /// f32 for any floating-point numbers, as in PyTorch.
    DType dtype() const { return dtype_; }

private:
    template <class T>
    static constexpr DType default_dtype() {
        if (std::same_as<T, bool>) return DType::boolean;
        return std::floating_point<T> ? DType::f32 : DType::i64;
    }

    Sizes sizes_;
    std::vector<Scalar> numbers_;
    DType dtype_ = DType::f32;
};

/// A tensor of the numbers: `tensor(3)`, `tensor({1.0, 2.0})`, `tensor({{1, 2}, {3, 4}})`.
Tensor tensor(const TensorData& data, const TensorOptions& options = {});
inline Tensor tensor(std::initializer_list<TensorData> data, const TensorOptions& options = {}) {
    return tensor(TensorData(data), options);
}

/// Memory of the caller as a tensor: not copied, and not kept alive.
Tensor from_blob(void* data, const ShapeArg& shape, const TensorOptions& options = {});

}  // namespace lithe
