// Products and arrangements, composed of nodes.
#include <algorithm>
#include <cmath>

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {

Tensor mv(const Tensor& matrix, const Tensor& vector) {
    if (matrix.dim() != 2 || vector.dim() != 1) {
        throw UserError("mv.rank", "mv: expected a matrix and a vector, got " +
                                       matrix.type().str() + " and " + vector.type().str());
    }
    return matmul(matrix, vector);
}

Tensor inner(const Tensor& a, const Tensor& b) {
    if (a.dim() == 0 || b.dim() == 0) return a * b;
    return tensordot(a, b, -1, -1);
}

Tensor vdot(const Tensor& a, const Tensor& b) { return dot(a, b); }

namespace {

/// beta x + alpha product; a beta of 0 leaves x out, also where it is NaN.
Tensor added(const Tensor& x, const Tensor& product, const Scalar& beta, const Scalar& alpha) {
    const bool is_one = !alpha.is_symbolic() && alpha.to_double() == 1;
    const Tensor scaled = is_one ? product : product * alpha;
    if (!beta.is_symbolic() && beta.to_double() == 0) return scaled;
    return !beta.is_symbolic() && beta.to_double() == 1 ? x + scaled : x * beta + scaled;
}

}  // namespace

Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta,
             const Scalar& alpha) {
    return added(x, mm(a, b), beta, alpha);
}
Tensor addmv(const Tensor& x, const Tensor& matrix, const Tensor& vector, const Scalar& beta,
             const Scalar& alpha) {
    return added(x, mv(matrix, vector), beta, alpha);
}
Tensor addr(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta,
            const Scalar& alpha) {
    return added(x, outer(a, b), beta, alpha);
}
Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta,
               const Scalar& alpha) {
    return added(x, bmm(a, b), beta, alpha);
}
Tensor addbmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta,
              const Scalar& alpha) {
    return added(x, sum(bmm(a, b), 0), beta, alpha);
}

Tensor tensordot(const Tensor& a, const Tensor& b, const Axes& axes_a, const Axes& axes_b) {
    if (axes_a.list().size() != axes_b.list().size()) {
        throw UserError("tensordot.axes", "tensordot: " + std::to_string(axes_a.list().size()) +
                                              " axes of the first and " +
                                              std::to_string(axes_b.list().size()) +
                                              " of the second operand");
    }
    // The axes to be summed last in a, first in b; then one product of matrices.
    const auto arranged = [](const Tensor& x, const Axes& axes, bool last, Shape& rest) {
        Sizes summed, perm;
        for (const int64_t axis : axes.list()) {
            summed.push_back(normalize_axis("tensordot", axis, static_cast<int>(x.dim())));
        }
        for (int64_t i = 0; i < x.dim(); ++i) {
            if (std::find(summed.begin(), summed.end(), i) != summed.end()) continue;
            perm.push_back(i);
            rest.push_back(x.size(i));
        }
        perm.insert(last ? perm.end() : perm.begin(), summed.begin(), summed.end());
        Dim length = 1;
        for (const int64_t axis : summed) length = length * x.size(axis);
        const Tensor moved = permute(x, perm);
        return last ? reshape(moved, {product(rest), length})
                    : reshape(moved, {length, product(rest)});
    };
    Shape shape, columns;
    const Tensor left = arranged(a, axes_a, true, shape),
                 right = arranged(b, axes_b, false, columns);
    shape.insert(shape.end(), columns.begin(), columns.end());
    return reshape(matmul(left, right), shape);
}

Tensor tensordot(const Tensor& a, const Tensor& b, int64_t count) {
    Sizes last, first;
    for (int64_t i = 0; i < count; ++i) {
        last.push_back(i - count);
        first.push_back(i);
    }
    return tensordot(a, b, last, first);
}

Tensor kron(const Tensor& a, const Tensor& b) {
    const auto rank = static_cast<size_t>(std::max(a.dim(), b.dim()));
    Shape of_a, of_b, wide_a, wide_b, merged;
    for (size_t i = 0; i < rank; ++i) {
        const auto size = [&](const Tensor& x) {
            const auto lead = rank - static_cast<size_t>(x.dim());
            return i < lead ? Dim(1) : x.size(static_cast<int64_t>(i - lead));
        };
        wide_a.insert(wide_a.end(), {size(a), Dim(1)});
        wide_b.insert(wide_b.end(), {Dim(1), size(b)});
        merged.push_back(size(a) * size(b));
    }
    return reshape(reshape(a, wide_a) * reshape(b, wide_b), merged);
}

namespace {

/// The first axis of size 3.
int64_t axis_of_three(const Tensor& a) {
    for (int64_t axis = 0; axis < a.dim(); ++axis) {
        if (a.size(axis) == 3) return axis;
    }
    throw UserError("cross.size", "cross: no axis of " + a.type().str() + " has 3 elements");
}

}  // namespace

Tensor cross(const Tensor& a, const Tensor& b, std::optional<int64_t> dim) {
    const int64_t axis = dim ? *dim : axis_of_three(a);
    if (!a.size(axis).is_constant(3) || !b.size(axis).is_constant(3)) {
        throw UserError("cross.size", "cross: axis " + std::to_string(axis) +
                                          " must have 3 elements, got " + a.type().str() + " and " +
                                          b.type().str());
    }
    const auto turned = [&](const Tensor& x, int64_t shift) { return roll(x, shift, axis); };
    return turned(a, -1) * turned(b, 1) - turned(a, 1) * turned(b, -1);
}

Tensor cdist(const Tensor& a, const Tensor& b, double p) {
    return norm(unsqueeze(a, -2) - unsqueeze(b, -3), p, -1);
}

Tensor trace(const Tensor& x) {
    if (x.dim() != 2)
        throw UserError("trace.rank", "trace: expected a matrix, got " + x.type().str());
    return sum(diagonal(x));
}

Tensor cov(const Tensor& x, int64_t correction) {
    if (x.dim() > 2) {
        throw UserError("cov.rank", "cov: expected at most 2 axes, got " + x.type().str());
    }
    const Tensor rows = x.dim() < 2 ? reshape(x, {Dim(1), x.numel()}) : x;
    const Tensor away = rows - mean(rows, 1, /*keepdim=*/true);
    const Dim count = max(rows.size(1) - correction, Dim(0));
    const Tensor product = matmul(away, transpose(away, 0, 1)) / count;
    return x.dim() < 2 ? reshape(product, {}) : product;
}

Tensor corrcoef(const Tensor& x) {
    const Tensor c = cov(x);
    if (c.dim() == 0) return c / c;
    const Tensor deviation = sqrt(diagonal(c));
    return clamp(c / unsqueeze(deviation, 1) / unsqueeze(deviation, 0), -1, 1);
}

}  // namespace lithe
