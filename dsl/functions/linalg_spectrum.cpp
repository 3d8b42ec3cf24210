// Eigenvalues and singular values: by Eigen in eager mode, by rotations in a trace. Gradients are
// composed of nodes.
#include <Eigen/Dense>
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/functions/linalg_jacobi.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace linalg {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Map = Eigen::Map<Matrix>;

void check_matrices(const char* name, const Tensor& a) {
    if (a.dim() >= 2 && a.is_floating_point()) return;
    throw UserError(
        "linalg.matrix",
        std::string(name) + ": expected floating-point matrices, got " + a.type().str());
}

/// The batch of matrices as dense doubles.
Array matrices_of(const Tensor& a) { return a.array().dense().to(DType::f64); }

struct Batch {
    int64_t count = 1, rows = 0, columns = 0;
    Sizes lead;

    explicit Batch(const Array& array) {
        const Sizes& sizes = array.sizes();
        lead.assign(sizes.begin(), sizes.end() - 2);
        for (const int64_t size : lead) count *= size;
        rows = sizes[sizes.size() - 2];
        columns = sizes.back();
    }
    Sizes with(std::initializer_list<int64_t> tail) const {
        Sizes sizes = lead;
        sizes.insert(sizes.end(), tail);
        return sizes;
    }
};

Map matrix_at(const Array& array, int64_t i, int64_t rows, int64_t columns) {
    return {array.data<double>() + i * rows * columns, rows, columns};
}

/// 1, or -1 where the largest element of a column [.., 1, k] is negative: with it the vectors have
/// one sign, whoever computed them.
Tensor signs_of(const Tensor& columns) {
    const Tensor at = argmax(abs(columns), -2, /*keepdim=*/true);
    const Tensor one = ones({}, columns.dtype());
    return where(gather(columns, -2, at) < 0, -one, one);
}

/// 1 / x, 0 where x is 0.
Tensor inverse_or_zero(const Tensor& x) { return where(x == 0, 0, 1 / where(x == 0, 1, x)); }

double tolerance_of(const Tensor& a, double rtol) {
    if (rtol >= 0) return rtol;
    const double eps = a.dtype() == DType::f64 ? 0x1p-52 : 0x1p-23;
    const int64_t rows = a.size(-2), columns = a.size(-1);
    return eps * static_cast<double>(std::max(rows, columns));
}

Eigenpairs eigh_by_eigen(const Tensor& a) {
    const Array in = matrices_of(a);
    const Batch batch(in);
    const int64_t n = batch.rows;
    const Array values = Array::empty(DType::f64, batch.with({n})),
                vectors = Array::empty(DType::f64, batch.with({n, n}));
    for (int64_t i = 0; i < batch.count && n > 0; ++i) {
        const Eigen::SelfAdjointEigenSolver<Matrix> solver(matrix_at(in, i, n, n));
        Eigen::Map<Eigen::VectorXd>(values.data<double>() + i * n, n) = solver.eigenvalues();
        matrix_at(vectors, i, n, n) = solver.eigenvectors();
    }
    return {Tensor::from(values), Tensor::from(vectors)};
}

Singular svd_by_eigen(const Tensor& a, bool full_matrices) {
    const Array in = matrices_of(a);
    const Batch batch(in);
    const int64_t m = batch.rows, n = batch.columns, k = std::min(m, n);
    const int64_t left = full_matrices ? m : k, right = full_matrices ? n : k;
    const Array u = Array::zeros(DType::f64, batch.with({m, left})),
                s = Array::zeros(DType::f64, batch.with({k})),
                vt = Array::zeros(DType::f64, batch.with({right, n}));
    for (int64_t i = 0; i < batch.count && k > 0; ++i) {
        const Eigen::JacobiSVD<Eigen::MatrixXd> solver(
            matrix_at(in, i, m, n), full_matrices ? Eigen::ComputeFullU | Eigen::ComputeFullV
                                                  : Eigen::ComputeThinU | Eigen::ComputeThinV);
        matrix_at(u, i, m, left) = solver.matrixU();
        Eigen::Map<Eigen::VectorXd>(s.data<double>() + i * k, k) = solver.singularValues();
        matrix_at(vt, i, right, n) = solver.matrixV().transpose();
    }
    return {Tensor::from(u), Tensor::from(s), Tensor::from(vt)};
}

/// The first `count` columns times their signs; further ones as they are.
Tensor with_signs(const Tensor& columns, const Tensor& signs) {
    const Dim count = signs.size(-1), all = columns.size(-1);
    if (same(count, all)) return columns * signs;
    return cat({narrow(columns, -1, 0, count) * signs, narrow(columns, -1, count, all - count)},
               -1);
}

/// dA = V (diag(dL) + F * (W - W^T) / 2) V^T with W = V^T dV and F[i, j] = 1 / (L[j] - L[i]) beside
/// the diagonal: vectors of length 1 can only be turned.
Tensor eigh_gradient(const Tensor& l, const Tensor& v, std::span<const Tensor> grad) {
    Tensor middle = grad[0].defined() ? diag_embed(grad[0]) : zeros_like(v);
    if (grad[1].defined()) {
        const Tensor gaps = unsqueeze(l, -2) - unsqueeze(l, -1);
        const Tensor w = lithe::matmul(mT(v), grad[1]);
        middle = middle + inverse_or_zero(gaps) * (w - mT(w)) * 0.5;
    }
    return lithe::matmul(lithe::matmul(v, middle), mT(v));
}

/// Of the reduced form: Townsend, "Differentiating the singular value decomposition", 2016.
Tensor svd_gradient(const Tensor& u, const Tensor& s, const Tensor& vt,
                    std::span<const Tensor> grad) {
    const int64_t k = s.size(-1);
    const Tensor u1 = narrow(u, -1, 0, k), v1 = mT(narrow(vt, -2, 0, k));
    const Tensor squares = s * s, gaps = unsqueeze(squares, -2) - unsqueeze(squares, -1);
    const Tensor f = inverse_or_zero(gaps), rows = unsqueeze(s, -1), columns = unsqueeze(s, -2),
                 inverse = inverse_or_zero(s);
    Tensor middle = grad[1].defined() ? diag_embed(grad[1]) : zeros_like(gaps);
    Tensor outside;
    if (grad[0].defined()) {
        const Tensor du = narrow(grad[0], -1, 0, k), w = lithe::matmul(mT(u1), du);
        middle = middle + f * (w - mT(w)) * columns;
        outside = lithe::matmul((du - lithe::matmul(u1, w)) * unsqueeze(inverse, -2), mT(v1));
    }
    if (grad[2].defined()) {
        const Tensor dv = mT(narrow(grad[2], -2, 0, k)), w = lithe::matmul(mT(v1), dv);
        middle = middle + rows * f * (w - mT(w));
        const Tensor rest =
            lithe::matmul(u1, mT((dv - lithe::matmul(v1, w)) * unsqueeze(inverse, -2)));
        outside = outside.defined() ? outside + rest : rest;
    }
    const Tensor da = lithe::matmul(lithe::matmul(u1, middle), mT(v1));
    return outside.defined() ? da + outside : da;
}

}  // namespace

std::tuple<Tensor, Tensor> eigh(const Tensor& a) {
    check_matrices("linalg.eigh", a);
    if (!same(a.size(-1), a.size(-2)) && a.size(-1) != a.size(-2)) {
        throw UserError("linalg.square",
                        "linalg.eigh: expected square matrices, got " + a.type().str());
    }
    if (a.size(-1).is_constant(0)) return {sum(a, -1), a};
    const Eigenpairs found =
        a.is_symbolic() ? eigh_by_rotations(a.detach().to(DType::f64)) : eigh_by_eigen(a.detach());
    const Tensor l = found.values.to(a.dtype()),
                 v = (found.vectors * signs_of(found.vectors)).to(a.dtype());
    const Tensors results =
        autograd::attach({l, v}, {a}, [l, v, a](std::span<const Tensor> grad) -> Tensors {
            if (!GradMode::is_enabled()) return {eigh_gradient(l, v, grad)};
            const auto [values, vectors] =
                linalg::eigh(a);  // once more, so that they have derivatives
            return {eigh_gradient(values, vectors, grad)};
        });
    return {results[0], results[1]};
}

Tensor eigvalsh(const Tensor& a) { return std::get<0>(eigh(a)); }

std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& a, bool full_matrices) {
    check_matrices("linalg.svd", a);
    Singular found;
    if (a.is_symbolic()) {
        found = svd_by_rotations(a.detach().to(DType::f64));
        if (full_matrices) {
            found.u = completed(found.u);
            found.vt = mT(completed(mT(found.vt)));
        }
    } else {
        found = svd_by_eigen(a.detach(), full_matrices);
    }
    const int64_t k = found.s.size(-1);
    if (k > 0) {
        const Tensor signs = signs_of(narrow(found.u, -1, 0, k));
        found.u = with_signs(found.u, signs);
        found.vt = mT(with_signs(mT(found.vt), signs));
    }
    const Tensor tu = found.u.to(a.dtype()), ts = found.s.to(a.dtype()),
                 tv = found.vt.to(a.dtype());
    const Tensors results = autograd::attach(
        {tu, ts, tv}, {a}, [tu, ts, tv, a](std::span<const Tensor> grad) -> Tensors {
            if (!GradMode::is_enabled()) return {svd_gradient(tu, ts, tv, grad)};
            const auto [u, values, vt] =
                linalg::svd(a, false);  // once more, so that they have derivatives
            return {svd_gradient(u, values, vt, grad)};
        });
    return {results[0], results[1], results[2]};
}

Tensor svdvals(const Tensor& a) { return std::get<1>(linalg::svd(a, false)); }

/// Up to where singular values count as 0, [..., 1]. A limit in absolute terms alone takes the
/// place of the one that follows from the size.
static Tensor limit_of(const Tensor& a, const Tensor& s, std::optional<double> atol,
                       std::optional<double> rtol) {
    const double relative = rtol ? *rtol : atol.value_or(0) > 0 ? 0 : tolerance_of(a, -1);
    const Tensor limit = amax(s.detach(), -1, /*keepdim=*/true) * relative;
    return atol ? clamp_min(limit, *atol) : limit;
}

Tensor pinv(const Tensor& a, double rtol) { return pinv(a, std::nullopt, tolerance_of(a, rtol)); }

// A symmetric matrix has the singular values of any other way to them.
Tensor pinv(const Tensor& a, std::optional<double> atol, std::optional<double> rtol,
            bool /*hermitian*/) {
    const auto [u, s, vt] = linalg::svd(a, false);
    const Tensor limit = limit_of(a, s, atol, rtol);
    const Tensor inverse = where(s > limit, 1 / where(s > limit, s, 1), 0);
    return lithe::matmul(mT(vt) * unsqueeze(inverse, -2), mT(u));
}

Tensor matrix_rank(const Tensor& a, std::optional<double> atol, std::optional<double> rtol,
                   bool /*hermitian*/) {
    const Tensor s = svdvals(a).detach();
    return sum(s > limit_of(a, s, atol, rtol), -1);
}
Tensor matrix_rank(const Tensor& a, double tol, bool hermitian) {
    return matrix_rank(a, tol, 0.0, hermitian);
}

Tensor vector_norm(const Tensor& x, double p, const Axes& axes, bool keepdim) {
    return lithe::norm(x, p, axes, keepdim);
}

Tensor matrix_norm(const Tensor& x, double p, const Axes& axes, bool keepdim) {
    if (axes.list().size() != 2 || x.dim() < 2) {
        throw UserError("linalg.matrix_norm", "linalg.matrix_norm: expected 2 axes, got " +
                                                  std::to_string(axes.list().size()) + " of " +
                                                  x.type().str());
    }
    const int rank = static_cast<int>(x.dim());
    const int rows = normalize_axis("matrix_norm", axes.list()[0], rank),
              columns = normalize_axis("matrix_norm", axes.list()[1], rank);
    Tensor y;
    if (std::abs(p) == 2) {
        const Tensor s = svdvals(movedim(x, {rows, columns}, {-2, -1}));
        y = p > 0 ? amax(s, -1) : amin(s, -1);
    } else if (std::abs(p) == 1 || std::isinf(p)) {
        const int summed = std::abs(p) == 1 ? rows : columns,
                  rest = std::abs(p) == 1 ? columns : rows;
        const Tensor sums = sum(abs(x), summed, /*keepdim=*/true);
        const Tensor best =
            p > 0 ? amax(sums, rest, /*keepdim=*/true) : amin(sums, rest, /*keepdim=*/true);
        y = squeeze(best, {rows, columns});
    } else {
        throw UserError("linalg.matrix_norm",
                        "linalg.matrix_norm: no norm has the order " + std::to_string(p));
    }
    if (!keepdim) return y;
    return unsqueeze(unsqueeze(y, std::min(rows, columns)), std::max(rows, columns));
}

Tensor matrix_norm(const Tensor& x, const std::string& p, const Axes& axes, bool keepdim) {
    if (p == "fro") return lithe::norm(x, 2, axes, keepdim);
    if (p != "nuc") {
        throw UserError("linalg.matrix_norm",
                        "linalg.matrix_norm: expected 'fro' or 'nuc', got '" + p + "'");
    }
    const int rank = static_cast<int>(x.dim());
    const int rows = normalize_axis("matrix_norm", axes.list().at(0), rank),
              columns = normalize_axis("matrix_norm", axes.list().at(1), rank);
    const Tensor y = sum(svdvals(movedim(x, {rows, columns}, {-2, -1})), -1);
    if (!keepdim) return y;
    return unsqueeze(unsqueeze(y, std::min(rows, columns)), std::max(rows, columns));
}

Tensor norm(const Tensor& x, std::optional<double> p, const Axes& axes, bool keepdim) {
    if (!p) return lithe::norm(x, 2, axes, keepdim);
    if (axes.list().size() == 2) return matrix_norm(x, *p, axes, keepdim);
    if (axes.empty() && x.dim() == 2) return matrix_norm(x, *p, Axes{-2, -1}, keepdim);
    return lithe::norm(x, *p, axes, keepdim);
}

}  // namespace linalg

Tensor inverse(const Tensor& a) { return linalg::inv(a); }
Tensor det(const Tensor& a) { return linalg::det(a); }
Tensor logdet(const Tensor& a) {
    const auto [sign, size] = linalg::slogdet(a);
    return where(sign < 0, NAN, size);
}
std::tuple<Tensor, Tensor> slogdet(const Tensor& a) { return linalg::slogdet(a); }
Tensor cholesky(const Tensor& a, bool upper) { return linalg::cholesky(a, upper); }
Tensor matrix_power(const Tensor& a, int64_t n) { return linalg::matrix_power(a, n); }
Tensor chain_matmul(const Tensors& matrices) { return linalg::multi_dot(matrices); }
Tensor pinverse(const Tensor& a, double rcond) { return linalg::pinv(a, rcond); }
std::tuple<Tensor, Tensor> qr(const Tensor& a, bool some) {
    return linalg::qr(a, some ? "reduced" : "complete");
}
std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& a, bool some, bool compute_uv) {
    if (!compute_uv) {
        Shape rows = a.sizes(), columns = a.sizes();
        rows.back() = a.size(-2);
        columns[columns.size() - 2] = a.size(-1);
        return {zeros(rows, a.dtype()), linalg::svdvals(a), zeros(columns, a.dtype())};
    }
    const auto [u, s, vt] = linalg::svd(a, !some);
    return {u, s, transpose(vt, -2, -1)};
}

}  // namespace lithe
