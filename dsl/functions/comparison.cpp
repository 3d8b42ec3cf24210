// Comparisons and logic by way of the nodes.
#include <cmath>

#include "dsl/op_list.h"  // generated from the folder of ops
#include "dsl/ops.h"

namespace lithe {

Tensor ne(const Tensor& a, const Tensor& b) { return logical_not(eq(a, b)); }
Tensor gt(const Tensor& a, const Tensor& b) { return lt(b, a); }
Tensor ge(const Tensor& a, const Tensor& b) { return le(b, a); }
Tensor eq(const Tensor& a, const Scalar& b) { return eq(a, scalar_for(a, b)); }
Tensor ne(const Tensor& a, const Scalar& b) { return ne(a, scalar_for(a, b)); }
Tensor lt(const Tensor& a, const Scalar& b) { return lt(a, scalar_for(a, b)); }
Tensor le(const Tensor& a, const Scalar& b) { return le(a, scalar_for(a, b)); }
Tensor gt(const Tensor& a, const Scalar& b) { return gt(a, scalar_for(a, b)); }
Tensor ge(const Tensor& a, const Scalar& b) { return ge(a, scalar_for(a, b)); }

Tensor logical_xor(const Tensor& a, const Tensor& b) {
    return ne(a.to(DType::boolean), b.to(DType::boolean));
}

Tensor isnan(const Tensor& x) { return ne(x, x); }
Tensor isinf(const Tensor& x) {
    return x.is_floating_point() ? eq(abs(x), scalar_for(x, INFINITY))
                                 : full_like(x, false, DType::boolean);
}
Tensor isfinite(const Tensor& x) {
    return x.is_floating_point() ? abs(x) < INFINITY : full_like(x, true, DType::boolean);
}

Tensor isclose(const Tensor& a, const Tensor& b, double relative, double absolute, bool equal_nan) {
    const Tensor near = abs(a - b) <= abs(b) * relative + absolute;
    const Tensor close = logical_or(logical_and(near, isfinite(b)), eq(a, b));
    return equal_nan ? logical_or(close, logical_and(isnan(a), isnan(b))) : close;
}

/// The tensor that a view of the whole shows.
static const TensorImpl* origin(const Tensor& tensor) {
    const TensorImpl* impl = tensor.impl();
    while (impl->base && impl->view.op == &reshape_op &&
           same(impl->view.attrs.get_shape("shape"), impl->view.inputs[0].shape)) {
        impl = impl->viewed().get();
    }
    return impl;
}

bool allclose(const Tensor& a, const Tensor& b, double relative, double absolute, bool equal_nan) {
    return all(isclose(a, b, relative, absolute, equal_nan)).item<bool>();
}

bool equal(const Tensor& a, const Tensor& b) {
    if (a.is_symbolic() && origin(a) == origin(b)) return true;
    return same(a.sizes(), b.sizes()) && all(eq(a, b)).item<bool>();
}

Tensor where(const Tensor& condition, const Tensor& a, const Scalar& b) {
    return where(condition, a, scalar_for(a, b));
}
Tensor where(const Tensor& condition, const Scalar& a, const Tensor& b) {
    return where(condition, scalar_for(b, a), b);
}
Tensor where(const Tensor& condition, const Scalar& a, const Scalar& b) {
    const Tensor x = full({}, a), y = full({}, b);
    return where(condition, x, y);
}
Tensors where(const Tensor& condition) { return unbind(nonzero(condition), 1); }
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Scalar& value) {
    return where(mask, full({}, value, x.dtype()), x);
}
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value) {
    return where(mask, value.to(x.dtype()), x);
}

}  // namespace lithe
