#pragma once

#include "dsl/tensor.h"

// Eigenvalues and singular values by rotations, composed of nodes: what a trace has in place of
// Eigen's solvers. Computed in f64. The sizes of a matrix must be constants; batches may have any.
namespace lithe::linalg {

/// Every matrix turned: Tensor::mT() for expressions that read from the inside outwards.
inline Tensor mT(const Tensor& x) { return x.mT(); }

struct Eigenpairs {
    Tensor values, vectors;  ///< [.., n] ascending, [.., n, n]
};
/// Of symmetric matrices f64[.., n, n]. Source: Jacobi, 1846; Brent, Luk, "The solution of
/// singular-value and symmetric eigenvalue problems on multiprocessor arrays", 1985.
Eigenpairs eigh_by_rotations(const Tensor& a);

struct Singular {
    Tensor u, s, vt;  ///< [.., m, k], [.., k] descending, [.., k, n], k = min(m, n)
};
/// Of f64[.., m, n]. Source: Hestenes, "Inversion of matrices by biorthogonalization", 1958.
Singular svd_by_rotations(const Tensor& a);

/// [.., m, k] of orthonormal columns with as many more that it is square.
Tensor completed(const Tensor& columns);

}  // namespace lithe::linalg
