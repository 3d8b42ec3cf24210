// LibTorch's names for lithe: a LibTorch model compiles when it includes this in place of
// <torch/torch.h>.
#pragma once

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
inline void save(const optim::Optimizer& optimizer, const std::string& path) { save_optimizer(optimizer, path); }
inline void load(optim::Optimizer& optimizer, const std::string& path) { load_optimizer(optimizer, path); }

}  // namespace lithe

namespace torch = lithe;  // NOLINT

#define TORCH_MODULE_IMPL(Name, Impl) LITHE_MODULE_IMPL(Name, Impl)
#define TORCH_MODULE(Name) LITHE_MODULE(Name)
