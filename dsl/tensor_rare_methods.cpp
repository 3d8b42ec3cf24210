// The rarer methods that are free functions of the same name.
#include <numeric>

#include "dsl/linalg.h"
#include "dsl/ops.h"
#include "dsl/random.h"

namespace lithe {

Tensor Tensor::log10() const { return lithe::log10(*this); }
Tensor Tensor::exp2() const { return lithe::exp2(*this); }
Tensor Tensor::frac() const { return lithe::frac(*this); }
Tensor Tensor::asinh() const { return lithe::asinh(*this); }
Tensor Tensor::acosh() const { return lithe::acosh(*this); }
Tensor Tensor::atanh() const { return lithe::atanh(*this); }
Tensor Tensor::erfc() const { return lithe::erfc(*this); }
Tensor Tensor::erfinv() const { return lithe::erfinv(*this); }
Tensor Tensor::lgamma() const { return lithe::lgamma(*this); }
Tensor Tensor::digamma() const { return lithe::digamma(*this); }
Tensor Tensor::logit(std::optional<double> eps) const { return lithe::logit(*this, eps); }
Tensor Tensor::sinc() const { return lithe::sinc(*this); }
Tensor Tensor::deg2rad() const { return lithe::deg2rad(*this); }
Tensor Tensor::rad2deg() const { return lithe::rad2deg(*this); }
Tensor Tensor::signbit() const { return lithe::signbit(*this); }
Tensor Tensor::negative() const { return lithe::negative(*this); }
Tensor Tensor::absolute() const { return lithe::absolute(*this); }
Tensor Tensor::isposinf() const { return lithe::isposinf(*this); }
Tensor Tensor::isneginf() const { return lithe::isneginf(*this); }
Tensor Tensor::hypot(const Tensor& other) const { return lithe::hypot(*this, other); }
Tensor Tensor::logaddexp(const Tensor& other) const { return lithe::logaddexp(*this, other); }
Tensor Tensor::logaddexp2(const Tensor& other) const { return lithe::logaddexp2(*this, other); }
Tensor Tensor::copysign(const Tensor& other) const { return lithe::copysign(*this, other); }
Tensor Tensor::heaviside(const Tensor& other) const { return lithe::heaviside(*this, other); }
Tensor Tensor::fmax(const Tensor& other) const { return lithe::fmax(*this, other); }
Tensor Tensor::fmin(const Tensor& other) const { return lithe::fmin(*this, other); }
Tensor Tensor::xlogy(const Tensor& other) const { return lithe::xlogy(*this, other); }
Tensor Tensor::bitwise_and(const Tensor& other) const { return lithe::bitwise_and(*this, other); }
Tensor Tensor::bitwise_or(const Tensor& other) const { return lithe::bitwise_or(*this, other); }
Tensor Tensor::bitwise_xor(const Tensor& other) const { return lithe::bitwise_xor(*this, other); }
Tensor Tensor::bitwise_left_shift(const Tensor& other) const {
    return lithe::bitwise_left_shift(*this, other);
}
Tensor Tensor::bitwise_right_shift(const Tensor& other) const {
    return lithe::bitwise_right_shift(*this, other);
}
Tensor Tensor::floor_divide(const Tensor& other) const { return lithe::floor_divide(*this, other); }
Tensor Tensor::copysign(const Scalar& other) const { return lithe::copysign(*this, other); }
Tensor Tensor::xlogy(const Scalar& other) const { return lithe::xlogy(*this, other); }
Tensor Tensor::bitwise_and(const Scalar& other) const { return *this & other; }
Tensor Tensor::bitwise_or(const Scalar& other) const { return *this | other; }
Tensor Tensor::bitwise_xor(const Scalar& other) const { return *this ^ other; }
Tensor Tensor::bitwise_left_shift(const Scalar& other) const { return *this << other; }
Tensor Tensor::bitwise_right_shift(const Scalar& other) const { return *this >> other; }
Tensor Tensor::subtract(const Tensor& other, const Scalar& alpha) const {
    return lithe::subtract(*this, other, alpha);
}
Tensor Tensor::subtract(const Scalar& other, const Scalar& alpha) const {
    return lithe::subtract(*this, other, alpha);
}
Tensor Tensor::bitwise_not() const { return lithe::bitwise_not(*this); }
Tensor Tensor::floor_divide(const Scalar& other) const { return lithe::floor_divide(*this, other); }
Tensor Tensor::div(const Tensor& other, std::optional<std::string_view> rounding) const {
    return lithe::div(*this, other, rounding);
}
Tensor Tensor::div(const Scalar& other, std::optional<std::string_view> rounding) const {
    return lithe::div(*this, other, rounding);
}
Tensor Tensor::round(int64_t decimals) const { return lithe::round(*this, decimals); }
Tensor Tensor::lerp(const Tensor& end, const Tensor& weight) const {
    return lithe::lerp(*this, end, weight);
}
Tensor Tensor::clamp(const Tensor& min, const Tensor& max) const {
    return lithe::clamp(*this, min, max);
}
Tensor Tensor::clip(std::optional<Scalar> min, std::optional<Scalar> max) const {
    return lithe::clip(*this, min, max);
}
Tensor Tensor::nan_to_num(std::optional<double> nan, std::optional<double> positive,
                          std::optional<double> negative) const {
    return lithe::nan_to_num(*this, nan, positive, negative);
}
Tensor Tensor::masked_fill(const Tensor& mask, const Tensor& value) const {
    return lithe::masked_fill(*this, mask, value);
}
std::tuple<Tensor, Tensor> Tensor::aminmax(const Axes& axes, bool keepdim) const {
    return lithe::aminmax(*this, axes, keepdim);
}
Tensor Tensor::nansum(const Axes& axes, bool keepdim, std::optional<DType> dtype) const {
    return lithe::nansum(*this, axes, keepdim, dtype);
}
Tensor Tensor::nanmean(const Axes& axes, bool keepdim, std::optional<DType> dtype) const {
    return lithe::nanmean(*this, axes, keepdim, dtype);
}
Tensor Tensor::dist(const Tensor& other, double p) const { return lithe::dist(*this, other, p); }
std::tuple<Tensor, Tensor> Tensor::kthvalue(int64_t k, int64_t axis, bool keepdim) const {
    return lithe::kthvalue(*this, k, axis, keepdim);
}
Tensor Tensor::median() const { return lithe::median(*this); }
std::tuple<Tensor, Tensor> Tensor::median(int64_t axis, bool keepdim) const {
    return lithe::median(*this, axis, keepdim);
}
Tensor Tensor::nanmedian() const { return lithe::nanmedian(*this); }
std::tuple<Tensor, Tensor> Tensor::nanmedian(int64_t axis, bool keepdim) const {
    return lithe::nanmedian(*this, axis, keepdim);
}
std::tuple<Tensor, Tensor> Tensor::mode(int64_t axis, bool keepdim) const {
    return lithe::mode(*this, axis, keepdim);
}
Tensor Tensor::quantile(const Tensor& q, std::optional<int64_t> axis, bool keepdim,
                        const std::string& interpolation) const {
    return lithe::quantile(*this, q, axis, keepdim, interpolation);
}
Tensor Tensor::quantile(double q, std::optional<int64_t> axis, bool keepdim,
                        const std::string& interpolation) const {
    return lithe::quantile(*this, q, axis, keepdim, interpolation);
}
Tensor Tensor::cumprod(int64_t axis, std::optional<DType> dtype) const {
    return lithe::cumprod(*this, axis, dtype);
}
std::tuple<Tensor, Tensor> Tensor::cummax(int64_t axis) const { return lithe::cummax(*this, axis); }
std::tuple<Tensor, Tensor> Tensor::cummin(int64_t axis) const { return lithe::cummin(*this, axis); }
Tensor Tensor::logcumsumexp(int64_t axis) const { return lithe::logcumsumexp(*this, axis); }
Tensor Tensor::diff(int64_t n, int64_t axis, const Tensor& prepend, const Tensor& append) const {
    return lithe::diff(*this, n, axis, prepend, append);
}
Tensor Tensor::renorm(double p, int64_t axis, double most) const {
    return lithe::renorm(*this, p, axis, most);
}
Tensor Tensor::bincount(const Tensor& weights, int64_t minimum_length) const {
    return lithe::bincount(*this, weights, minimum_length);
}
Tensor Tensor::histc(int64_t bins, double low, double high) const {
    return lithe::histc(*this, bins, low, high);
}
Tensor Tensor::inner(const Tensor& other) const { return lithe::inner(*this, other); }
Tensor Tensor::outer(const Tensor& other) const { return lithe::outer(*this, other); }
Tensor Tensor::kron(const Tensor& other) const { return lithe::kron(*this, other); }
Tensor Tensor::cross(const Tensor& other, std::optional<int64_t> axis) const {
    return lithe::cross(*this, other, axis);
}
Tensor Tensor::addmm(const Tensor& a, const Tensor& b, const Scalar& beta,
                     const Scalar& alpha) const {
    return lithe::addmm(*this, a, b, beta, alpha);
}
Tensor Tensor::addmv(const Tensor& matrix, const Tensor& vector, const Scalar& beta,
                     const Scalar& alpha) const {
    return lithe::addmv(*this, matrix, vector, beta, alpha);
}
Tensor Tensor::addr(const Tensor& a, const Tensor& b, const Scalar& beta,
                    const Scalar& alpha) const {
    return lithe::addr(*this, a, b, beta, alpha);
}
Tensor Tensor::baddbmm(const Tensor& a, const Tensor& b, const Scalar& beta,
                       const Scalar& alpha) const {
    return lithe::baddbmm(*this, a, b, beta, alpha);
}
Tensor Tensor::det() const { return lithe::det(*this); }
Tensor Tensor::logdet() const { return lithe::logdet(*this); }
std::tuple<Tensor, Tensor> Tensor::slogdet() const { return lithe::slogdet(*this); }
Tensor Tensor::inverse() const { return lithe::inverse(*this); }
Tensor Tensor::cholesky(bool upper) const { return lithe::cholesky(*this, upper); }
Tensor Tensor::matrix_power(int64_t n) const { return lithe::matrix_power(*this, n); }
Tensor Tensor::tile(const ShapeArg& counts) const { return lithe::tile(*this, counts); }
Tensor Tensor::broadcast_to(const ShapeArg& shape) const {
    return lithe::broadcast_to(*this, shape);
}
Tensor Tensor::unfold(int64_t axis, int64_t size, int64_t step) const {
    return lithe::unfold(*this, axis, size, step);
}
Tensor Tensor::rot90(int64_t turns, const Axes& axes) const {
    return lithe::rot90(*this, turns, axes);
}
Tensor Tensor::fliplr() const { return lithe::fliplr(*this); }
Tensor Tensor::flipud() const { return lithe::flipud(*this); }
Tensors Tensor::tensor_split(int64_t count, int64_t axis) const {
    return lithe::tensor_split(*this, count, axis);
}
Tensors Tensor::tensor_split(const Sizes& indices, int64_t axis) const {
    return lithe::tensor_split(*this, indices, axis);
}
Tensors Tensor::tensor_split(const Tensor& count_or_indices, int64_t axis) const {
    return lithe::tensor_split(*this, count_or_indices, axis);
}
Tensor Tensor::ravel() const { return lithe::ravel(*this); }
Tensor Tensor::swapaxes(int64_t a, int64_t b) const { return lithe::swapaxes(*this, a, b); }
Tensor Tensor::swapdims(int64_t a, int64_t b) const { return lithe::swapdims(*this, a, b); }
Tensor Tensor::moveaxis(const Axes& from, const Axes& to) const {
    return lithe::moveaxis(*this, from, to);
}
Tensor Tensor::repeat_interleave(const Tensor& counts, std::optional<int64_t> axis,
                                 std::optional<int64_t> /*output_size*/) const {
    return lithe::repeat_interleave(*this, counts, axis);
}
Tensor Tensor::scatter(int64_t axis, const Tensor& index, const Scalar& value) const {
    return lithe::scatter(*this, axis, index, value);
}
Tensor Tensor::scatter(int64_t axis, const Tensor& index, const Tensor& source,
                       std::string_view reduce) const {
    return lithe::scatter(*this, axis, index, source, reduce);
}
Tensor Tensor::scatter(int64_t axis, const Tensor& index, const Scalar& value,
                       std::string_view reduce) const {
    return lithe::scatter(*this, axis, index, value, reduce);
}
Tensor Tensor::scatter_reduce(int64_t axis, const Tensor& index, const Tensor& source,
                              const std::string& reduce, bool include_self) const {
    return lithe::scatter_reduce(*this, axis, index, source, reduce, include_self);
}
Tensor Tensor::index_put(const Tensors& indices, const Tensor& value, bool accumulate) const {
    return lithe::index_put(*this, indices, value, accumulate);
}
Tensor Tensor::take_along_dim(const Tensor& index, std::optional<int64_t> axis) const {
    return lithe::take_along_dim(*this, index, axis);
}
Tensor Tensor::masked_scatter(const Tensor& mask, const Tensor& source) const {
    return lithe::masked_scatter(*this, mask, source);
}
Tensor Tensor::select_scatter(const Tensor& source, int64_t axis, const Dim& index) const {
    return lithe::select_scatter(*this, source, axis, index);
}
Tensor Tensor::slice_scatter(const Tensor& source, int64_t axis, std::optional<Dim> begin,
                             std::optional<Dim> end, int64_t step) const {
    return lithe::slice_scatter(*this, source, axis, begin, end, step);
}
Tensor Tensor::diagonal_scatter(const Tensor& source, int64_t offset, int64_t first,
                                int64_t second) const {
    return lithe::diagonal_scatter(*this, source, offset, first, second);
}
Tensor Tensor::argwhere() const { return lithe::argwhere(*this); }

Tensor Tensor::numpy_T() const {  // NOLINT
    Sizes reversed(static_cast<size_t>(dim()));
    std::iota(reversed.rbegin(), reversed.rend(), int64_t{0});
    return permute(reversed);
}
Tensor Tensor::narrow_copy(int64_t axis, const Dim& begin, const Dim& size) const {
    return narrow(axis, begin, size).clone();
}
std::string Tensor::toString() const {  // NOLINT
    return "CPU" + std::string(lithe::toString(dtype())) + "Type";
}
bool Tensor::is_alias_of(const Tensor& other) const {
    if (impl()->cell == other.impl()->cell) return true;
    return !is_symbolic() && !other.is_symbolic() && array().shares_buffer(other.array());
}
int64_t Tensor::storage_offset() const { return array().offset(); }
Tensor Tensor::contiguous(MemoryFormat /*format*/) const { return contiguous(); }
bool Tensor::is_contiguous(MemoryFormat format) const {
    if (format == MemoryFormat::ChannelsLast && dim() == 4)
        return permute({0, 2, 3, 1}).is_contiguous();
    if (format == MemoryFormat::ChannelsLast3d && dim() == 5)
        return permute({0, 2, 3, 4, 1}).is_contiguous();
    return is_contiguous();
}

Tensor Tensor::bernoulli() const { return lithe::bernoulli(*this); }
Tensor Tensor::bernoulli(double p) const { return lithe::bernoulli(*this, p); }
Tensor Tensor::multinomial(int64_t count, bool replacement) const {
    return lithe::multinomial(*this, count, replacement);
}
Tensor Tensor::multinomial(int64_t count, bool replacement, const Generator& generator) const {
    return lithe::multinomial(*this, count, replacement, generator);
}
Tensor Tensor::prelu(const Tensor& weight) const { return lithe::prelu(*this, weight); }
Tensor Tensor::hardshrink(const Scalar& lambda) const {
    return lithe::hardshrink(*this, lambda.to_double());
}
Tensor Tensor::polygamma(int64_t order) const { return lithe::polygamma(order, *this); }
Tensor Tensor::float_power(const Tensor& exponent) const {
    return lithe::float_power(*this, exponent);
}
Tensor Tensor::float_power(const Scalar& exponent) const {
    return lithe::float_power(*this, exponent);
}
Tensor Tensor::ldexp(const Tensor& exponent) const { return lithe::ldexp(*this, exponent); }
Tensor Tensor::pinverse(double rcond) const { return lithe::pinverse(*this, rcond); }
std::tuple<Tensor, Tensor, Tensor> Tensor::svd(bool some, bool compute_uv) const {
    return lithe::svd(*this, some, compute_uv);
}
Tensor Tensor::addbmm(const Tensor& a, const Tensor& b, const Scalar& beta,
                      const Scalar& alpha) const {
    return lithe::addbmm(*this, a, b, beta, alpha);
}
Tensor Tensor::cov(int64_t correction) const { return lithe::cov(*this, correction); }
Tensor Tensor::corrcoef() const { return lithe::corrcoef(*this); }
Tensor Tensor::msort() const { return lithe::msort(*this); }
Tensor Tensor::diagflat(int64_t offset) const { return lithe::diagflat(*this, offset); }
Tensor Tensor::sum_to_size(const ShapeArg& shape) const { return sum_to(*this, shape.shape()); }
Tensor Tensor::put(const Tensor& index, const Tensor& source, bool accumulate) const {
    return lithe::put(*this, index, source, accumulate);
}
Tensors Tensor::hsplit(int64_t count) const { return lithe::hsplit(*this, count); }
Tensors Tensor::vsplit(int64_t count) const { return lithe::vsplit(*this, count); }
Tensors Tensor::dsplit(int64_t count) const { return lithe::dsplit(*this, count); }

}  // namespace lithe
