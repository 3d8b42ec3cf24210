// The functions over tensors, under PyTorch's names. Each node's function stands in
// dsl/ops/<name>.cpp, those composed of nodes in dsl/functions/.
#pragma once

#include <string_view>

#include "dsl/tensor.h"

namespace lithe {

// --- creation ----------------------------------------------------------------------------------
/// `value` everywhere; the dtype follows the number where none is given.
Tensor full(const ShapeArg& shape, const Scalar& value, const TensorOptions& options = {});
Tensor zeros(const ShapeArg& shape, const TensorOptions& options = {});
Tensor ones(const ShapeArg& shape, const TensorOptions& options = {});
Tensor empty(const ShapeArg& shape, const TensorOptions& options = {});
Tensor full_like(const Tensor& x, const Scalar& value, const TensorOptions& options = {});
Tensor zeros_like(const Tensor& x, const TensorOptions& options = {});
Tensor ones_like(const Tensor& x, const TensorOptions& options = {});
Tensor empty_like(const Tensor& x, const TensorOptions& options = {});
Tensor scalar_tensor(const Scalar& value, const TensorOptions& options = {});
Tensor arange(const Scalar& end, const TensorOptions& options = {});
Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step = 1,
              const TensorOptions& options = {});
Tensor linspace(const Scalar& start, const Scalar& end, int64_t count,
                const TensorOptions& options = {});
Tensor eye(const Dim& rows, const TensorOptions& options = {});
Tensor eye(const Dim& rows, const Dim& columns, const TensorOptions& options = {});
/// Fewer than 0 classes: as many as the largest index needs.
Tensor one_hot(const Tensor& index, int64_t classes = -1);
/// The tensor with the flags of the options: the end of every creation.
Tensor with_options(const Tensor& made, const TensorOptions& options);

// --- dtypes ------------------------------------------------------------------------------------
Tensor cast(const Tensor& x, DType dtype);
/// The dtype in which two operands meet, as PyTorch promotes.
DType result_type(const Tensor& a, const Tensor& b);
/// Both operands in their common dtype.
std::pair<Tensor, Tensor> promoted(const Tensor& a, const Tensor& b);
/// The tensor itself where it is floating-point, else as f32.
Tensor as_floating(const Tensor& x);
/// A number as the 0-d operand that it is beside `x`: of x's dtype, unless it is of a higher kind.
Tensor scalar_for(const Tensor& x, const Scalar& value);

// --- arithmetic --------------------------------------------------------------------------------
enum class Rounding : uint8_t { none, trunc, floor };
Tensor add(const Tensor& a, const Tensor& b);
Tensor add(const Tensor& a, const Tensor& b, const Scalar& alpha);
Tensor add(const Tensor& a, const Scalar& b);
Tensor add(const Tensor& a, const Scalar& b, const Scalar& alpha);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b, const Scalar& alpha);
Tensor sub(const Tensor& a, const Scalar& b);
Tensor sub(const Tensor& a, const Scalar& b, const Scalar& alpha);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Scalar& b);
Tensor div(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Scalar& b);
Tensor div(const Tensor& a, const Tensor& b, Rounding rounding);
Tensor floor_div(const Tensor& a, const Tensor& b);
Tensor floor_div(const Tensor& a, const Scalar& b);
Tensor fmod(const Tensor& a, const Tensor& b);
Tensor fmod(const Tensor& a, const Scalar& b);
Tensor remainder(const Tensor& a, const Tensor& b);
Tensor remainder(const Tensor& a, const Scalar& b);
Tensor remainder(const Scalar& a, const Tensor& b);
Tensor pow(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& x, const Scalar& exponent);
Tensor pow(const Scalar& base, const Tensor& exponent);
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor maximum(const Tensor& a, const Scalar& b);
Tensor minimum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Scalar& b);
Tensor atan2(const Tensor& a, const Tensor& b);
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight);
Tensor lerp(const Tensor& a, const Tensor& b, const Scalar& weight);
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value = 1);
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value = 1);
Tensor xlogy(const Tensor& a, const Tensor& b);

Tensor neg(const Tensor& x);
Tensor abs(const Tensor& x);
Tensor sign(const Tensor& x);
Tensor square(const Tensor& x);
Tensor reciprocal(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor rsqrt(const Tensor& x);
Tensor exp(const Tensor& x);
Tensor exp2(const Tensor& x);
Tensor expm1(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log1p(const Tensor& x);
Tensor log2(const Tensor& x);
Tensor log10(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tan(const Tensor& x);
Tensor asin(const Tensor& x);
Tensor acos(const Tensor& x);
Tensor atan(const Tensor& x);
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor asinh(const Tensor& x);
Tensor acosh(const Tensor& x);
Tensor atanh(const Tensor& x);
Tensor erf(const Tensor& x);
Tensor erfc(const Tensor& x);
Tensor floor(const Tensor& x);
Tensor ceil(const Tensor& x);
Tensor round(const Tensor& x);
Tensor trunc(const Tensor& x);
Tensor frac(const Tensor& x);
Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max = std::nullopt);
Tensor clamp_min(const Tensor& x, const Scalar& min);
Tensor clamp_max(const Tensor& x, const Scalar& max);
Tensor clamp_min(const Tensor& x, const Tensor& min);
Tensor clamp_max(const Tensor& x, const Tensor& max);
Tensor nan_to_num(const Tensor& x, std::optional<double> nan = {},
                  std::optional<double> positive = {}, std::optional<double> negative = {});

// --- comparison and logic ----------------------------------------------------------------------
Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& x);
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);
Tensor isclose(const Tensor& a, const Tensor& b, double relative = 1e-5, double absolute = 1e-8,
               bool equal_nan = false);
bool allclose(const Tensor& a, const Tensor& b, double relative = 1e-5, double absolute = 1e-8,
              bool equal_nan = false);
bool equal(const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, const Scalar& b);
Tensor where(const Tensor& condition, const Scalar& a, const Tensor& b);
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Scalar& value);
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value);

// --- activation --------------------------------------------------------------------------------
enum class Gelu : uint8_t { exact, tanh };
Tensor relu(const Tensor& x);
Tensor relu6(const Tensor& x);
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01);
Tensor prelu(const Tensor& x, const Tensor& weight);
Tensor elu(const Tensor& x, double alpha = 1, double scale = 1, double input_scale = 1);
Tensor selu(const Tensor& x);
Tensor celu(const Tensor& x, double alpha = 1);
Tensor gelu(const Tensor& x, Gelu form = Gelu::exact);
/// `approximate` is "none" or "tanh". Errors: gelu.approximate.
Tensor gelu(const Tensor& x, std::string_view approximate);
Tensor silu(const Tensor& x);
Tensor mish(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor logsigmoid(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor softplus(const Tensor& x, double beta = 1, double threshold = 20);
Tensor softsign(const Tensor& x);
Tensor tanhshrink(const Tensor& x);
Tensor hardtanh(const Tensor& x, double min = -1, double max = 1);
Tensor hardsigmoid(const Tensor& x);
Tensor hardswish(const Tensor& x);
Tensor hardshrink(const Tensor& x, double lambda = 0.5);
Tensor softshrink(const Tensor& x, double lambda = 0.5);
Tensor threshold(const Tensor& x, double limit, double value);
Tensor glu(const Tensor& x, int64_t axis = -1);
Tensor softmax(const Tensor& x, int64_t axis, std::optional<DType> dtype = {});
Tensor log_softmax(const Tensor& x, int64_t axis, std::optional<DType> dtype = {});

// --- reduction ---------------------------------------------------------------------------------
Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor mean(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor prod(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// Of the elements in another dtype.
Tensor sum(const Tensor& x, const Axes& axes, bool keepdim, std::optional<DType> dtype);
Tensor mean(const Tensor& x, const Axes& axes, bool keepdim, std::optional<DType> dtype);
Tensor prod(const Tensor& x, const Axes& axes, bool keepdim, std::optional<DType> dtype);
Tensor sum(const Tensor& x, DType dtype);
Tensor mean(const Tensor& x, DType dtype);
Tensor prod(const Tensor& x, DType dtype);
Tensor amax(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor amin(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor any(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor all(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor count_nonzero(const Tensor& x, const Axes& axes = {});
/// The divisor is the number of elements less `correction`.
Tensor var(const Tensor& x, const Axes& axes = {}, int64_t correction = 1, bool keepdim = false);
Tensor std(const Tensor& x, const Axes& axes = {}, int64_t correction = 1, bool keepdim = false);
/// `std(x, /*unbiased=*/false)`.
template <std::same_as<bool> B>
Tensor var(const Tensor& x, B unbiased) {
    return var(x, Axes(), unbiased ? 1 : 0);
}
template <std::same_as<bool> B>
Tensor std(const Tensor& x, B unbiased) {
    return std(x, Axes(), unbiased ? 1 : 0);
}
/// Without `p`: 2. With a dtype: of x as such.
Tensor norm(const Tensor& x, std::optional<double> p = {}, const Axes& axes = {},
            bool keepdim = false);
Tensor norm(const Tensor& x, std::optional<double> p, DType dtype);
Tensor norm(const Tensor& x, std::optional<double> p, const Axes& axes, bool keepdim, DType dtype);
Tensor logsumexp(const Tensor& x, const Axes& axes, bool keepdim = false);
Tensor max(const Tensor& x);
Tensor min(const Tensor& x);
Tensor max(const Tensor& a, const Tensor& b);
Tensor min(const Tensor& a, const Tensor& b);
/// Values and their indices along the axis.
std::tuple<Tensor, Tensor> max(const Tensor& x, int64_t axis, bool keepdim = false);
std::tuple<Tensor, Tensor> min(const Tensor& x, int64_t axis, bool keepdim = false);
/// Without an axis: the index among all elements.
Tensor argmax(const Tensor& x, std::optional<int64_t> axis = {}, bool keepdim = false);
Tensor argmin(const Tensor& x, std::optional<int64_t> axis = {}, bool keepdim = false);
Tensor cumsum(const Tensor& x, int64_t axis);
Tensor cumsum(const Tensor& x, int64_t axis, std::optional<DType> dtype);
/// Equal elements keep their order, asked for by `stable` or not.
Tensor argsort(const Tensor& x, int64_t axis = -1, bool descending = false);
template <std::same_as<bool> B>
Tensor argsort(const Tensor& x, B /*stable*/, int64_t axis = -1, bool descending = false) {
    return argsort(x, axis, descending);
}
std::tuple<Tensor, Tensor> sort(const Tensor& x, int64_t axis = -1, bool descending = false);
inline std::tuple<Tensor, Tensor> sort(const Tensor& x, std::optional<bool> /*stable*/,
                                       int64_t axis = -1, bool descending = false) {
    return sort(x, axis, descending);
}
/// Always sorted.
std::tuple<Tensor, Tensor> topk(const Tensor& x, int64_t count, int64_t axis = -1,
                                bool largest = true, bool sorted = true);
/// Sums what broadcasting repeated: the inverse of expanding `shape` to x's.
Tensor sum_to(const Tensor& x, const Shape& shape);

// --- shape -------------------------------------------------------------------------------------
Tensor clone(const Tensor& x);
Tensor contiguous(const Tensor& x);
/// One size may be -1. Shares memory where strides allow it.
Tensor reshape(const Tensor& x, const ShapeArg& shape);
Tensor view(const Tensor& x, const ShapeArg& shape);
Tensor flatten(const Tensor& x, int64_t first = 0, int64_t last = -1);
Tensor unflatten(const Tensor& x, int64_t axis, const ShapeArg& sizes);
Tensor squeeze(const Tensor& x);
Tensor squeeze(const Tensor& x, const Axes& axes);
Tensor unsqueeze(const Tensor& x, int64_t axis);
Tensor permute(const Tensor& x, const Sizes& perm);
Tensor transpose(const Tensor& x, int64_t a, int64_t b);
Tensor t(const Tensor& x);
Tensor movedim(const Tensor& x, const Axes& from, const Axes& to);
/// -1 keeps a size.
Tensor expand(const Tensor& x, const ShapeArg& shape);
Tensor expand_as(const Tensor& x, const Tensor& other);
Tensor broadcast_to(const Tensor& x, const ShapeArg& shape);
Tensors broadcast_tensors(const Tensors& tensors);
Tensor repeat(const Tensor& x, const ShapeArg& counts);
Tensor tile(const Tensor& x, const ShapeArg& counts);
/// The size of the result follows from the rest: `output_size` is without effect.
Tensor repeat_interleave(const Tensor& x, int64_t count, std::optional<int64_t> axis = {},
                         std::optional<int64_t> output_size = {});
Tensor cat(const Tensors& parts, int64_t axis = 0);
Tensor stack(const Tensors& parts, int64_t axis = 0);
Tensors split(const Tensor& x, int64_t size, int64_t axis = 0);
Tensors split(const Tensor& x, const Sizes& sizes, int64_t axis = 0);
Tensors chunk(const Tensor& x, int64_t count, int64_t axis = 0);
Tensors unbind(const Tensor& x, int64_t axis = 0);
Tensor slice(const Tensor& x, int64_t axis = 0, std::optional<Dim> begin = {},
             std::optional<Dim> end = {}, int64_t step = 1);
Tensor narrow(const Tensor& x, int64_t axis, const Dim& begin, const Dim& size);
/// `begin`: an integer in a tensor without axes. Errors: narrow.begin; narrow.range in eager mode.
Tensor narrow(const Tensor& x, int64_t axis, const Tensor& begin, const Dim& size);
Tensor select(const Tensor& x, int64_t axis, const Dim& index);
Tensor flip(const Tensor& x, const Axes& axes);
Tensor roll(const Tensor& x, const Axes& shifts, const Axes& axes = {});
Tensor tril(const Tensor& x, int64_t diagonal = 0);
Tensor triu(const Tensor& x, int64_t diagonal = 0);
Tensor diagonal(const Tensor& x, int64_t offset = 0, int64_t first = 0, int64_t second = 1);
Tensor diag(const Tensor& x, int64_t offset = 0);
/// The last axis as the diagonal of new matrices, whose axes are `first` and `second`.
Tensor diag_embed(const Tensor& x, int64_t offset = 0, int64_t first = -2, int64_t second = -1);
Tensors meshgrid(const Tensors& axes, const std::string& indexing = "ij");

// --- indexing ----------------------------------------------------------------------------------
/// Gradients are dense.
Tensor gather(const Tensor& x, int64_t axis, const Tensor& index, bool sparse_grad = false);
Tensor scatter(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source);
Tensor scatter(const Tensor& x, int64_t axis, const Tensor& index, const Scalar& value);
/// `reduce` is "add" or "multiply". Errors: scatter.reduce.
Tensor scatter(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source,
               std::string_view reduce);
Tensor scatter(const Tensor& x, int64_t axis, const Tensor& index, const Scalar& value,
               std::string_view reduce);
Tensor scatter_add(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source);
Tensor slice_scatter(const Tensor& x, const Tensor& y, int64_t axis, std::optional<Dim> begin = {},
                     std::optional<Dim> end = {}, int64_t step = 1);
Tensor index_select(const Tensor& x, int64_t axis, const Tensor& index);
Tensor index_add(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source,
                 const Scalar& alpha = 1);
Tensor index_copy(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source);
Tensor index_fill(const Tensor& x, int64_t axis, const Tensor& index, const Scalar& value);
/// Errors: index_fill.value, where it has axes.
Tensor index_fill(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& value);
Tensor take(const Tensor& x, const Tensor& index);
/// Gradients are dense, `sparse` or not.
Tensor embedding(const Tensor& weight, const Tensor& index, int64_t padding_idx = -1,
                 bool scale_grad_by_freq = false, bool sparse = false);
/// The places that are not 0, one row each. The data must be known: not while tracing.
Tensor nonzero(const Tensor& x);
Tensor masked_select(const Tensor& x, const Tensor& mask);

}  // namespace lithe

#include "dsl/image_ops.h"
#include "dsl/linalg.h"
#include "dsl/nn_ops.h"
#include "dsl/operators.h"
#include "dsl/rare_ops.h"
#include "dsl/scalar_ops.h"
