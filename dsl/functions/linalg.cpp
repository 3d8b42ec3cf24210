// Linear algebra by elimination and reflections, composed of nodes: see dsl/linalg.h.
#include <algorithm>
#include <cmath>
#include <functional>

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe::linalg {
namespace {

/// The number of rows of a batch of square matrices. Errors: linalg.square, linalg.size.
int64_t order_of(const char* name, const Tensor& a) {
    if (a.dim() < 2 || !a.is_floating_point() || a.size(-1) != a.size(-2)) {
        throw UserError(
            "linalg.square",
            std::string(name) + ": expected floating-point square matrices, got " + a.type().str());
    }
    if (a.size(-1).is_constant()) return a.size(-1).constant();
    throw UserError("linalg.size", std::string(name) + ": the number of rows must be a constant " +
                                       "to be compiled, got " + a.type().str());
}

Shape batch_of(const Tensor& a) {
    Shape shape = a.sizes();
    shape.resize(shape.size() - 2);
    return shape;
}

/// Column `j` of a matrix, kept as a column.
Tensor column(const Tensor& a, int64_t j) { return narrow(a, -1, j, 1); }
Tensor row(const Tensor& a, int64_t j) { return narrow(a, -2, j, 1); }

/// What elimination of [a | right] leaves: the product of the pivots apart, and the solution.
struct Eliminated {
    Tensor right;    ///< a^-1 times what stood on the right
    Tensors pivots;  ///< [..., 1, 1] each
    Tensor is_odd;   ///< whether an odd number of rows was swapped, bool [..., 1, 1]
};

/// Gauss and Jordan's elimination; the pivot is the largest number of the rows that are left.
Eliminated eliminate(const Tensor& a, const Tensor& right, int64_t n, bool is_solution) {
    Eliminated result;
    Tensor m = right.defined() ? cat({a, right}, -1) : a;
    const Tensor index = unsqueeze(arange(n), 1);  // rows
    for (int64_t j = 0; j < n; ++j) {
        const Tensor below = where(index >= j, abs(column(m, j)).detach(), -1);
        // A NaN is the largest, so that it is found and passed on.
        const Tensor at = argmax(below, -2, /*keepdim=*/true);  // [..., 1, 1]
        const Tensor is_swapped = ne(at, j);
        result.is_odd = j == 0 ? is_swapped : logical_xor(result.is_odd, is_swapped);
        const Tensor is_pivot = eq(index, at);
        const Tensor pivot_row = sum(where(is_pivot, m, 0), -2, /*keepdim=*/true);
        // Row j goes to where the pivot was.
        m = where(is_pivot, row(m, j), m);
        m = where(eq(index, j), pivot_row, m);
        const Tensor pivot = column(pivot_row, j);
        result.pivots.push_back(pivot);
        // Without a solution only the rows below are wanted, and a pivot of 0 has 0 below.
        const Tensor safe = is_solution ? pivot : where(pivot == 0, 1, pivot);
        const Tensor scaled = pivot_row / safe;
        const Tensor others = m - column(m, j) * scaled;
        if (is_solution) {
            m = where(eq(index, j), scaled, others);
        } else {
            m = where(index > j, others, m);
        }
    }
    if (right.defined()) result.right = narrow(m, -1, n, right.size(-1));
    return result;
}

/// Refuses a matrix without an inverse where the numbers are known.
void check_pivots(const char* name, const Eliminated& eliminated) {
    for (size_t j = 0; j < eliminated.pivots.size(); ++j) {
        if (eliminated.pivots[j].is_symbolic()) return;
        const Array pivots = eliminated.pivots[j].detach().array();
        for (int64_t i = 0; i < pivots.count(); ++i) {
            if (pivots.at(i) != 0) continue;
            throw UserError("linalg.singular", std::string(name) +
                                                   ": the matrix has no inverse: column " +
                                                   std::to_string(j) + " has no pivot other than " +
                                                   std::to_string(pivots.at(i)));
        }
    }
}

/// b broadcast to a's batch, as matrices.
Tensor with_batch(const Tensor& b, const Tensor& a) {
    Shape batch = a.sizes(), own = b.sizes();
    const Shape tail(own.end() - 2, own.end());
    batch.erase(batch.end() - 2, batch.end());
    own.erase(own.end() - 2, own.end());
    Shape shape = broadcast("linalg", batch, own);
    shape.insert(shape.end(), tail.begin(), tail.end());
    return expand(b, shape);
}

}  // namespace

Tensor solve(const Tensor& a, const Tensor& b) {
    const int64_t n = order_of("linalg.solve", a);
    const bool is_vector =
        b.dim() == 1 || (b.dim() == a.dim() - 1 && b.dim() >= 1 && same(Shape(b.sizes()), [&] {
                             Shape shape = a.sizes();
                             shape.pop_back();
                             return shape;
                         }()));
    const Tensor right = is_vector ? unsqueeze(b, -1) : b;
    if (right.dim() < 2 || right.size(-2) != n || right.dtype() != a.dtype()) {
        throw UserError("linalg.rows", "linalg.solve: the matrix " + a.type().str() +
                                           " and the right side " + b.type().str() + " do not fit");
    }
    const Tensor left = with_batch(a, right);
    const Eliminated eliminated = eliminate(left, with_batch(right, left), n, true);
    check_pivots("linalg.solve", eliminated);
    return is_vector ? squeeze(eliminated.right, -1) : eliminated.right;
}

Tensor inv(const Tensor& a) {
    const int64_t n = order_of("linalg.inv", a);
    if (n == 0) return a;
    const Eliminated eliminated = eliminate(a, with_batch(eye(n, a.dtype()), a), n, true);
    check_pivots("linalg.inv", eliminated);
    return eliminated.right;
}

Tensor det(const Tensor& a) {
    const int64_t n = order_of("linalg.det", a);
    if (n == 0) return ones(batch_of(a), a.dtype());
    const Eliminated eliminated = eliminate(a, {}, n, false);
    Tensor product = where(eliminated.is_odd, -eliminated.pivots[0], eliminated.pivots[0]);
    for (size_t j = 1; j < eliminated.pivots.size(); ++j) product = product * eliminated.pivots[j];
    return squeeze(product, {-2, -1});
}

std::tuple<Tensor, Tensor> slogdet(const Tensor& a) {
    const int64_t n = order_of("linalg.slogdet", a);
    const Shape batch = batch_of(a);
    if (n == 0) return {ones(batch, a.dtype()), zeros(batch, a.dtype())};
    const Eliminated eliminated = eliminate(a, {}, n, false);
    Tensor size, sign = where(eliminated.is_odd, full({}, -1, a.dtype()), full({}, 1, a.dtype()));
    for (const Tensor& pivot : eliminated.pivots) {
        const Tensor part = log(abs(pivot));
        size = size.defined() ? size + part : part;
        sign = sign * lithe::sign(pivot.detach());
    }
    return {squeeze(sign, {-2, -1}), squeeze(size, {-2, -1})};
}

Tensor solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left,
                        bool unitriangular) {
    if (!left) {
        const Tensor turned = solve_triangular(transpose(a, -2, -1), transpose(b, -2, -1), !upper,
                                               true, unitriangular);
        return transpose(turned, -2, -1);
    }
    const int64_t n = order_of("linalg.solve_triangular", a);
    if (b.dim() < 2 || b.size(-2) != n) {
        throw UserError("linalg.rows", "linalg.solve_triangular: the matrix " + a.type().str() +
                                           " and the right side " + b.type().str() + " do not fit");
    }
    Tensors rows(static_cast<size_t>(n));
    for (int64_t k = 0; k < n; ++k) {
        const int64_t i = upper ? n - 1 - k : k;
        Tensor x = row(b, i);
        if (k > 0) {
            const Tensor known = upper ? cat({rows.begin() + i + 1, rows.end()}, -2)
                                       : cat({rows.begin(), rows.begin() + i}, -2);
            const Tensor weights = narrow(row(a, i), -1, upper ? i + 1 : 0, k);
            x = x - lithe::matmul(weights, known);
        }
        rows[static_cast<size_t>(i)] = unitriangular ? x : x / column(row(a, i), i);
    }
    return n == 0 ? b : cat(rows, -2);
}

Tensor cholesky(const Tensor& a, bool upper) {
    const int64_t n = order_of("linalg.cholesky", a);
    Tensors columns;  // [..., n, 1] each, 0 above the diagonal
    const Tensor index = unsqueeze(arange(n), 1);
    // Only the lower triangle is read, but the gradient goes to both halves, as in PyTorch: by a
    // term that is 0.
    const Tensor both = (a + transpose(a, -2, -1)) / 2;
    const Tensor symmetric = a.requires_grad() ? a.detach() + (both - both.detach()) : a;
    for (int64_t j = 0; j < n; ++j) {
        Tensor rest = column(symmetric, j);
        if (j > 0) {
            const Tensor known = cat(columns, -1);
            rest = rest - lithe::matmul(known, transpose(row(known, j), -2, -1));
        }
        const Tensor square = row(rest, j);
        if (!square.is_symbolic()) {
            const Array numbers = square.detach().array();
            for (int64_t i = 0; i < numbers.count(); ++i) {
                if (numbers.at(i) > 0) continue;
                throw UserError("linalg.not_positive_definite",
                                "linalg.cholesky: the matrix is not positive definite: the square "
                                "of element " +
                                    std::to_string(j) + " of the diagonal is " +
                                    std::to_string(numbers.at(i)));
            }
        }
        columns.push_back(where(index >= j, rest / sqrt(square), 0));
    }
    const Tensor l = n == 0 ? a : cat(columns, -1);
    return upper ? transpose(l, -2, -1) : l;
}

std::tuple<Tensor, Tensor> qr(const Tensor& a, const std::string& mode) {
    if (mode != "reduced" && mode != "complete" && mode != "r") {
        throw UserError(
            "linalg.qr_mode",
            "linalg.qr: expected the mode 'reduced', 'complete' or 'r', got '" + mode + "'");
    }
    if (a.dim() < 2 || !a.size(-1).is_constant() || !a.size(-2).is_constant()) {
        throw UserError("linalg.size",
                        "linalg.qr: expected matrices of constant size, got " + a.type().str());
    }
    const int64_t rows = a.size(-2).constant(), width = a.size(-1).constant();
    const int64_t least = std::min(rows, width);
    const Tensor index = unsqueeze(arange(rows), 1);
    Tensor r = a, q = with_batch(eye(rows, a.dtype()), a);
    for (int64_t j = 0; j < std::min(rows - 1, width); ++j) {
        // The reflection that turns column j into a multiple of the j-th unit vector.
        const Tensor x = where(index >= j, column(r, j), 0), first = row(x, j);
        const Tensor square = sum(x * x, -2, /*keepdim=*/true);
        const Tensor rest = sum(where(index > j, x * x, 0), -2, /*keepdim=*/true).detach();
        const Tensor is_done = rest == 0;  // nothing below: the identity, as in LAPACK
        const Tensor length = sqrt(where(square == 0, 1, square));
        const Tensor alpha = where(first.detach() < 0, length, -length);
        const Tensor v = where(eq(index, j), first - alpha, x);
        const Tensor v_square = sum(v * v, -2, /*keepdim=*/true);
        const Tensor factor =
            where(is_done, 0, full({}, 2, a.dtype()) / where(is_done, 1, v_square));
        r = r - v * (lithe::matmul(transpose(v, -2, -1), r) * factor);
        q = q - lithe::matmul(q, v) * (transpose(v, -2, -1) * factor);
    }
    r = triu(r);
    if (mode == "complete") return {q, r};
    const Tensor short_r = narrow(r, -2, 0, least);
    if (mode == "r") return {zeros({0}, a.dtype()), short_r};
    return {narrow(q, -1, 0, least), short_r};
}

Tensor matrix_power(const Tensor& a, int64_t n) {
    const int64_t rows = order_of("linalg.matrix_power", a);
    if (n < 0) return linalg::matrix_power(linalg::inv(a), -n);
    if (n == 0) return clone(with_batch(eye(rows, a.dtype()), a));
    Tensor result, square = a;
    for (int64_t rest = n;; square = lithe::matmul(square, square)) {
        if (rest % 2) result = result.defined() ? lithe::matmul(result, square) : square;
        rest /= 2;
        if (rest == 0) return result;
    }
}

Tensor multi_dot(const Tensors& matrices) {
    if (matrices.size() < 2) {
        throw UserError("linalg.multi_dot", "linalg.multi_dot: expected at least 2 matrices, got " +
                                                std::to_string(matrices.size()));
    }
    Tensors parts = matrices;
    const bool from_vector = parts.front().dim() == 1, to_vector = parts.back().dim() == 1;
    if (from_vector) parts.front() = unsqueeze(parts.front(), 0);
    if (to_vector) parts.back() = unsqueeze(parts.back(), 1);
    // The order by dynamic programming over constant sizes; symbolic ones count as large.
    const size_t n = parts.size();
    std::vector<double> sizes;
    const auto size = [](const Dim& dim) {
        return dim.is_constant() ? static_cast<double>(dim.constant()) : 1e4;
    };
    for (const Tensor& part : parts) sizes.push_back(size(part.size(0)));
    sizes.push_back(size(parts.back().size(1)));
    std::vector<std::vector<double>> cost(n, std::vector<double>(n, 0));
    std::vector<std::vector<size_t>> cut(n, std::vector<size_t>(n, 0));
    for (size_t length = 1; length < n; ++length) {
        for (size_t i = 0; i + length < n; ++i) {
            const size_t j = i + length;
            cost[i][j] = INFINITY;
            for (size_t k = i; k < j; ++k) {
                const double c =
                    cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1];
                if (c < cost[i][j]) {
                    cost[i][j] = c;
                    cut[i][j] = k;
                }
            }
        }
    }
    const std::function<Tensor(size_t, size_t)> multiply = [&](size_t i, size_t j) {
        return i == j ? parts[i] : mm(multiply(i, cut[i][j]), multiply(cut[i][j] + 1, j));
    };
    Tensor y = multiply(0, n - 1);
    if (from_vector) y = squeeze(y, 0);
    return to_vector ? squeeze(y, -1) : y;
}

Tensor cross(const Tensor& a, const Tensor& b, int64_t axis) { return lithe::cross(a, b, axis); }
Tensor vecdot(const Tensor& a, const Tensor& b, int64_t axis) { return sum(a * b, axis); }
Tensor matmul(const Tensor& a, const Tensor& b) { return lithe::matmul(a, b); }
Tensor diagonal(const Tensor& x, int64_t offset, int64_t first, int64_t second) {
    return lithe::diagonal(x, offset, first, second);
}

}  // namespace lithe::linalg
