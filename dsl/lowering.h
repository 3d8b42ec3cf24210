#pragma once

#include <Halide.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dsl/op.h"

namespace lithe {

/// Coordinates of one element, outermost axis first, as in the shape.
using Coords = std::vector<Halide::Expr>;

/// What an op's `lower` sees: one element of one result is asked for.
///
/// `lower` returns the Expr of that element, built from elements of the operands. Reductions use
/// `reduce`. The caller owns loops, layout and schedule, and evaluates everything but plain
/// multiply-add sums under strict_float, so NaN and infinities behave as written.
struct LowerCall {
    const OpCall& call;
    int output = 0;                     ///< which result
    Coords at;                          ///< the coordinate asked for
    std::vector<TensorType> out_types;  ///< types of the results

    /// Element `coords` of operand `i`.
    std::function<Halide::Expr(int i, const Coords& coords)> in;
    /// A size as an int32 Expr; symbolic sizes are scalar arguments of the kernel.
    std::function<Halide::Expr(const Dim&)> size;

    /// Element of operand `i` at the broadcast coordinate: axes of size 1 read index 0.
    /// For elementwise ops this is all they need: `in(0)`.
    Halide::Expr in_broadcast(int i) const;
    Halide::Expr operator()(int i) const { return in_broadcast(i); }
};

Halide::Type halide_type(DType dtype);
/// `value` as a constant of the dtype.
Halide::Expr constant(DType dtype, double value);

/// What a reduction does with two elements; max and min pass NaN on, as in PyTorch; `largest` is
/// the largest of the numbers, for who meets the NaN elsewhere.
enum class Reduce : uint8_t { sum, product, max, min, largest };
/// What a reduction over nothing gives, and one step of it.
Halide::Expr reduce_identity(Reduce kind, Halide::Type type);
Halide::Expr reduce_step(Reduce kind, const Halide::Expr& total, const Halide::Expr& element);

/// Merges the first of every two values with the second until one is left: a fixed tree.
Halide::Expr fold_pairs(Reduce kind, std::vector<Halide::Expr> values);

/// `sum / product / max / min over all indices in 0..extent-1 of body(index)`, over one index or
/// over several, the last one fastest.
using ReduceBody = std::function<Halide::Expr(const Coords& index)>;
Halide::Expr reduce(Reduce kind, const Coords& extents, const ReduceBody& body);
/// The same wherever a scope is open: computed where it is used.
Halide::Expr reduce_in_place(Reduce kind, const Coords& extents, const ReduceBody& body);
Halide::Expr reduce_sum(const Halide::Expr& extent,
                        const std::function<Halide::Expr(Halide::Expr)>& body);
Halide::Expr reduce_max(const Halide::Expr& extent,
                        const std::function<Halide::Expr(Halide::Expr)>& body);
Halide::Expr reduce_min(const Halide::Expr& extent,
                        const std::function<Halide::Expr(Halide::Expr)>& body);
Halide::Expr reduce_product(const Halide::Expr& extent,
                            const std::function<Halide::Expr(Halide::Expr)>& body);
Halide::Expr reduce_largest(const Halide::Expr& extent,
                            const std::function<Halide::Expr(Halide::Expr)>& body);

/// `body` itself, or, where a schedule family keeps such values, what looks them up: for what is
/// read more than once at every index in 0..extent-1.
using EachBody = std::function<Halide::Expr(const Halide::Expr& index)>;
EachBody keep_each(const Halide::Expr& extent, const EachBody& body);

/// Replaces the reductions of every `lower` that runs while it lives, and what it reads more than
/// once: how a schedule family gets at them. Without one they are computed where they are used, one
/// element at a time.
class ReduceScope {
public:
    using Make =
        std::function<Halide::Expr(Reduce kind, const Coords& extents, const ReduceBody& body)>;
    using Keep = std::function<EachBody(const Halide::Expr& extent, const EachBody& body)>;
    explicit ReduceScope(Make make, Keep keep = {});
    ~ReduceScope();
    ReduceScope(const ReduceScope&) = delete;
    ReduceScope& operator=(const ReduceScope&) = delete;

private:
    Make make_;
    Keep keep_;
    ReduceScope* outer_;
    friend Halide::Expr reduce(Reduce, const Coords&, const ReduceBody&);
    friend EachBody keep_each(const Halide::Expr&, const EachBody&);
};

/// Arguments of a Func for `value`: the Vars that it depends on, and a Var for every reduction
/// index of somebody else.
struct FreeVars {
    std::vector<Halide::Var> parameters;          ///< to define the Func with
    std::vector<Halide::Expr> arguments;          ///< to call it with
    std::map<std::string, Halide::Expr> renamed;  ///< foreign reduction indices in `value`
};
FreeVars free_vars(const Halide::Expr& value, const Halide::RDom& own);
/// The same where no index of a reduction is the Func's own.
FreeVars free_vars(const Halide::Expr& value);

/// max and min that pass NaN on, as in PyTorch.
Halide::Expr max_nan(const Halide::Expr& a, const Halide::Expr& b);
Halide::Expr min_nan(const Halide::Expr& a, const Halide::Expr& b);

}  // namespace lithe
