// The methods that are free functions of the same name.
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {

Tensor Tensor::add(const Tensor& other, const Scalar& alpha) const {
    return lithe::add(*this, other, alpha);
}
Tensor Tensor::add(const Scalar& other) const { return lithe::add(*this, other); }
Tensor Tensor::add(const Scalar& other, const Scalar& alpha) const {
    return lithe::add(*this, other, alpha);
}
Tensor Tensor::sub(const Tensor& other, const Scalar& alpha) const {
    return lithe::sub(*this, other, alpha);
}
Tensor Tensor::sub(const Scalar& other) const { return lithe::sub(*this, other); }
Tensor Tensor::sub(const Scalar& other, const Scalar& alpha) const {
    return lithe::sub(*this, other, alpha);
}
Tensor Tensor::mul(const Tensor& other) const { return lithe::mul(*this, other); }
Tensor Tensor::mul(const Scalar& other) const { return lithe::mul(*this, other); }
Tensor Tensor::div(const Tensor& other) const { return lithe::div(*this, other); }
Tensor Tensor::div(const Scalar& other) const { return lithe::div(*this, other); }
Tensor Tensor::fmod(const Tensor& other) const { return lithe::fmod(*this, other); }
Tensor Tensor::fmod(const Scalar& other) const { return lithe::fmod(*this, other); }
Tensor Tensor::remainder(const Tensor& other) const { return lithe::remainder(*this, other); }
Tensor Tensor::remainder(const Scalar& other) const { return lithe::remainder(*this, other); }
Tensor Tensor::pow(const Tensor& exponent) const { return lithe::pow(*this, exponent); }
Tensor Tensor::pow(const Scalar& exponent) const { return lithe::pow(*this, exponent); }
Tensor Tensor::maximum(const Tensor& other) const { return lithe::maximum(*this, other); }
Tensor Tensor::minimum(const Tensor& other) const { return lithe::minimum(*this, other); }
Tensor Tensor::neg() const { return lithe::neg(*this); }
Tensor Tensor::abs() const { return lithe::abs(*this); }
Tensor Tensor::sign() const { return lithe::sign(*this); }
Tensor Tensor::square() const { return lithe::square(*this); }
Tensor Tensor::reciprocal() const { return lithe::reciprocal(*this); }
Tensor Tensor::sqrt() const { return lithe::sqrt(*this); }
Tensor Tensor::rsqrt() const { return lithe::rsqrt(*this); }
Tensor Tensor::exp() const { return lithe::exp(*this); }
Tensor Tensor::expm1() const { return lithe::expm1(*this); }
Tensor Tensor::log() const { return lithe::log(*this); }
Tensor Tensor::log1p() const { return lithe::log1p(*this); }
Tensor Tensor::log2() const { return lithe::log2(*this); }
Tensor Tensor::sin() const { return lithe::sin(*this); }
Tensor Tensor::cos() const { return lithe::cos(*this); }
Tensor Tensor::tan() const { return lithe::tan(*this); }
Tensor Tensor::asin() const { return lithe::asin(*this); }
Tensor Tensor::acos() const { return lithe::acos(*this); }
Tensor Tensor::atan2(const Tensor& other) const { return lithe::atan2(*this, other); }
Tensor Tensor::sinh() const { return lithe::sinh(*this); }
Tensor Tensor::cosh() const { return lithe::cosh(*this); }
Tensor Tensor::atan() const { return lithe::atan(*this); }
Tensor Tensor::erf() const { return lithe::erf(*this); }
Tensor Tensor::floor() const { return lithe::floor(*this); }
Tensor Tensor::ceil() const { return lithe::ceil(*this); }
Tensor Tensor::round() const { return lithe::round(*this); }
Tensor Tensor::trunc() const { return lithe::trunc(*this); }
Tensor Tensor::lerp(const Tensor& end, const Scalar& weight) const {
    return lithe::lerp(*this, end, weight);
}
Tensor Tensor::addcmul(const Tensor& a, const Tensor& b, const Scalar& value) const {
    return lithe::addcmul(*this, a, b, value);
}
Tensor Tensor::addcdiv(const Tensor& a, const Tensor& b, const Scalar& value) const {
    return lithe::addcdiv(*this, a, b, value);
}
Tensor Tensor::clamp(std::optional<Scalar> min, std::optional<Scalar> max) const {
    return lithe::clamp(*this, min, max);
}
Tensor Tensor::clamp_min(const Scalar& min) const { return lithe::clamp_min(*this, min); }
Tensor Tensor::clamp_max(const Scalar& max) const { return lithe::clamp_max(*this, max); }
Tensor Tensor::clamp_min(const Tensor& min) const { return lithe::clamp_min(*this, min); }
Tensor Tensor::clamp_max(const Tensor& max) const { return lithe::clamp_max(*this, max); }
Tensor Tensor::eq(const Tensor& other) const { return lithe::eq(*this, other); }
Tensor Tensor::eq(const Scalar& other) const { return lithe::eq(*this, scalar_for(*this, other)); }
Tensor Tensor::ne(const Tensor& other) const { return lithe::ne(*this, other); }
Tensor Tensor::ne(const Scalar& other) const { return lithe::ne(*this, scalar_for(*this, other)); }
Tensor Tensor::lt(const Tensor& other) const { return lithe::lt(*this, other); }
Tensor Tensor::lt(const Scalar& other) const { return lithe::lt(*this, scalar_for(*this, other)); }
Tensor Tensor::le(const Tensor& other) const { return lithe::le(*this, other); }
Tensor Tensor::le(const Scalar& other) const { return lithe::le(*this, scalar_for(*this, other)); }
Tensor Tensor::gt(const Tensor& other) const { return lithe::gt(*this, other); }
Tensor Tensor::gt(const Scalar& other) const { return lithe::gt(*this, scalar_for(*this, other)); }
Tensor Tensor::ge(const Tensor& other) const { return lithe::ge(*this, other); }
Tensor Tensor::ge(const Scalar& other) const { return lithe::ge(*this, scalar_for(*this, other)); }
Tensor Tensor::logical_not() const { return lithe::logical_not(*this); }
Tensor Tensor::logical_and(const Tensor& other) const { return lithe::logical_and(*this, other); }
Tensor Tensor::logical_or(const Tensor& other) const { return lithe::logical_or(*this, other); }
Tensor Tensor::logical_xor(const Tensor& other) const { return lithe::logical_xor(*this, other); }
Tensor Tensor::isclose(const Tensor& other, double relative, double absolute,
                       bool equal_nan) const {
    return lithe::isclose(*this, other, relative, absolute, equal_nan);
}
Tensor Tensor::isnan() const { return lithe::isnan(*this); }
Tensor Tensor::isinf() const { return lithe::isinf(*this); }
Tensor Tensor::isfinite() const { return lithe::isfinite(*this); }
bool Tensor::equal(const Tensor& other) const { return lithe::equal(*this, other); }
bool Tensor::allclose(const Tensor& other, double relative, double absolute, bool equal_nan) const {
    return lithe::allclose(*this, other, relative, absolute, equal_nan);
}
Tensor Tensor::masked_fill(const Tensor& mask, const Scalar& value) const {
    return lithe::masked_fill(*this, mask, value);
}
Tensor Tensor::masked_select(const Tensor& mask) const { return lithe::masked_select(*this, mask); }
Tensor Tensor::relu() const { return lithe::relu(*this); }
Tensor Tensor::sigmoid() const { return lithe::sigmoid(*this); }
Tensor Tensor::tanh() const { return lithe::tanh(*this); }
Tensor Tensor::softmax(int64_t axis, std::optional<DType> dtype) const {
    return lithe::softmax(*this, axis, dtype);
}
Tensor Tensor::log_softmax(int64_t axis, std::optional<DType> dtype) const {
    return lithe::log_softmax(*this, axis, dtype);
}
Tensor Tensor::sum(const Axes& axes, bool keepdim) const {
    return lithe::sum(*this, axes, keepdim);
}
Tensor Tensor::mean(const Axes& axes, bool keepdim) const {
    return lithe::mean(*this, axes, keepdim);
}
Tensor Tensor::sum(const Axes& axes, bool keepdim, std::optional<DType> dtype) const {
    return lithe::sum(*this, axes, keepdim, dtype);
}
Tensor Tensor::mean(const Axes& axes, bool keepdim, std::optional<DType> dtype) const {
    return lithe::mean(*this, axes, keepdim, dtype);
}
Tensor Tensor::prod(const Axes& axes, bool keepdim, std::optional<DType> dtype) const {
    return lithe::prod(*this, axes, keepdim, dtype);
}
Tensor Tensor::prod(const Axes& axes, bool keepdim) const {
    return lithe::prod(*this, axes, keepdim);
}
Tensor Tensor::amax(const Axes& axes, bool keepdim) const {
    return lithe::amax(*this, axes, keepdim);
}
Tensor Tensor::amin(const Axes& axes, bool keepdim) const {
    return lithe::amin(*this, axes, keepdim);
}
Tensor Tensor::any(const Axes& axes, bool keepdim) const {
    return lithe::any(*this, axes, keepdim);
}
Tensor Tensor::all(const Axes& axes, bool keepdim) const {
    return lithe::all(*this, axes, keepdim);
}
Tensor Tensor::var(const Axes& axes, int64_t correction, bool keepdim) const {
    return lithe::var(*this, axes, correction, keepdim);
}
Tensor Tensor::std(const Axes& axes, int64_t correction, bool keepdim) const {
    return lithe::std(*this, axes, correction, keepdim);
}
Tensor Tensor::norm(std::optional<double> p, const Axes& axes, bool keepdim) const {
    return lithe::norm(*this, p, axes, keepdim);
}
Tensor Tensor::norm(std::optional<double> p, DType dtype) const {
    return lithe::norm(*this, p, dtype);
}
Tensor Tensor::norm(std::optional<double> p, const Axes& axes, bool keepdim, DType dtype) const {
    return lithe::norm(*this, p, axes, keepdim, dtype);
}
Tensor Tensor::logsumexp(const Axes& axes, bool keepdim) const {
    return lithe::logsumexp(*this, axes, keepdim);
}
Tensor Tensor::max() const { return lithe::max(*this); }
Tensor Tensor::min() const { return lithe::min(*this); }
std::tuple<Tensor, Tensor> Tensor::max(int64_t axis, bool keepdim) const {
    return lithe::max(*this, axis, keepdim);
}
std::tuple<Tensor, Tensor> Tensor::min(int64_t axis, bool keepdim) const {
    return lithe::min(*this, axis, keepdim);
}
Tensor Tensor::max(const Tensor& other) const { return lithe::maximum(*this, other); }
Tensor Tensor::min(const Tensor& other) const { return lithe::minimum(*this, other); }
Tensor Tensor::count_nonzero(const Axes& axes) const { return lithe::count_nonzero(*this, axes); }
Tensor Tensor::argmax(std::optional<int64_t> axis, bool keepdim) const {
    return lithe::argmax(*this, axis, keepdim);
}
Tensor Tensor::argmin(std::optional<int64_t> axis, bool keepdim) const {
    return lithe::argmin(*this, axis, keepdim);
}
Tensor Tensor::cumsum(int64_t axis, std::optional<DType> dtype) const {
    return lithe::cumsum(*this, axis, dtype);
}
Tensor Tensor::argsort(int64_t axis, bool descending) const {
    return lithe::argsort(*this, axis, descending);
}
std::tuple<Tensor, Tensor> Tensor::sort(int64_t axis, bool descending) const {
    return lithe::sort(*this, axis, descending);
}
std::tuple<Tensor, Tensor> Tensor::sort(std::optional<bool> /*stable*/, int64_t axis,
                                        bool descending) const {
    return lithe::sort(*this, axis, descending);
}
std::tuple<Tensor, Tensor> Tensor::topk(int64_t count, int64_t axis, bool largest,
                                        bool /*sorted*/) const {
    return lithe::topk(*this, count, axis, largest);
}
Tensor Tensor::matmul(const Tensor& other) const { return lithe::matmul(*this, other); }
Tensor Tensor::mm(const Tensor& other) const { return lithe::mm(*this, other); }
Tensor Tensor::bmm(const Tensor& other) const { return lithe::bmm(*this, other); }
Tensor Tensor::dot(const Tensor& other) const { return lithe::dot(*this, other); }
Tensor Tensor::mv(const Tensor& vector) const {
    if (dim() != 2 || vector.dim() != 1) {
        throw UserError("mv.rank", "mv: a matrix and a vector are expected, got " + type().str() +
                                       " and " + vector.type().str());
    }
    return lithe::matmul(*this, vector);
}
Tensor Tensor::reshape(const ShapeArg& shape) const { return lithe::reshape(*this, shape); }
Tensor Tensor::view(const ShapeArg& shape) const { return lithe::view(*this, shape); }
Tensor Tensor::flatten(int64_t first, int64_t last) const {
    return lithe::flatten(*this, first, last);
}
Tensor Tensor::unflatten(int64_t axis, const ShapeArg& sizes) const {
    return lithe::unflatten(*this, axis, sizes);
}
Tensor Tensor::squeeze() const { return lithe::squeeze(*this); }
Tensor Tensor::squeeze(const Axes& axes) const { return lithe::squeeze(*this, axes); }
Tensor Tensor::unsqueeze(int64_t axis) const { return lithe::unsqueeze(*this, axis); }
Tensor Tensor::permute(const Sizes& perm) const { return lithe::permute(*this, perm); }
Tensor Tensor::transpose(int64_t a, int64_t b) const { return lithe::transpose(*this, a, b); }
Tensor Tensor::t() const { return lithe::t(*this); }
Tensor Tensor::movedim(const Axes& from, const Axes& to) const {
    return lithe::movedim(*this, from, to);
}
Tensor Tensor::expand(const ShapeArg& shape) const { return lithe::expand(*this, shape); }
Tensor Tensor::expand_as(const Tensor& other) const { return lithe::expand_as(*this, other); }
Tensor Tensor::repeat(const ShapeArg& counts) const { return lithe::repeat(*this, counts); }
Tensor Tensor::repeat_interleave(int64_t count, std::optional<int64_t> axis,
                                 std::optional<int64_t> /*output_size*/) const {
    return lithe::repeat_interleave(*this, count, axis);
}
Tensors Tensor::split(int64_t size, int64_t axis) const { return lithe::split(*this, size, axis); }
Tensors Tensor::split(const Sizes& sizes, int64_t axis) const {
    return lithe::split(*this, sizes, axis);
}
Tensors Tensor::chunk(int64_t count, int64_t axis) const {
    return lithe::chunk(*this, count, axis);
}
Tensors Tensor::unbind(int64_t axis) const { return lithe::unbind(*this, axis); }
Tensor Tensor::slice(int64_t axis, std::optional<Dim> begin, std::optional<Dim> end,
                     int64_t step) const {
    return lithe::slice(*this, axis, begin, end, step);
}
Tensor Tensor::narrow(int64_t axis, const Dim& begin, const Dim& size) const {
    return lithe::narrow(*this, axis, begin, size);
}
Tensor Tensor::narrow(int64_t axis, const Tensor& begin, const Dim& size) const {
    return lithe::narrow(*this, axis, begin, size);
}
Tensor Tensor::select(int64_t axis, const Dim& index) const {
    return lithe::select(*this, axis, index);
}
Tensor Tensor::flip(const Axes& axes) const { return lithe::flip(*this, axes); }
Tensor Tensor::roll(const Axes& shifts, const Axes& axes) const {
    return lithe::roll(*this, shifts, axes);
}
Tensor Tensor::tril(int64_t diagonal) const { return lithe::tril(*this, diagonal); }
Tensor Tensor::triu(int64_t diagonal) const { return lithe::triu(*this, diagonal); }
Tensor Tensor::diag(int64_t offset) const { return lithe::diag(*this, offset); }
Tensor Tensor::diag_embed(int64_t offset, int64_t first, int64_t second) const {
    return lithe::diag_embed(*this, offset, first, second);
}
Tensor Tensor::trace() const {
    if (dim() != 2) {
        throw UserError("trace.rank", "trace: expected a matrix, got " + type().str());
    }
    return diagonal().sum();
}
Tensor Tensor::diagonal(int64_t offset, int64_t first, int64_t second) const {
    return lithe::diagonal(*this, offset, first, second);
}
Tensor Tensor::gather(int64_t axis, const Tensor& index, bool /*sparse_grad*/) const {
    return lithe::gather(*this, axis, index);
}
Tensor Tensor::scatter(int64_t axis, const Tensor& index, const Tensor& source) const {
    return lithe::scatter(*this, axis, index, source);
}
Tensor Tensor::scatter_add(int64_t axis, const Tensor& index, const Tensor& source) const {
    return lithe::scatter_add(*this, axis, index, source);
}
Tensor Tensor::index_select(int64_t axis, const Tensor& index) const {
    return lithe::index_select(*this, axis, index);
}
Tensor Tensor::index_add(int64_t axis, const Tensor& index, const Tensor& source,
                         const Scalar& alpha) const {
    return lithe::index_add(*this, axis, index, source, alpha);
}
Tensor Tensor::index_copy(int64_t axis, const Tensor& index, const Tensor& source) const {
    return lithe::index_copy(*this, axis, index, source);
}
Tensor Tensor::index_fill(int64_t axis, const Tensor& index, const Scalar& value) const {
    return lithe::index_fill(*this, axis, index, value);
}
Tensor Tensor::index_fill(int64_t axis, const Tensor& index, const Tensor& value) const {
    return lithe::index_fill(*this, axis, index, value);
}
Tensor Tensor::take(const Tensor& index) const { return lithe::take(*this, index); }
Tensor Tensor::nonzero() const { return lithe::nonzero(*this); }

Tensor Tensor::to(DType dtype) const { return cast(*this, dtype); }
Tensor Tensor::to(const TensorOptions& options) const {
    return cast(*this, options.dtype_or(dtype()));
}
Tensor Tensor::to(const TensorOptions& options, bool /*non_blocking*/, bool copy) const {
    const Tensor y = to(options);
    return copy && y.is_same(*this) ? clone() : y;
}
Tensor Tensor::toType(DType dtype) const { return to(dtype); }
Tensor Tensor::clone() const { return lithe::clone(*this); }
Tensor Tensor::contiguous() const { return lithe::contiguous(*this); }
bool Tensor::is_contiguous() const { return is_symbolic() || array().is_dense(); }
Sizes Tensor::strides() const {
    return is_symbolic() ? Array::dense_strides({sizes().begin(), sizes().end()})
                         : array().strides();
}
int64_t Tensor::stride(int64_t axis) const {
    return strides()[static_cast<size_t>(normalize_axis("stride", axis, static_cast<int>(dim())))];
}
Tensor Tensor::where(const Tensor& condition, const Tensor& other) const {
    return lithe::where(condition, *this, other);
}
Tensor Tensor::where(const Tensor& condition, const Scalar& other) const {
    return lithe::where(condition, *this, other);
}
Tensor Tensor::reshape_as(const Tensor& other) const {
    return lithe::reshape(*this, other.sizes());
}
Tensor Tensor::view_as(const Tensor& other) const { return lithe::reshape(*this, other.sizes()); }
static TensorOptions with_dtype(const TensorOptions& options, DType dtype) {
    return options.dtype(options.dtype_or(dtype));
}

Tensor Tensor::new_zeros(const ShapeArg& shape, const TensorOptions& options) const {
    return zeros(shape, with_dtype(options, dtype()));
}
Tensor Tensor::new_ones(const ShapeArg& shape, const TensorOptions& options) const {
    return ones(shape, with_dtype(options, dtype()));
}
Tensor Tensor::new_full(const ShapeArg& shape, const Scalar& value,
                        const TensorOptions& options) const {
    return full(shape, value, with_dtype(options, dtype()));
}
Tensor Tensor::new_empty(const ShapeArg& shape, const TensorOptions& options) const {
    return empty(shape, with_dtype(options, dtype()));
}

}  // namespace lithe
