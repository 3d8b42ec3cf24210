// scatter_reduce(x, index, source) {axis, reduce} = x, then for every place of the index, in order:
// y[.., index[.., i, ..], ..] = reduce(y[.., index[.., i, ..], ..], source[.., i, ..])
//
// reduce is "prod", "amax" or "amin"; sums are scatter_add's.
#include <cmath>
#include <limits>

#include "dsl/autograd.h"
#include "dsl/indexing_loops.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

bool is_known(const std::string& reduce) {
    return reduce == "prod" || reduce == "amax" || reduce == "amin";
}

TensorTypes infer(const OpCall& call) {
    indexing::check_index(call);
    const TensorType &x = call.input(0), &index = call.input(1), &source = call.input(2);
    if (source.dtype != x.dtype || !same(source.shape, index.shape)) {
        throw UserError("scatter_reduce.source", "scatter_reduce: the index is " + index.str() +
                                                     " into " + x.str() + ", the source " +
                                                     source.str());
    }
    const std::string& reduce = call.attrs.get_string("reduce");
    if (!is_known(reduce)) {
        throw UserError("scatter_reduce.reduce",
                        "scatter_reduce: reduce must be 'sum', 'prod', 'mean', 'amax' or 'amin', "
                        "got '" +
                            reduce + "'");
    }
    return x;
}

template <class T>
T joined(const std::string& reduce, T a, T b) {
    if (reduce == "prod") return static_cast<T>(a * b);
    if (a != a || b != b) return a != a ? a : b;
    return (reduce == "amax") == (a < b) ? b : a;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const auto axis = static_cast<size_t>(call.attrs.get_int("axis"));
    const std::string& reduce = call.attrs.get_string("reduce");
    indexing::join_sources("scatter_reduce", in, out[0], axis,
                           [&]<class T>(T a, T b) { return joined(reduce, a, b); });
}

/// Every factor gets the product of the others of its place: with one 0 among them it alone gets
/// any.
Tensors product_gradient(const GradientCall& g, int64_t axis) {
    const Tensor &x = g.x(0), &index = g.x(1), &source = g.x(2);
    const Tensor one = ones(index.sizes(), source.dtype());
    const Tensor zeros_in = where(source == 0, one, 0);
    const Tensor count =
        scatter_add(where(x == 0, full({}, 1, x.dtype()), zeros_like(x)), axis, index, zeros_in);
    const Tensor rest =
        apply(scatter_reduce_op, {where(x == 0, 1, x), index, where(source == 0, 1, source)},
              {{"axis", Dim(axis)}, {"reduce", std::string("prod")}});
    // With the zeros left out: the product where there is none, of the others where there is one.
    const auto others = [](const Tensor& factor, const Tensor& left, const Tensor& number) {
        return where(factor == 0, where(number == 1, left, 0),
                     where(number == 0, left / where(factor == 0, 1, factor), 0));
    };
    return {g.dy() * others(x, rest, count), Tensor(),
            g.need(2) ? gather(g.dy(), axis, index) *
                            others(source, gather(rest, axis, index), gather(count, axis, index))
                      : Tensor()};
}

/// Those that equal the result share its gradient.
Tensors gradient(const GradientCall& g) {
    const int64_t axis = g.call.attrs.get_int("axis");
    if (g.call.attrs.get_string("reduce") == "prod") return product_gradient(g, axis);
    const Tensor &index = g.x(1), y = g.y().detach();
    const DType dtype = g.dy().dtype();
    const auto equal = [&](const Tensor& a, const Tensor& b) {
        return logical_or(eq(a.detach(), b), logical_and(isnan(a.detach()), isnan(b))).to(dtype);
    };
    const Tensor own = equal(g.x(0), y), other = equal(g.x(2), gather(y, axis, index));
    const Tensor share = g.dy() / clamp_min(scatter_add(own, axis, index, other), 1);
    return {own * share, Tensor(), g.need(2) ? other * gather(share, axis, index) : Tensor()};
}

/// Every element asks all places of the index along its line.
Halide::Expr lower(const LowerCall& call) {
    const auto axis = static_cast<size_t>(call.call.attrs.get_int("axis"));
    const std::string& word = call.call.attrs.get_string("reduce");
    const Reduce kind = word == "prod"   ? Reduce::product
                        : word == "amax" ? Reduce::max
                                         : Reduce::min;
    const Shape& index = call.call.input(1).shape;
    const Halide::Expr inside = indexing::lower_inside(call, axis);
    const Halide::Expr joined = reduce(kind, {call.size(index[axis])}, [&](const Coords& i) {
        const Coords from = indexing::lower_coords(call, axis, i[0]);
        const Halide::Expr hit = inside && call.in(1, from) == call.at[axis];
        const Halide::Expr source = call.in(2, from);
        return select(hit, source, reduce_identity(kind, source.type()));
    });
    return reduce_step(kind, call.in(0, call.at), joined);
}

/// `value` where nothing was joined to a place, a 0-d tensor of x's dtype.
Tensor nothing_for(const Tensor& x, const std::string& reduce) {
    if (reduce == "sum" || reduce == "mean") return full({}, 0, x.dtype());
    if (reduce == "prod") return full({}, 1, x.dtype());
    const bool is_least = reduce == "amax";
    if (x.is_floating_point()) return full({}, is_least ? -INFINITY : INFINITY, x.dtype());
    const int64_t limit = x.dtype() == DType::i32 ? std::numeric_limits<int32_t>::max()
                                                  : std::numeric_limits<int64_t>::max();
    return full({}, Scalar(is_least ? -limit - 1 : limit), x.dtype());
}

}  // namespace

const Op scatter_reduce_op = {
    .name = "scatter_reduce",
    .trait = Trait::none,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor scatter_reduce(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source,
                      const std::string& reduce, bool include_self) {
    if (x.dim() == 0) {
        return reshape(scatter_reduce(reshape(x, {1}), 0, reshape(index, {-1}),
                                      reshape(source, {-1}), reduce, include_self),
                       {});
    }
    const int at = normalize_axis("scatter_reduce", axis, static_cast<int>(x.dim()));
    Tensor values = source.to(x.dtype());
    for (int64_t i = 0; i < x.dim(); ++i) values = narrow(values, i, 0, index.size(i));
    const bool needs_count = !include_self || reduce == "mean";
    const Tensor count = needs_count ? scatter_add(zeros(x.sizes(), x.dtype()), at, index,
                                                   ones(index.sizes(), x.dtype()))
                                     : Tensor();
    const Tensor start = include_self ? x : where(count > 0, nothing_for(x, reduce), x);
    if (reduce == "sum") return scatter_add(start, at, index, values);
    if (reduce == "mean") {
        const Tensor total = scatter_add(start, at, index, values);
        const Tensor divisor = clamp_min(include_self ? count + 1 : count, 1);
        return x.is_floating_point() ? total / divisor : floor_div(total, divisor);
    }
    return apply(scatter_reduce_op, {start, index, values},
                 {{"axis", Dim(at)}, {"reduce", reduce}});
}

}  // namespace lithe
