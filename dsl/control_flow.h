#pragma once

#include <functional>
#include <optional>

#include "dsl/tensor.h"

// Control flow that depends on data or on symbolic sizes. In eager mode these are plain C++ loops
// and branches; while tracing, their bodies are called once and become graphs of their own.
// docs/control-flow.md shows how they are used.
namespace lithe {

/// What a step of a scan gives, and a scan itself: the carries, and results one a step.
struct ScanResult {
    Tensors carries;
    Tensors stacked;
};
/// One step: from the carries and a slice of each x.
using ScanStep = std::function<ScanResult(const Tensors& carries, const Tensors& x)>;

struct ScanOptions {
    /// Begin with the last slice. Results lie where their slices are.
    bool reverse = false;
    /// How many steps, where there are no xs.
    std::optional<Dim> length;
};

/// Calls `step` for each slice of `xs` along their first axis, carries handed from step to step.
///
///   c = carries;  for t in 0 .. T - 1:  c, y[t] = step(c, x[t])
///
/// \returns  the last carries, and the stacked y[T, ...]
/// A carry keeps its type. Compiled, it is one loop of any length; its gradient is a scan too.
/// Errors: scan.length, scan.carry, trace.random_in_region, trace.region_value.
ScanResult scan(const ScanStep& step, const Tensors& carries, const Tensors& xs,
                const ScanOptions& options = {});

/// Calls `body` while `condition` gives true (one bool); gives the last carries.
///
///   while condition(carries): carries = body(carries)
///
/// Compiled, the condition is asked at run time. Its gradient is only known in eager mode.
/// Errors: while_loop.condition, while_loop.carry, while_loop.gradient.
Tensors while_loop(const std::function<Tensor(const Tensors&)>& condition,
                   const std::function<Tensors(const Tensors&)>& body, const Tensors& carries);

/// `yes(inputs)` where `flag` (one bool) holds, else `no(inputs)`; both give the same types.
/// Compiled, only one of them runs.
/// Errors: cond.flag, cond.results.
Tensors cond(const Tensor& flag, const std::function<Tensors(const Tensors&)>& yes,
             const std::function<Tensors(const Tensors&)>& no, const Tensors& inputs = {});

}  // namespace lithe
