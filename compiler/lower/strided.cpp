#include "compiler/lower/strided.h"

namespace lithe::lower {
namespace {

Shape dense_strides(const Shape& shape) {
    Shape strides(shape.size());
    Dim stride = 1;
    for (size_t axis = shape.size(); axis-- > 0;) {
        strides[axis] = stride;
        stride = stride * shape[axis];
    }
    return strides;
}

/// Strides of `to` over the elements of `from`: runs of axes that hold the same elements are
/// matched from the end, and every run of `from` has to lie evenly in memory.
std::optional<Shape> reshaped(const Shape& from, const Shape& strides, const Shape& to) {
    Shape result(to.size(), Dim(0));
    size_t i = from.size(), k = to.size();
    while (i > 0 || k > 0) {
        if (i > 0 && from[i - 1].is_constant(1)) {
            --i;
            continue;
        }
        if (k > 0 && to[k - 1].is_constant(1)) {
            --k;
            continue;
        }
        if (i == 0 || k == 0) return std::nullopt;
        size_t begin_i = i - 1, begin_k = k - 1;
        Dim have = from[begin_i], want = to[begin_k];
        while (!same(have, want)) {
            const bool is_short = have.is_constant() && want.is_constant()
                                      ? have.constant() < want.constant()
                                      : begin_i > 0 && begin_i >= begin_k;
            if (is_short && begin_i > 0) {
                have = have * from[--begin_i];
            } else if (begin_k > 0) {
                want = want * to[--begin_k];
            } else {
                return std::nullopt;
            }
        }
        for (size_t axis = begin_i; axis + 1 < i; ++axis) {
            if (!same(strides[axis], strides[axis + 1] * from[axis + 1])) return std::nullopt;
        }
        Dim stride = strides[i - 1];
        for (size_t axis = k; axis-- > begin_k;) {
            result[axis] = stride;
            stride = stride * to[axis];
        }
        i = begin_i;
        k = begin_k;
    }
    return result;
}

}  // namespace

std::optional<Strided> strided_view(ir::Value value) {
    const ir::Node& node = *value.node;
    if (node.is("input")) {
        const bool is_part = node.attrs().has("strides");
        return Strided{
            static_cast<int>(node.attrs().get_int("index")), 0,
            is_part ? node.attrs().get_shape("strides") : dense_strides(node.type().shape)};
    }
    if (!node.is("permute") && !node.is("reshape") && !node.is("slice")) return std::nullopt;
    std::optional<Strided> view = strided_view(node.input(0));
    if (!view) return std::nullopt;
    if (node.is("permute")) {
        Shape strides;
        for (const int64_t axis : node.attrs().get_ints("perm")) {
            strides.push_back(view->strides[static_cast<size_t>(axis)]);
        }
        view->strides = strides;
    } else if (node.is("slice")) {
        Dim& stride = view->strides[static_cast<size_t>(node.attrs().get_int("axis"))];
        view->offset = view->offset + node.attrs().get_dim("begin") * stride;
        stride = stride * node.attrs().get_dim("step");
    } else {
        const std::optional<Shape> strides =
            reshaped(node.input(0).type().shape, view->strides, node.type().shape);
        if (!strides) return std::nullopt;
        view->strides = *strides;
    }
    return view;
}

}  // namespace lithe::lower
