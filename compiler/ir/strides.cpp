#include "compiler/ir/strides.h"

namespace lithe::ir {

Shape dense_strides(const Shape& shape) {
    Shape strides(shape.size());
    Dim stride = 1;
    for (size_t axis = shape.size(); axis-- > 0;) {
        strides[axis] = stride;
        stride = stride * shape[axis];
    }
    return strides;
}

std::optional<Shape> reshaped_strides(const Shape& from, const Shape& strides, const Shape& to) {
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

}  // namespace lithe::ir
