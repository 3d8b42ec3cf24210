// Functions over tensors beside those of dsl/ops.h, by which it is included: rarer arithmetic,
// order, running reductions, products of matrices, arrangement. PyTorch's names and semantics.
#pragma once

#include <string_view>

#include "dsl/tensor.h"

namespace lithe {

// --- bits of integers; of bool the logical ones --------------------------------------------------
Tensor bitwise_and(const Tensor& a, const Tensor& b);
Tensor bitwise_or(const Tensor& a, const Tensor& b);
Tensor bitwise_xor(const Tensor& a, const Tensor& b);
Tensor bitwise_not(const Tensor& x);
Tensor bitwise_left_shift(const Tensor& a, const Tensor& b);
Tensor bitwise_right_shift(const Tensor& a, const Tensor& b);

// --- arithmetic ----------------------------------------------------------------------------------
Tensor floor_divide(const Tensor& a, const Tensor& b);
Tensor floor_divide(const Tensor& a, const Scalar& b);
/// b - alpha a
Tensor rsub(const Tensor& a, const Tensor& b, const Scalar& alpha = 1);
Tensor hypot(const Tensor& a, const Tensor& b);
/// log(exp(a) + exp(b)), and with 2 for e, without overflow.
Tensor logaddexp(const Tensor& a, const Tensor& b);
Tensor logaddexp2(const Tensor& a, const Tensor& b);
/// log(x / (1 - x)); x is first kept within eps..1 - eps where given.
Tensor logit(const Tensor& x, std::optional<double> eps = {});
/// sin(pi x) / (pi x), 1 at 0.
Tensor sinc(const Tensor& x);
Tensor copysign(const Tensor& magnitude, const Tensor& sign);
/// Whether the sign is set, of -0 too.
Tensor signbit(const Tensor& x);
Tensor heaviside(const Tensor& x, const Tensor& at_zero);
/// The larger, or smaller, operand; the other one of a NaN.
Tensor fmax(const Tensor& a, const Tensor& b);
Tensor fmin(const Tensor& a, const Tensor& b);
Tensor deg2rad(const Tensor& x);
Tensor rad2deg(const Tensor& x);
/// To so many digits behind the point, or before it where negative.
Tensor round(const Tensor& x, int64_t decimals);
/// Bounds that broadcast; an undefined one is none.
Tensor clamp(const Tensor& x, const Tensor& min, const Tensor& max = {});

/// `rounding` is "trunc", "floor" or none. Errors: div.rounding.
Tensor div(const Tensor& a, const Tensor& b, std::optional<std::string_view> rounding);
Tensor div(const Tensor& a, const Scalar& b, std::optional<std::string_view> rounding);
Tensor erfinv(const Tensor& x);
Tensor lgamma(const Tensor& x);
Tensor digamma(const Tensor& x);
/// Derivative `order` of digamma. Errors: polygamma.order.
Tensor polygamma(int64_t order, const Tensor& x);

/// In f64, whatever the operands' types.
Tensor float_power(const Tensor& x, const Tensor& exponent);
Tensor float_power(const Tensor& x, const Scalar& exponent);
Tensor float_power(const Scalar& x, const Tensor& exponent);
/// x 2^exponent
Tensor ldexp(const Tensor& x, const Tensor& exponent);

// --- comparison ----------------------------------------------------------------------------------
Tensor eq(const Tensor& a, const Scalar& b);
Tensor ne(const Tensor& a, const Scalar& b);
Tensor lt(const Tensor& a, const Scalar& b);
Tensor le(const Tensor& a, const Scalar& b);
Tensor gt(const Tensor& a, const Scalar& b);
Tensor ge(const Tensor& a, const Scalar& b);
Tensor where(const Tensor& condition, const Scalar& a, const Scalar& b);
/// The places that hold, one tensor of indices for each axis: not while tracing.
Tensors where(const Tensor& condition);
Tensor isposinf(const Tensor& x);
Tensor isneginf(const Tensor& x);
/// Whether each element is among those of `list`, or with `invert` whether it is not.
Tensor isin(const Tensor& x, const Tensor& list, bool assume_unique = false, bool invert = false);

// --- reductions ----------------------------------------------------------------------------------
std::tuple<Tensor, Tensor> var_mean(const Tensor& x, const Axes& axes = {}, int64_t correction = 1,
                                    bool keepdim = false);
std::tuple<Tensor, Tensor> std_mean(const Tensor& x, const Axes& axes = {}, int64_t correction = 1,
                                    bool keepdim = false);
template <std::same_as<bool> B>
std::tuple<Tensor, Tensor> var_mean(const Tensor& x, B unbiased) {
    return var_mean(x, Axes(), unbiased ? 1 : 0);
}
template <std::same_as<bool> B>
std::tuple<Tensor, Tensor> std_mean(const Tensor& x, B unbiased) {
    return std_mean(x, Axes(), unbiased ? 1 : 0);
}
std::tuple<Tensor, Tensor> aminmax(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// NaN counts as 0, or not at all.
Tensor nansum(const Tensor& x, const Axes& axes = {}, bool keepdim = false,
              std::optional<DType> dtype = {});
Tensor nanmean(const Tensor& x, const Axes& axes = {}, bool keepdim = false,
               std::optional<DType> dtype = {});
/// norm(a - b, p)
Tensor dist(const Tensor& a, const Tensor& b, double p = 2);
/// The `k` smallest, k from 1, with its index. Errors: kthvalue.k.
std::tuple<Tensor, Tensor> kthvalue(const Tensor& x, int64_t k, int64_t axis = -1,
                                    bool keepdim = false);
/// The lower one of two in the middle; NaN wins, or with `nanmedian` counts for nothing.
Tensor median(const Tensor& x);
std::tuple<Tensor, Tensor> median(const Tensor& x, int64_t axis, bool keepdim = false);
Tensor nanmedian(const Tensor& x);
std::tuple<Tensor, Tensor> nanmedian(const Tensor& x, int64_t axis, bool keepdim = false);
/// The commonest number of each line, the least of equally common ones, and its last index.
std::tuple<Tensor, Tensor> mode(const Tensor& x, int64_t axis = -1, bool keepdim = false);
/// The numbers at the parts q, in 0..1, of each sorted line, or of all elements. `interpolation`
/// is "linear", "lower", "higher", "nearest" or "midpoint". Errors: quantile.*.
Tensor quantile(const Tensor& x, const Tensor& q, std::optional<int64_t> axis = {},
                bool keepdim = false, const std::string& interpolation = "linear");
Tensor quantile(const Tensor& x, double q, std::optional<int64_t> axis = {}, bool keepdim = false,
                const std::string& interpolation = "linear");
Tensor cumprod(const Tensor& x, int64_t axis, std::optional<DType> dtype = {});
/// Values and the last index that holds them.
std::tuple<Tensor, Tensor> cummax(const Tensor& x, int64_t axis);
std::tuple<Tensor, Tensor> cummin(const Tensor& x, int64_t axis);
Tensor logcumsumexp(const Tensor& x, int64_t axis);
/// Differences of neighbours along the axis, `n` times over; first `prepend` and `append` are
/// joined to it where given. Errors: diff.n, diff.rank.
Tensor diff(const Tensor& x, int64_t n = 1, int64_t axis = -1, const Tensor& prepend = {},
            const Tensor& append = {});
/// Rows along the axis scaled down to the norm. Errors: renorm.norm.
Tensor renorm(const Tensor& x, double p, int64_t axis, double most);
/// Where each value belongs in a sorted line, before equal ones, or behind them with `right` or
/// `side` "right". With a `sorter` the line is its order. Errors: searchsorted.*.
Tensor searchsorted(const Tensor& sorted, const Tensor& values, bool out_int32 = false,
                    bool right = false, std::optional<std::string_view> side = {},
                    const Tensor& sorter = {});
Tensor bucketize(const Tensor& values, const Tensor& boundaries, bool out_int32 = false,
                 bool right = false);
/// How often each of 0, 1, .. occurs. The longest index must be known: in a trace it is
/// `minimum_length`, and larger indices count for nothing. Errors: bincount.*.
Tensor bincount(const Tensor& x, const Tensor& weights = {}, int64_t minimum_length = 0);
/// Counts of the numbers in `bins` equal parts of low..high; of the data's range where both are 0.
Tensor histc(const Tensor& x, int64_t bins = 100, double low = 0, double high = 0);

/// Sorted along the first axis.
Tensor msort(const Tensor& x);
/// The area below y at distances of dx, or at the places x, by the rule of trapezoids; and up to
/// each place.
Tensor trapezoid(const Tensor& y, const Scalar& dx = 1, int64_t axis = -1);
Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t axis = -1);
Tensor cumulative_trapezoid(const Tensor& y, const Scalar& dx = 1, int64_t axis = -1);
Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t axis = -1);

// --- products ------------------------------------------------------------------------------------
Tensor mv(const Tensor& matrix, const Tensor& vector);
/// The sum over the last axes.
Tensor inner(const Tensor& a, const Tensor& b);
Tensor vdot(const Tensor& a, const Tensor& b);
Tensor addmv(const Tensor& x, const Tensor& matrix, const Tensor& vector, const Scalar& beta = 1,
             const Scalar& alpha = 1);
/// beta x + alpha a b^T of vectors.
Tensor addr(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1,
            const Scalar& alpha = 1);
Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1,
               const Scalar& alpha = 1);
/// beta x + alpha times the sum of the products of a batch.
Tensor addbmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1,
              const Scalar& alpha = 1);
Tensor tensordot(const Tensor& a, const Tensor& b, const Axes& axes_a, const Axes& axes_b);
/// Over the last axes of a and the first ones of b.
Tensor tensordot(const Tensor& a, const Tensor& b, int64_t count = 2);
Tensor kron(const Tensor& a, const Tensor& b);
/// The vector product along an axis of size 3, the first such where none is given.
/// Errors: cross.size.
Tensor cross(const Tensor& a, const Tensor& b, std::optional<int64_t> axis = {});
/// Distances between the rows of [.., P, M] and [.., R, M].
Tensor cdist(const Tensor& a, const Tensor& b, double p = 2);
Tensor trace(const Tensor& x);
Tensor cov(const Tensor& x, int64_t correction = 1);
Tensor corrcoef(const Tensor& x);

// --- arrangement ---------------------------------------------------------------------------------
/// The axes that differ are those of the index; without an axis, of all elements in a line.
/// Errors: take_along_dim.rank.
Tensor take_along_dim(const Tensor& x, const Tensor& index, std::optional<int64_t> axis = {});
/// Windows of `size` elements along the axis, `step` apart, as a new last axis.
Tensor unfold(const Tensor& x, int64_t axis, int64_t size, int64_t step);
/// Turned from the first of two axes towards the second. Errors: rot90.axes.
Tensor rot90(const Tensor& x, int64_t turns = 1, const Axes& axes = Axes{0, 1});
Tensor fliplr(const Tensor& x);
Tensor flipud(const Tensor& x);
Tensor hstack(const Tensors& parts);
Tensor vstack(const Tensors& parts);
Tensor dstack(const Tensors& parts);
Tensor column_stack(const Tensors& parts);
Tensor block_diag(const Tensors& parts);
/// All pairs of their elements, a row each.
Tensor cartesian_prod(const Tensors& parts);
/// All ways to choose `count` elements of a line, a row each, in their order.
/// Errors: combinations.rank.
Tensor combinations(const Tensor& x, int64_t count = 2, bool with_replacement = false);
/// The powers x^(columns-1), .., x, 1 of a line as columns, or in rising order.
Tensor vander(const Tensor& x, std::optional<int64_t> columns = {}, bool increasing = false);
/// A matrix with the elements on a diagonal.
Tensor diagflat(const Tensor& x, int64_t offset = 0);
/// Equal parts along axis 1 (of a line: 0), 0 or 2. Errors: hsplit.size, vsplit.size, dsplit.size.
Tensors hsplit(const Tensor& x, int64_t count);
Tensors vsplit(const Tensor& x, int64_t count);
Tensors dsplit(const Tensor& x, int64_t count);
/// Parts whose sizes differ by at most 1, or that end before the indices.
Tensors tensor_split(const Tensor& x, int64_t count, int64_t axis = 0);
Tensors tensor_split(const Tensor& x, const Sizes& indices, int64_t axis = 0);
/// A count without axes, or indices: not while tracing. Errors: tensor_split.indices.
Tensors tensor_split(const Tensor& x, const Tensor& count_or_indices, int64_t axis = 0);
Tensor atleast_1d(const Tensor& x);
Tensor atleast_2d(const Tensor& x);
Tensor atleast_3d(const Tensor& x);
Tensors atleast_1d(const Tensors& parts);
Tensors atleast_2d(const Tensors& parts);
Tensors atleast_3d(const Tensors& parts);
Tensor ravel(const Tensor& x);
Tensor swapaxes(const Tensor& x, int64_t a, int64_t b);
Tensor swapdims(const Tensor& x, int64_t a, int64_t b);
Tensor moveaxis(const Tensor& x, const Axes& from, const Axes& to);
/// Each element as often as its count says: not while tracing.
Tensor repeat_interleave(const Tensor& x, const Tensor& counts, std::optional<int64_t> axis = {},
                         std::optional<int64_t> output_size = {});
Tensor logspace(const Scalar& start, const Scalar& end, int64_t count, double base = 10,
                const TensorOptions& options = {});
/// The rows and columns of the triangle, [2, count].
Tensor tril_indices(int64_t rows, int64_t columns, int64_t diagonal = 0);
Tensor triu_indices(int64_t rows, int64_t columns, int64_t diagonal = 0);

// --- indexing ------------------------------------------------------------------------------------
/// x with the places set that `indices` name; also added to with `accumulate`.
Tensor index_put(const Tensor& x, const Tensors& indices, const Tensor& value,
                 bool accumulate = false);
/// x with the places set that `index` counts over all elements in order.
Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool accumulate = false);
/// The elements of `source`, one after the other, to where the mask holds.
Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source);
Tensor select_scatter(const Tensor& x, const Tensor& source, int64_t axis, const Dim& index);
Tensor diagonal_scatter(const Tensor& x, const Tensor& source, int64_t offset = 0,
                        int64_t first = 0, int64_t second = 1);
/// What comes to the same place joined by "sum", "prod", "mean", "amax" or "amin", with x's element
/// where `include_self`. Errors: scatter_reduce.reduce.
Tensor scatter_reduce(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source,
                      const std::string& reduce, bool include_self = true);
/// The places that are not 0, a row each: not while tracing.
Tensor argwhere(const Tensor& x);
/// The different numbers, sorted: not while tracing.
///
/// \returns values; the place of each element among them; how often each occurs (undefined where
/// not asked)
std::tuple<Tensor, Tensor, Tensor> _unique2(const Tensor& x, bool sorted = true,
                                            bool return_inverse = false,
                                            bool return_counts = false);
std::tuple<Tensor, Tensor, Tensor> unique_dim(const Tensor& x, int64_t axis, bool sorted = true,
                                              bool return_inverse = false,
                                              bool return_counts = false);
/// The same of runs of equal numbers.
std::tuple<Tensor, Tensor, Tensor> unique_consecutive(const Tensor& x, bool return_inverse = false,
                                                      bool return_counts = false,
                                                      std::optional<int64_t> axis = {});

// --- other names ---------------------------------------------------------------------------------
Tensor clip(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max = {});
Tensor multiply(const Tensor& a, const Tensor& b);
Tensor subtract(const Tensor& a, const Tensor& b, const Scalar& alpha = 1);
Tensor divide(const Tensor& a, const Tensor& b, std::optional<std::string_view> rounding = {});
Tensor true_divide(const Tensor& a, const Tensor& b);
Tensor negative(const Tensor& x);
Tensor absolute(const Tensor& x);
Tensor not_equal(const Tensor& a, const Tensor& b);
Tensor less(const Tensor& a, const Tensor& b);
Tensor less_equal(const Tensor& a, const Tensor& b);
Tensor greater(const Tensor& a, const Tensor& b);
Tensor greater_equal(const Tensor& a, const Tensor& b);
Tensor concat(const Tensors& parts, int64_t axis = 0);

}  // namespace lithe
