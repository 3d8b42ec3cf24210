// LibTorch's names for lithe: a LibTorch model compiles when it includes this in place of
// <torch/torch.h>.
#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <concepts>
#include <iostream>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <utility>

#include "dsl/random.h"
#include "dsl/torch_checks.h"
#include "dsl/torch_names.h"
#include "dsl/torch_random.h"
#include "lithe/lithe.h"

// A size is no int64_t to printf("%ld", x.size(0)), which prints something else: clang refuses it,
// gcc says so when it is asked.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic warning "-Wformat"
#endif

namespace lithe {

inline constexpr DType kFloat32 = DType::f32, kFloat = DType::f32, kFloat64 = DType::f64,
                       kDouble = DType::f64, kInt64 = DType::i64, kLong = DType::i64,
                       kInt32 = DType::i32, kInt = DType::i32, kUInt8 = DType::u8,
                       kByte = DType::u8, kBool = DType::boolean;
// Of files; nothing is computed in them.
inline constexpr DType kFloat16 = DType::f16, kHalf = DType::f16, kBFloat16 = DType::bf16,
                       kInt16 = DType::i16, kShort = DType::i16, kInt8 = DType::i8,
                       kChar = DType::i8;
using ScalarType = DType;
using Dtype = DType;

// The in-place twins as functions.
inline Tensor relu_(const Tensor& x) { return x.relu_(); }
inline Tensor sigmoid_(const Tensor& x) { return x.sigmoid_(); }
inline Tensor tanh_(const Tensor& x) { return x.tanh_(); }
inline Tensor exp_(const Tensor& x) { return x.exp_(); }
inline const Tensor& detach_(const Tensor& x) { return x.detach_(); }

inline Tensor randint(int64_t high, const ShapeArg& shape, const TensorOptions& options = {}) {
    return randint(0, high, shape, options);
}

inline Tensor arange(const Scalar& start, const Scalar& end, const TensorOptions& options) {
    return arange(start, end, 1, options);
}

/// Other names of pad and cross_entropy.
inline Tensor constant_pad_nd(const Tensor& x, const ShapeArg& sizes, const Scalar& value = 0) {
    return constant_pad(x, sizes, value.to<double>());
}
inline Tensor cross_entropy_loss(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                                 Reduction reduction = Reduction::mean, int64_t ignore_index = -100,
                                 double label_smoothing = 0) {
    return cross_entropy(x, target, weight, reduction, ignore_index, label_smoothing);
}

using IntArrayRef = Shape;
using TensorList = Tensors;
template <class T>
using ArrayRef = std::span<const T>;
template <class T>
using optional = std::optional<T>;
using std::nullopt;

inline constexpr Layout kStrided = Layout::strided;

namespace detail {
/// The module of a holder or pointer; a tensor or list of tensors itself.
template <class T>
decltype(auto) stored(T& value) {
    constexpr bool is_pointer =
        requires { typename T::ContainedType; } || requires { typename T::element_type; };
    if constexpr (is_pointer) {
        return static_cast<nn::Module&>(*value);
    } else {
        return (value);
    }
}
}  // namespace detail

namespace serialize {
inline OutputArchive& operator<<(OutputArchive& archive, const nn::StateDict& dict) {
    archive.write(dict);
    return archive;
}
inline InputArchive& operator>>(InputArchive& archive, nn::StateDict& dict) {
    dict = archive.content();
    return archive;
}
}  // namespace serialize

/// Writes tensors, a state_dict or a module's state to a file or stream, for `torch::save(net,
/// "net.pt")`.
template <class T, class Where>
    requires(!std::derived_from<T, optim::Optimizer>)
void save(const T& value, Where&& where) {
    serialize::OutputArchive archive;
    archive << detail::stored(value);
    archive.save_to(std::forward<Where>(where));
}
/// `torch::save({a, b}, path)`.
template <class Where>
void save(const Tensors& tensors, Where&& where) {
    save<Tensors>(tensors, std::forward<Where>(where));
}
/// Reads them, a module's state all or nothing.
template <class T, class Where>
    requires(!std::derived_from<T, optim::Optimizer>)
void load(T& value, Where&& where, const Device& device = kCPU) {
    serialize::InputArchive archive;
    archive.load_from(std::forward<Where>(where), device);
    archive >> detail::stored(value);
}

/// Writes and reads an optimizer's state, for `torch::save(optimizer, path)`.
template <std::derived_from<optim::Optimizer> O, class Where>
void save(const O& optimizer, Where&& where) {
    save_optimizer(optimizer, where);
}
template <std::derived_from<optim::Optimizer> O, class Where>
void load(O& optimizer, Where&& where) {
    load_optimizer(optimizer, where);
}

}  // namespace lithe

namespace torch = lithe;  // NOLINT
namespace at = lithe;     // NOLINT
namespace c10 = lithe;    // NOLINT

#define TORCH_MODULE_IMPL(Name, Impl) LITHE_MODULE_IMPL(Name, Impl)
#define TORCH_MODULE(Name) LITHE_MODULE(Name)
