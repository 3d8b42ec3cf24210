#pragma once

// Products of matrices in eager mode: Eigen's, and for f32 lithe's own with the widest vectors that
// the CPU has. f64 stays Eigen's: it is what everything else is checked against.

#include <cstdint>

namespace lithe::matrix_product {

/// A matrix in memory: element [i, j] is data[i * row_step + j * column_step]; one of the steps
/// is 1.
template <class T>
struct Matrix {
    const T* data;
    int64_t row_step, column_step;
};

/// A dense matrix, and its transpose.
template <class T>
Matrix<T> dense(const T* data, int64_t columns) {
    return {data, columns, 1};
}
template <class T>
Matrix<T> transposed(const T* data, int64_t columns) {
    return {data, 1, columns};
}

enum class Store : uint8_t { overwrite, add };

/// c[i, j] = sum over k of a[i, k] * b[k, j], or added to c; c is dense, [rows, columns]. For f32,
/// f64, i32 and i64.
/// Source: Goto, van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008.
template <class T>
void multiply(int64_t rows, int64_t inner, int64_t columns, Matrix<T> a, Matrix<T> b, T* c,
              Store store = Store::overwrite);

}  // namespace lithe::matrix_product
