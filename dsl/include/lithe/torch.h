// LibTorch's names for lithe: a LibTorch model compiles when it includes this in place of
// <torch/torch.h>.
#pragma once

#include <cmath>
#include <concepts>
#include <iostream>
#include <string>
#include <utility>

#include "dsl/random.h"
#include "lithe/lithe.h"

namespace lithe {

inline constexpr DType kFloat32 = DType::f32, kFloat = DType::f32, kFloat64 = DType::f64,
                       kDouble = DType::f64, kInt64 = DType::i64, kLong = DType::i64,
                       kInt32 = DType::i32, kInt = DType::i32, kUInt8 = DType::u8,
                       kByte = DType::u8, kBool = DType::boolean;
using ScalarType = DType;
using Dtype = DType;

// The in-place twins as functions.
inline Tensor relu_(const Tensor& x) { return x.relu_(); }
inline Tensor sigmoid_(const Tensor& x) { return x.sigmoid_(); }
inline Tensor tanh_(const Tensor& x) { return x.tanh_(); }
inline Tensor exp_(const Tensor& x) { return x.exp_(); }

/// A single size stands for a list of one.
template <std::integral T>
Tensor zeros(T size, const TensorOptions& options = {}) {
    return zeros(Shape{Dim(size)}, options);
}
template <std::integral T>
Tensor ones(T size, const TensorOptions& options = {}) {
    return ones(Shape{Dim(size)}, options);
}
template <std::integral T>
Tensor empty(T size, const TensorOptions& options = {}) {
    return empty(Shape{Dim(size)}, options);
}
template <std::integral T>
Tensor rand(T size, const TensorOptions& options = {}) {
    return rand(Shape{Dim(size)}, options);
}
template <std::integral T>
Tensor randn(T size, const TensorOptions& options = {}) {
    return randn(Shape{Dim(size)}, options);
}
inline Tensor randint(int64_t high, const Shape& shape, const TensorOptions& options = {}) {
    return randint(0, high, shape, options);
}

inline Tensor arange(const Scalar& start, const Scalar& end, const TensorOptions& options) {
    return arange(start, end, 1, options);
}

/// Other names of pad and cross_entropy.
inline Tensor constant_pad_nd(const Tensor& x, const Shape& sizes, const Scalar& value = 0) {
    return constant_pad(x, sizes, value.to<double>());
}
inline Tensor cross_entropy_loss(const Tensor& x, const Tensor& target) {
    return cross_entropy(x, target);
}

/// Writes a module's state, for LibTorch's `torch::save(net, path)`.
template <class Holder>
    requires requires { typename Holder::ContainedType; }
void save(const Holder& module, const std::string& path) {
    save_state_dict(*module, path);
}
/// Reads a module's state, all or nothing.
template <class Holder>
    requires requires { typename Holder::ContainedType; }
void load(Holder& module, const std::string& path) {
    load_state_dict(*module, path);
}

/// Writes and reads an optimizer's state, for `torch::save(optimizer, path)`.
inline void save(const optim::Optimizer& optimizer, const std::string& path) {
    save_optimizer(optimizer, path);
}
inline void load(optim::Optimizer& optimizer, const std::string& path) {
    load_optimizer(optimizer, path);
}

}  // namespace lithe

namespace torch = lithe;  // NOLINT

#define TORCH_MODULE_IMPL(Name, Impl) LITHE_MODULE_IMPL(Name, Impl)
#define TORCH_MODULE(Name) LITHE_MODULE(Name)
