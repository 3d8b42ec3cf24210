#include "dsl/matrix_product.h"

#include <algorithm>
#include <vector>

#include <Eigen/Core>

namespace lithe::matrix_product {
namespace {

using Tile = void (*)(int64_t inner, const float* a, const float* b, float* c, int64_t c_step,
                      bool adds);

/// How a CPU multiplies: a tile of rows x columns at a time.
struct Kernel {
    Tile tile = nullptr;
    int64_t rows = 0, columns = 0;
};

#if defined(__x86_64__)
#define LITHE_TILE tile_avx2
#define LITHE_TARGET "avx2,fma"
#define LITHE_LANES 8
#define LITHE_ROWS 6
#include "dsl/matrix_product_tile.inc"

#define LITHE_TILE tile_avx512
#define LITHE_TARGET "avx512f"
#define LITHE_LANES 16
#define LITHE_ROWS 12
#include "dsl/matrix_product_tile.inc"

Kernel best_kernel() {
    if (__builtin_cpu_supports("avx512f")) return {tile_avx512, 12, 32};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {tile_avx2, 6, 16};
    return {};
}
#else
Kernel best_kernel() { return {}; }
#endif

const Kernel& kernel() {
    static const Kernel best = best_kernel();
    return best;
}

constexpr int64_t block_inner = 256, block_rows = 96, block_columns = 1024;
constexpr int64_t most_tile = 12 * 32;

/// Lines of `width` elements, `step` apart, side by side for each of `inner` places; the last group
/// is filled up with zeros.
void pack(const float* from, int64_t count, int64_t step, int64_t inner, int64_t inner_step,
          int64_t width, float* to) {
    for (int64_t begin = 0; begin < count; begin += width) {
        const int64_t lines = std::min(width, count - begin);
        const float* first = from + begin * step;
        if (step == 1) {
            for (int64_t k = 0; k < inner; ++k) {
                std::copy_n(first + k * inner_step, lines, to + k * width);
                std::fill(to + k * width + lines, to + (k + 1) * width, 0.0F);
            }
        } else {
            for (int64_t i = 0; i < lines; ++i) {
                const float* line = first + i * step;
                for (int64_t k = 0; k < inner; ++k) to[k * width + i] = line[k * inner_step];
            }
            for (int64_t i = lines; i < width; ++i) {
                for (int64_t k = 0; k < inner; ++k) to[k * width + i] = 0;
            }
        }
        to += inner * width;
    }
}

/// A tile at the edge: by way of memory of its own.
void edge_tile(int64_t inner, const float* a, const float* b, float* c, int64_t c_step, bool adds,
               int64_t rows, int64_t columns) {
    float whole[most_tile];
    const int64_t width = kernel().columns;
    kernel().tile(inner, a, b, whole, width, /*adds=*/false);
    for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < columns; ++j) {
            const float sum = whole[i * width + j];
            c[i * c_step + j] = adds ? c[i * c_step + j] + sum : sum;
        }
    }
}

/// A block of packed rows times a block of packed columns.
void block(int64_t rows, int64_t inner, int64_t columns, const float* a, const float* b, float* c,
           int64_t c_step, bool adds) {
    const Kernel& k = kernel();
    for (int64_t j = 0; j < columns; j += k.columns) {
        for (int64_t i = 0; i < rows; i += k.rows) {
            const float *tile_a = a + i * inner, *tile_b = b + j * inner;
            float* to = c + i * c_step + j;
            if (rows - i >= k.rows && columns - j >= k.columns) {
                k.tile(inner, tile_a, tile_b, to, c_step, adds);
            } else {
                edge_tile(inner, tile_a, tile_b, to, c_step, adds, std::min(k.rows, rows - i),
                          std::min(k.columns, columns - j));
            }
        }
    }
}

/// The same as multiply(), of f32, where the CPU has a kernel.
void multiply_packed(int64_t rows, int64_t inner, int64_t columns, Matrix<float> a, Matrix<float> b,
                     float* c, bool adds) {
    thread_local std::vector<float> packed_a, packed_b;
    const Kernel& k = kernel();
    const auto padded = [](int64_t count, int64_t width) {
        return (count + width - 1) / width * width;
    };
    packed_a.resize(static_cast<size_t>(block_inner * padded(block_rows, k.rows)));
    packed_b.resize(
        static_cast<size_t>(block_inner * padded(std::min(columns, block_columns), k.columns)));
    for (int64_t j = 0; j < columns; j += block_columns) {
        const int64_t width = std::min(block_columns, columns - j);
        for (int64_t p = 0; p < inner; p += block_inner) {
            const int64_t depth = std::min(block_inner, inner - p);
            pack(b.data + p * b.row_step + j * b.column_step, width, b.column_step, depth,
                 b.row_step, k.columns, packed_b.data());
            for (int64_t i = 0; i < rows; i += block_rows) {
                const int64_t height = std::min(block_rows, rows - i);
                pack(a.data + i * a.row_step + p * a.column_step, height, a.row_step, depth,
                     a.column_step, k.rows, packed_a.data());
                block(height, depth, width, packed_a.data(), packed_b.data(), c + i * columns + j,
                      columns, adds || p > 0);
            }
        }
    }
}

template <class T, int order>
using Map = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, order>,
                       Eigen::Unaligned, Eigen::OuterStride<>>;

/// Calls `body` with the matrix as Eigen sees it, by rows or by columns.
template <class T, class Body>
void with_map(const Matrix<T>& m, int64_t rows, int64_t columns, Body&& body) {
    if (m.column_step == 1) {
        body(Map<T, Eigen::RowMajor>(m.data, rows, columns, Eigen::OuterStride<>(m.row_step)));
    } else {
        body(Map<T, Eigen::ColMajor>(m.data, rows, columns, Eigen::OuterStride<>(m.column_step)));
    }
}

template <class T>
void multiply_plainly(int64_t rows, int64_t inner, int64_t columns, Matrix<T> a, Matrix<T> b, T* c,
                      bool adds) {
    using Result = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::Map<Result> result(c, rows, columns);
    with_map(a, rows, inner, [&](const auto& left) {
        with_map(b, inner, columns, [&](const auto& right) {
            if (adds)
                result.noalias() += left * right;
            else
                result.noalias() = left * right;
        });
    });
}

}  // namespace

template <class T>
void multiply(int64_t rows, int64_t inner, int64_t columns, Matrix<T> a, Matrix<T> b, T* c,
              Store store) {
    const bool adds = store == Store::add;
    if (inner == 0) {
        if (!adds) std::fill_n(c, rows * columns, T(0));
        return;
    }
    if constexpr (std::is_same_v<T, float>) {
        if (kernel().tile) return multiply_packed(rows, inner, columns, a, b, c, adds);
    }
    multiply_plainly(rows, inner, columns, a, b, c, adds);
}

template void multiply(int64_t, int64_t, int64_t, Matrix<float>, Matrix<float>, float*, Store);
template void multiply(int64_t, int64_t, int64_t, Matrix<double>, Matrix<double>, double*, Store);
template void multiply(int64_t, int64_t, int64_t, Matrix<int32_t>, Matrix<int32_t>, int32_t*,
                       Store);
template void multiply(int64_t, int64_t, int64_t, Matrix<int64_t>, Matrix<int64_t>, int64_t*,
                       Store);

}  // namespace lithe::matrix_product
