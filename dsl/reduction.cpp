#include "dsl/reduction.h"

#include <algorithm>
#include <set>

#include "dsl/lowering.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe::reduction {

Attrs attrs(std::string_view op, const Tensor& x, const Axes& axes, bool keepdim) {
    const int rank = static_cast<int>(x.dim());
    std::set<int> sorted;
    for (const int64_t axis : axes.list()) {
        if (!sorted.insert(normalize_axis(op, axis, rank)).second) {
            throw UserError(std::string(op) + ".axis",
                            std::string(op) + ": axis " + std::to_string(axis) + " appears twice");
        }
    }
    if (rank == 0) sorted.clear();
    Shape list(sorted.begin(), sorted.end());
    for (int axis = 0; axes.empty() && axis < rank; ++axis) list.emplace_back(axis);
    Attrs result;
    result.set("axes", list);
    result.set("keepdim", keepdim);
    return result;
}

TensorTypes infer(const OpCall& call) {
    const Sizes axes = call.attrs.get_ints("axes");
    for (size_t i = 0; i < axes.size(); ++i) {
        if (axes[i] >= (i == 0 ? 0 : axes[i - 1] + 1) && axes[i] < call.input(0).rank()) continue;
        throw UserError(std::string(call.op->name) + ".axis",
                        std::string(call.op->name) + ": the axes " +
                            str(call.attrs.get_shape("axes")) + " are not rising axes of " +
                            call.input(0).str());
    }
    const bool keep = call.attrs.get_bool("keepdim");
    TensorType type{call.input(0).dtype, {}};
    for (const int64_t axis : axes) {
        if (axis >= 0 && axis < call.input(0).rank()) continue;
        throw UserError(std::string(call.op->name) + ".axis",
                        std::string(call.op->name) + ": axis " + std::to_string(axis) +
                            " is out of range for " + call.input(0).str());
    }
    for (int axis = 0; axis < call.input(0).rank(); ++axis) {
        const bool reduced = std::find(axes.begin(), axes.end(), axis) != axes.end();
        if (!reduced) type.shape.push_back(call.input(0).size(axis));
        if (reduced && keep) type.shape.push_back(1);
    }
    return type;
}

TensorTypes infer_nonempty(const OpCall& call) {
    const TensorTypes types = infer(call);
    if (types[0].dtype == DType::boolean) return types;  // any and all have a value over nothing
    for (const int64_t axis : call.attrs.get_ints("axes")) {
        if (!call.input(0).size(static_cast<int>(axis)).is_constant(0)) continue;
        throw UserError(std::string(call.op->name) + ".empty",
                        std::string(call.op->name) + ": axis " + std::to_string(axis) + " of " +
                            call.input(0).str() + " has no elements");
    }
    return types;
}

Sizes result_strides(const OpCall& call, const Array& in) {
    const Sizes axes = call.attrs.get_ints("axes");
    Sizes steps(in.sizes().size(), 0);
    int64_t step = 1;
    for (size_t axis = in.sizes().size(); axis-- > 0;) {
        if (std::find(axes.begin(), axes.end(), static_cast<int64_t>(axis)) != axes.end()) continue;
        steps[axis] = step;
        step *= in.sizes()[axis];
    }
    return steps;
}

Tensor spread(const OpCall& call, const Tensor& dy) {
    Shape kept = call.input(0).shape;
    for (const int64_t axis : call.attrs.get_ints("axes")) kept[static_cast<size_t>(axis)] = 1;
    return expand(reshape(dy, kept), call.input(0).shape);
}

Halide::Expr lower(const LowerCall& call, Reduce reduce) {
    const Sizes axes = call.call.attrs.get_ints("axes");
    const bool keep = call.call.attrs.get_bool("keepdim");
    Coords from;
    size_t next = 0;
    for (int axis = 0; axis < call.call.input(0).rank(); ++axis) {
        const bool reduced = std::find(axes.begin(), axes.end(), axis) != axes.end();
        from.push_back(reduced ? Halide::Expr() : call.at[next]);
        next += !reduced || keep ? 1 : 0;
    }
    // One flat reduction over all axes, innermost fastest, as the reference does.
    Dim extent = 1;
    for (const int64_t axis : axes)
        extent = extent * call.call.input(0).size(static_cast<int>(axis));
    return reduce(call.size(extent), [&](Halide::Expr index) {
        Coords full = from;
        for (size_t k = axes.size(); k-- > 0;) {
            const auto axis = static_cast<size_t>(axes[k]);
            const Halide::Expr size = call.size(call.call.input(0).shape[axis]);
            full[axis] = k == 0 ? index : index % size;
            index = index / size;
        }
        return call.in(0, full);
    });
}

}  // namespace lithe::reduction
