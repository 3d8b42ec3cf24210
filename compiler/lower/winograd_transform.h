#pragma once

#include <functional>

#include "compiler/ir/winograd.h"
#include "compiler/lower/body.h"

namespace lithe::lower {

/// Halide takes more than 16 KB of `Stack` from a heap, which kernels do not have.
inline constexpr Halide::MemoryType large_on_stack = Halide::MemoryType::Register;

/// Row `index` of the matrix times a vector; `index` is known once loops are unrolled.
Halide::Expr transform_row(const ir::WinogradTransforms::Matrix& matrix, const Halide::Expr& index,
                           const std::function<Halide::Expr(int)>& element);

/// An element of an image x[n, h, w, c], 0 outside.
Halide::Expr winograd_pixel(Body& body, ir::Value x, const Halide::Expr& image,
                            const Halide::Expr& row, const Halide::Expr& column,
                            const Halide::Expr& channel);

/// Tap (s, t) of a filter out of its transform, as the reference of winograd_conv does.
Halide::Expr winograd_untransformed(const ir::WinogradAxes& axes, const Halide::Expr& s,
                                    const Halide::Expr& t,
                                    const std::function<Halide::Expr(int u, int v)>& element);

}  // namespace lithe::lower
