// Linear algebra: torch::linalg and the names that stand outside of it. Included by dsl/ops.h.
//
// Matrices are the last two axes, whatever stands before is a batch. What is made by elimination
// (solve, inv, det, cholesky, qr) is composed of nodes, about ten for each row, so it is
// differentiated and compiled like the rest; the number of rows must be a constant there. What
// iterates (eigh, svd) is Eigen's in eager mode and loops of rotations in a compiled model.
#pragma once

#include <concepts>

#include "dsl/tensor.h"

namespace lithe {

namespace linalg {

/// The x of a x = b, b [.., n, k] or [.., n]. Elimination with partial pivoting.
/// Errors: linalg.square, linalg.rows, linalg.singular in eager mode.
Tensor solve(const Tensor& a, const Tensor& b);
/// The x of a x = b for a triangular a; nothing of the other triangle is read.
Tensor solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left = true,
                        bool unitriangular = false);
Tensor inv(const Tensor& a);
Tensor det(const Tensor& a);
/// The sign, and the logarithm of the absolute value.
std::tuple<Tensor, Tensor> slogdet(const Tensor& a);
/// The lower triangle l of l l^T = a, for a symmetric a that is positive definite: only its lower
/// triangle is read. Errors: linalg.not_positive_definite in eager mode; NaN in a compiled model.
Tensor cholesky(const Tensor& a, bool upper = false);
/// q r = a, by reflections: q has orthonormal columns, r is upper triangular. `mode` is "reduced",
/// "complete" or "r" (q is empty). Errors: linalg.qr_mode.
std::tuple<Tensor, Tensor> qr(const Tensor& a, const std::string& mode = "reduced");
/// Eigenvalues, ascending, and eigenvectors of a symmetric matrix, of which the lower triangle is
/// read. The largest element of every vector is positive. Compiled, sizes must be constants.
std::tuple<Tensor, Tensor> eigh(const Tensor& a);
Tensor eigvalsh(const Tensor& a);
/// u, s, v^T with u diag(s) v^T = a, s descending; the largest of every column of u is positive.
std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& a, bool full_matrices = true);
Tensor svdvals(const Tensor& a);
/// By svd: singular values up to `rtol` times the largest one count as 0.
Tensor pinv(const Tensor& a, double rtol = -1);
template <std::same_as<bool> B>
Tensor pinv(const Tensor& a, double rtol, B /*hermitian*/) {
    return pinv(a, rtol);
}
/// Those up to `atol`, too.
Tensor pinv(const Tensor& a, std::optional<double> atol, std::optional<double> rtol,
            bool hermitian = false);
/// How many singular values are over atol and over rtol times the largest one.
Tensor matrix_rank(const Tensor& a, std::optional<double> atol = {},
                   std::optional<double> rtol = {}, bool hermitian = false);
/// `tol` is absolute.
Tensor matrix_rank(const Tensor& a, double tol, bool hermitian = false);

Tensor matrix_power(const Tensor& a, int64_t n);
/// The product in the order that needs the fewest multiplications.
Tensor multi_dot(const Tensors& matrices);
Tensor vector_norm(const Tensor& x, double p = 2, const Axes& axes = {}, bool keepdim = false);
/// `p`: 1, -1, infinity and -infinity (sums of columns, of rows), or "fro"; 2, -2 and "nuc" by svd.
Tensor matrix_norm(const Tensor& x, double p, const Axes& axes = Axes{-2, -1},
                   bool keepdim = false);
Tensor matrix_norm(const Tensor& x, const std::string& p = "fro", const Axes& axes = Axes{-2, -1},
                   bool keepdim = false);
/// vector_norm without `p`, and along one axis; of two axes the matrix_norm.
Tensor norm(const Tensor& x, std::optional<double> p = {}, const Axes& axes = {},
            bool keepdim = false);
Tensor cross(const Tensor& a, const Tensor& b, int64_t axis = -1);
Tensor vecdot(const Tensor& a, const Tensor& b, int64_t axis = -1);
Tensor matmul(const Tensor& a, const Tensor& b);
Tensor diagonal(const Tensor& x, int64_t offset = 0, int64_t first = -2, int64_t second = -1);

}  // namespace linalg

Tensor inverse(const Tensor& a);
Tensor det(const Tensor& a);
Tensor logdet(const Tensor& a);
std::tuple<Tensor, Tensor> slogdet(const Tensor& a);
Tensor cholesky(const Tensor& a, bool upper = false);
Tensor matrix_power(const Tensor& a, int64_t n);
Tensor chain_matmul(const Tensors& matrices);
/// svd with v, not transposed. Without `compute_uv`, u and v are zeros of all rows and columns.
std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& a, bool some = true, bool compute_uv = true);
std::tuple<Tensor, Tensor> qr(const Tensor& a, bool some = true);
Tensor pinverse(const Tensor& a, double rcond = 1e-15);

}  // namespace lithe
