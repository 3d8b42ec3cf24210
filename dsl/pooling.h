#pragma once

// Shared pieces of the pooling ops.

#include <string_view>
#include <vector>

#include "dsl/ops.h"
#include "dsl/window.h"

namespace lithe::pooling {

/// One spatial axis for every entry of the kernel; where it is one number, from the rank of x.
int64_t spatial_rank(const Tensor& x, const PoolOptions& options);
/// The attributes of a pooling op; ceil_mode becomes padding at the end.
Attrs attrs(std::string_view op, const Tensor& x, const PoolOptions& options);
/// Errors: <op>.rank, <op>.kernel, <op>.padding.
TensorType infer(const OpCall& call);
window::Geometry geometry(const OpCall& call, const Array& image, const Array& places);

/// What avg_pool divides by at each place.
std::vector<double> divisors(const OpCall& call, const window::Geometry& geometry);
Halide::Expr lower_divisor(const LowerCall& call, const Coords& place, const Shape& image,
                           Halide::Type type);

}  // namespace lithe::pooling
