// Second names under which LibTorch knows functions: `torch::arctan`, `torch::concatenate`.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "dsl/autograd/modes.h"
#include "dsl/image_ops.h"
#include "dsl/linalg.h"
#include "dsl/nn_ops.h"
#include "dsl/ops.h"
#include "dsl/rare_ops.h"
#include "dsl/tensor_data.h"
#include "runtime/error.h"

namespace lithe {

inline Tensor arccos(const Tensor& x) { return acos(x); }
inline Tensor arccosh(const Tensor& x) { return acosh(x); }
inline Tensor arcsin(const Tensor& x) { return asin(x); }
inline Tensor arctan(const Tensor& x) { return atan(x); }
inline Tensor arctan2(const Tensor& a, const Tensor& b) { return atan2(a, b); }
inline Tensor arctanh(const Tensor& x) { return atanh(x); }
inline Tensor fix(const Tensor& x) { return trunc(x); }
inline Tensor log_sigmoid(const Tensor& x) { return logsigmoid(x); }
inline Tensor ger(const Tensor& a, const Tensor& b) { return outer(a, b); }

inline Tensor arcsinh(const Tensor& x) { return asinh(x); }
inline Tensor sgn(const Tensor& x) { return sign(x); }
inline Tensor positive(const Tensor& x) { return x; }
inline Tensor conj(const Tensor& x) { return x; }
inline Tensor real(const Tensor& x) { return x; }
inline Tensor adjoint(const Tensor& x) { return x.mT(); }
inline Tensor trapz(const Tensor& y, const Scalar& dx = 1, int64_t axis = -1) {
    return trapezoid(y, dx, axis);
}
inline Tensor trapz(const Tensor& y, const Tensor& x, int64_t axis = -1) {
    return trapezoid(y, x, axis);
}
inline bool is_complex(const Tensor& /*x*/) { return false; }
inline bool is_nonzero(const Tensor& x) { return x.is_nonzero(); }
inline bool is_same_size(const Tensor& a, const Tensor& b) { return a.is_same_size(b); }
inline DType promote_types(DType a, DType b) { return promote(a, b); }
/// Whether a conversion loses no kind of number.
inline bool can_cast(DType from, DType to) {
    return !(is_floating(from) && !is_floating(to)) &&
           !(from != DType::boolean && to == DType::boolean);
}

inline Tensor concatenate(const Tensors& parts, int64_t axis = 0) { return cat(parts, axis); }
inline Tensor row_stack(const Tensors& parts) { return vstack(parts); }
inline Tensors split_with_sizes(const Tensor& x, const Sizes& sizes, int64_t axis = 0) {
    return split(x, sizes, axis);
}

inline Tensor reflection_pad1d(const Tensor& x, const ShapeArg& widths) {
    return pad(x, widths, PadMode::reflect);
}
inline Tensor reflection_pad2d(const Tensor& x, const ShapeArg& widths) {
    return pad(x, widths, PadMode::reflect);
}
inline Tensor replication_pad1d(const Tensor& x, const ShapeArg& widths) {
    return pad(x, widths, PadMode::replicate);
}
inline Tensor replication_pad2d(const Tensor& x, const ShapeArg& widths) {
    return pad(x, widths, PadMode::replicate);
}

/// Memory of the caller with strides of its own.
inline Tensor from_blob(void* data, const ShapeArg& shape, const Sizes& strides,
                        const TensorOptions& options = {}) {
    const Sizes sizes = shape.vec();
    int64_t reach = 1;
    for (size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i] == 0) return from_blob(data, shape, options);
        reach += (sizes[i] - 1) * strides.at(i);
    }
    const Array all = from_blob(data, {reach}, options).array();
    return with_options(Tensor::from(all.view(sizes, strides)), options);
}

/// Eager mode computes on the calling thread.
inline int get_num_threads() { return 1; }
inline void set_num_threads(int /*count*/) {}

namespace autograd {
using lithe::AutoGradMode;
using lithe::GradMode;
}  // namespace autograd

// LibTorch has linear algebra by these names too.
inline auto linalg_solve(const Tensor& a, const Tensor& b) { return linalg::solve(a, b); }
inline auto linalg_inv(const Tensor& a) { return linalg::inv(a); }
inline auto linalg_det(const Tensor& a) { return linalg::det(a); }
inline auto linalg_slogdet(const Tensor& a) { return linalg::slogdet(a); }
inline auto linalg_cholesky(const Tensor& a, bool upper = false) {
    return linalg::cholesky(a, upper);
}
inline auto linalg_qr(const Tensor& a, const std::string& mode = "reduced") {
    return linalg::qr(a, mode);
}
inline auto linalg_eigh(const Tensor& a) { return linalg::eigh(a); }
inline auto linalg_eigvalsh(const Tensor& a) { return linalg::eigvalsh(a); }
inline auto linalg_svd(const Tensor& a, bool full_matrices = true) {
    return linalg::svd(a, full_matrices);
}
inline auto linalg_svdvals(const Tensor& a) { return linalg::svdvals(a); }
inline auto linalg_pinv(const Tensor& a) { return linalg::pinv(a); }
inline auto linalg_pinv(const Tensor& a, double rcond) { return linalg::pinv(a, rcond); }
template <std::same_as<bool> B>
auto linalg_pinv(const Tensor& a, double rcond, B hermitian) {
    return linalg::pinv(a, rcond, hermitian);
}
inline auto linalg_pinv(const Tensor& a, std::optional<double> atol, std::optional<double> rtol,
                        bool hermitian = false) {
    return linalg::pinv(a, atol, rtol, hermitian);
}
inline auto linalg_matrix_rank(const Tensor& a, std::optional<double> atol = {},
                               std::optional<double> rtol = {}, bool hermitian = false) {
    return linalg::matrix_rank(a, atol, rtol, hermitian);
}
inline auto linalg_matrix_rank(const Tensor& a, double tol, bool hermitian = false) {
    return linalg::matrix_rank(a, tol, hermitian);
}
inline auto linalg_matrix_power(const Tensor& a, int64_t n) { return linalg::matrix_power(a, n); }
inline auto linalg_vector_norm(const Tensor& x, double p = 2, const Axes& axes = {},
                               bool keepdim = false) {
    return linalg::vector_norm(x, p, axes, keepdim);
}
inline auto linalg_norm(const Tensor& x, std::optional<double> p = {}, const Axes& axes = {},
                        bool keepdim = false) {
    return linalg::norm(x, p, axes, keepdim);
}
inline auto linalg_matrix_norm(const Tensor& x, const Scalar& p, const Axes& axes = Axes{-2, -1},
                               bool keepdim = false) {
    return linalg::matrix_norm(x, p.to_double(), axes, keepdim);
}
inline auto linalg_multi_dot(const Tensors& matrices) { return linalg::multi_dot(matrices); }
inline auto linalg_vecdot(const Tensor& a, const Tensor& b, int64_t axis = -1) {
    return linalg::vecdot(a, b, axis);
}
inline auto linalg_solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left = true,
                                    bool unitriangular = false) {
    return linalg::solve_triangular(a, b, upper, left, unitriangular);
}
inline auto linalg_cross(const Tensor& a, const Tensor& b, int64_t axis = -1) {
    return linalg::cross(a, b, axis);
}

/// With its options in order, as torch::scaled_dot_product_attention has them.
template <std::same_as<Tensor> Mask = Tensor>
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const Mask& mask, double dropout_p = 0, bool is_causal = false,
                                    std::optional<double> scale = {}, bool enable_gqa = false) {
    return scaled_dot_product_attention(query, key, value,
                                        AttentionOptions{.mask = mask,
                                                         .dropout = dropout_p,
                                                         .is_causal = is_causal,
                                                         .scale = scale,
                                                         .enable_gqa = enable_gqa});
}

// upsample_* to a size, with the factors that it came from where the author has them, or, with
// std::nullopt in place of a size, by factors.
#define LITHE_UPSAMPLE(NAME, MODE)                                                            \
    template <std::convertible_to<std::optional<double>>... Factor>                           \
    Tensor NAME(const Tensor& x, const ShapeArg& size, Factor... factors) {                   \
        return interpolate(x, {.size = size.shape(),                                          \
                               .scale = {std::optional<double>(factors).value_or(0)...},      \
                               .mode = MODE});                                                \
    }                                                                                         \
    inline Tensor NAME(const Tensor& x, std::nullopt_t, const std::vector<double>& factors) { \
        return interpolate(x, {.scale = factors, .mode = MODE});                              \
    }
#define LITHE_UPSAMPLE_SMOOTH(NAME, MODE)                                                        \
    template <std::convertible_to<std::optional<double>>... Factor>                              \
    Tensor NAME(const Tensor& x, const ShapeArg& size, bool align_corners, Factor... factors) {  \
        return interpolate(x, {.size = size.shape(),                                             \
                               .scale = {std::optional<double>(factors).value_or(0)...},         \
                               .mode = MODE,                                                     \
                               .align_corners = align_corners});                                 \
    }                                                                                            \
    inline Tensor NAME(const Tensor& x, std::nullopt_t, bool align_corners,                      \
                       const std::vector<double>& factors) {                                     \
        return interpolate(x, {.scale = factors, .mode = MODE, .align_corners = align_corners}); \
    }
LITHE_UPSAMPLE(upsample_nearest1d, ResizeMode::nearest)
LITHE_UPSAMPLE(upsample_nearest2d, ResizeMode::nearest)
LITHE_UPSAMPLE(upsample_nearest3d, ResizeMode::nearest)
LITHE_UPSAMPLE(_upsample_nearest_exact1d, ResizeMode::nearest_exact)  // NOLINT
LITHE_UPSAMPLE(_upsample_nearest_exact2d, ResizeMode::nearest_exact)  // NOLINT
LITHE_UPSAMPLE(_upsample_nearest_exact3d, ResizeMode::nearest_exact)  // NOLINT
LITHE_UPSAMPLE_SMOOTH(upsample_linear1d, ResizeMode::linear)
LITHE_UPSAMPLE_SMOOTH(upsample_bilinear2d, ResizeMode::linear)
LITHE_UPSAMPLE_SMOOTH(upsample_trilinear3d, ResizeMode::linear)
LITHE_UPSAMPLE_SMOOTH(upsample_bicubic2d, ResizeMode::cubic)
#undef LITHE_UPSAMPLE
#undef LITHE_UPSAMPLE_SMOOTH

/// embedding_bag with its options in order. `mode`: 0 sum, 1 mean, 2 max. The last three results,
/// which LibTorch keeps for the gradient, are undefined. Errors: embedding_bag.*.
template <std::same_as<bool> B>
std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(
    const Tensor& weight, const Tensor& index, const Tensor& offsets, B scale_grad_by_freq,
    int64_t mode = 0, bool /*sparse*/ = false, const Tensor& per_sample_weights = {},
    bool include_last_offset = false, std::optional<int64_t> padding_idx = {}) {
    if (mode < 0 || mode > 2) {
        throw UserError("embedding_bag.mode",
                        "embedding_bag: expected a mode of 0 (sum), 1 (mean) or 2 (max), got " +
                            std::to_string(mode));
    }
    const int64_t rows = weight.size(0), row = padding_idx.value_or(-1);
    EmbeddingBagSettings settings;
    settings.mode = static_cast<BagMode>(mode);
    settings.padding_idx = padding_idx && row < 0 ? row + rows : row;
    settings.include_last_offset = include_last_offset;
    settings.scale_grad_by_freq = scale_grad_by_freq;
    return {embedding_bag(weight, index, offsets, per_sample_weights, settings), {}, {}, {}};
}

}  // namespace lithe
