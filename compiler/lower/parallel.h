#pragma once

#include <vector>

#include "compiler/lower/body.h"

namespace lithe::lower {

/// Makes the outermost axis of a root Func parallel where the work is worth a second thread:
/// decided at compile time for constant sizes, at run time for symbolic ones. One axis alone is cut
/// into blocks; `step` elements of it make one turn of its loop. Comes after all other scheduling.
void parallel_outer(Body& body, Halide::Func& f, const TensorType& type,
                    int64_t cost_per_element = 1, int64_t step = 1);

/// Vectorizes the innermost axis, by `xi`, where it is as long as a vector. Gives the step of its
/// loop: 1 where it is not.
int64_t vectorize_inner(const Body& body, Halide::Stage stage, const TensorType& type);

/// The loops of an update whose lines along `axis` depend on nothing but themselves: those given,
/// then the axes that are not among them. The outermost of these is the tasks where there are
/// `threshold` elements of work or more.
void order_lines(Halide::Stage update, std::vector<Halide::VarOrRVar> order, const TensorType& type,
                 size_t axis, const Dim& work, int64_t threshold);

/// Makes one parallel loop of several, given from the inside outwards.
void parallel_tasks(Halide::Stage stage, const std::vector<Halide::Var>& loops);

/// Elements below which a kernel stays on the calling thread (5 to 10 us of plain work).
inline constexpr int64_t parallel_threshold = 1 << 15;

/// Products that are worth a second thread: of windows, which read an element for each of them, and
/// of tiles of registers.
inline constexpr int64_t window_products = 200000, tile_products = 800000;

/// Nanoseconds of one thread's work that are worth a second thread. An empty parallel loop takes
/// 0.3 us; bench/runtime measures it, and from which work on two threads gain.
inline constexpr double parallel_ns = 4000;
/// What the work of a kernel takes one thread, by estimates of a fast core: sums of products, and
/// weights that lie in its second-level cache.
inline constexpr double flops_per_ns = 150, weight_bytes_per_ns = 100;

}  // namespace lithe::lower
