// The methods that write in place: the op, then what it gave becomes what the tensor holds.
#include "dsl/tensor_in_place.h"

#include "dsl/ops.h"
#include "dsl/random.h"
#include "runtime/error.h"

namespace lithe {

const Tensor& detail::written(const Tensor& target, const Tensor& result, const char* method) {
    const TensorType have = target.type(), want = result.type();
    const bool loses = (is_floating(want.dtype) && !is_floating(have.dtype)) ||
                       (want.dtype != DType::boolean && have.dtype == DType::boolean);
    if (loses) {
        throw UserError("tensor.in_place_dtype", std::string(method) + ": the result " +
                                                     want.str() + " cannot be kept in " +
                                                     have.str());
    }
    if (!same(have.shape, want.shape) && have.shape != want.shape) {
        throw UserError("tensor.in_place_shape", std::string(method) + ": the result " +
                                                     want.str() + " does not have the shape of " +
                                                     have.str());
    }
    return target.assign(result.to(have.dtype));
}

namespace {

/// What is written into a temporary reaches nobody unless it is a view of a tensor that lives on.
void check_is_seen(const Tensor& target) {
    if (!target.defined()) throw UserError("tensor.undefined", "operator=: writes into no tensor");
    if (target.impl_ptr().use_count() > 1) return;
    for (const TensorImpl* impl = target.impl(); impl->base; impl = impl->viewed().get()) {
        if (impl->base.use_count() > 1 || impl->viewed().use_count() > 1) return;
    }
    throw UserError("tensor.write_to_copy",
                    "operator=: writes into a copy, " + target.type().str() +
                        ", that nobody reads; indexing by tensors copies: use index_put_");
}

}  // namespace

using detail::written;

const Tensor& Tensor::operator=(const Tensor& source) && {
    check_is_seen(*this);
    return copy_(source);
}
const Tensor& Tensor::operator=(Tensor&& source) && {
    check_is_seen(*this);
    return copy_(source);
}
const Tensor& Tensor::operator=(const Scalar& value) && {
    check_is_seen(*this);
    return fill_(value);
}

const Tensor& Tensor::add_(const Tensor& other, const Scalar& alpha) const {
    return written(*this, lithe::add(*this, other, alpha), "add_");
}
const Tensor& Tensor::add_(const Scalar& other) const {
    return written(*this, lithe::add(*this, other), "add_");
}
const Tensor& Tensor::sub_(const Tensor& other, const Scalar& alpha) const {
    return written(*this, lithe::sub(*this, other, alpha), "sub_");
}
const Tensor& Tensor::sub_(const Scalar& other) const {
    return written(*this, lithe::sub(*this, other), "sub_");
}
const Tensor& Tensor::add_(const Scalar& other, const Scalar& alpha) const {
    return written(*this, lithe::add(*this, other, alpha), "add_");
}
const Tensor& Tensor::sub_(const Scalar& other, const Scalar& alpha) const {
    return written(*this, lithe::sub(*this, other, alpha), "sub_");
}
const Tensor& Tensor::mul_(const Tensor& other) const {
    return written(*this, lithe::mul(*this, other), "mul_");
}
const Tensor& Tensor::mul_(const Scalar& other) const {
    return written(*this, lithe::mul(*this, other), "mul_");
}
const Tensor& Tensor::div_(const Tensor& other) const {
    return written(*this, lithe::div(*this, other), "div_");
}
const Tensor& Tensor::div_(const Scalar& other) const {
    return written(*this, lithe::div(*this, other), "div_");
}
const Tensor& Tensor::div_(const Tensor& other, std::optional<std::string_view> rounding) const {
    return written(*this, lithe::div(*this, other, rounding), "div_");
}
const Tensor& Tensor::div_(const Scalar& other, std::optional<std::string_view> rounding) const {
    return written(*this, lithe::div(*this, other, rounding), "div_");
}
const Tensor& Tensor::pow_(const Scalar& exponent) const {
    return written(*this, lithe::pow(*this, exponent), "pow_");
}
const Tensor& Tensor::addcmul_(const Tensor& a, const Tensor& b, const Scalar& value) const {
    return written(*this, lithe::addcmul(*this, a, b, value), "addcmul_");
}
const Tensor& Tensor::addcdiv_(const Tensor& a, const Tensor& b, const Scalar& value) const {
    return written(*this, lithe::addcdiv(*this, a, b, value), "addcdiv_");
}
const Tensor& Tensor::lerp_(const Tensor& end, const Scalar& weight) const {
    return written(*this, lithe::lerp(*this, end, weight), "lerp_");
}
const Tensor& Tensor::neg_() const { return written(*this, lithe::neg(*this), "neg_"); }
const Tensor& Tensor::abs_() const { return written(*this, lithe::abs(*this), "abs_"); }
const Tensor& Tensor::exp_() const { return written(*this, lithe::exp(*this), "exp_"); }
const Tensor& Tensor::log_() const { return written(*this, lithe::log(*this), "log_"); }
const Tensor& Tensor::sqrt_() const { return written(*this, lithe::sqrt(*this), "sqrt_"); }
const Tensor& Tensor::rsqrt_() const { return written(*this, lithe::rsqrt(*this), "rsqrt_"); }
const Tensor& Tensor::reciprocal_() const {
    return written(*this, lithe::reciprocal(*this), "reciprocal_");
}
const Tensor& Tensor::floor_() const { return written(*this, lithe::floor(*this), "floor_"); }
const Tensor& Tensor::ceil_() const { return written(*this, lithe::ceil(*this), "ceil_"); }
const Tensor& Tensor::trunc_() const { return written(*this, lithe::trunc(*this), "trunc_"); }
const Tensor& Tensor::sin_() const { return written(*this, lithe::sin(*this), "sin_"); }
const Tensor& Tensor::cos_() const { return written(*this, lithe::cos(*this), "cos_"); }
const Tensor& Tensor::square_() const { return written(*this, lithe::square(*this), "square_"); }
const Tensor& Tensor::round_() const { return written(*this, lithe::round(*this), "round_"); }
const Tensor& Tensor::sign_() const { return written(*this, lithe::sign(*this), "sign_"); }
const Tensor& Tensor::relu_() const { return written(*this, lithe::relu(*this), "relu_"); }
const Tensor& Tensor::sigmoid_() const { return written(*this, lithe::sigmoid(*this), "sigmoid_"); }
const Tensor& Tensor::tanh_() const { return written(*this, lithe::tanh(*this), "tanh_"); }
const Tensor& Tensor::clamp_(std::optional<Scalar> min, std::optional<Scalar> max) const {
    return written(*this, lithe::clamp(*this, min, max), "clamp_");
}
const Tensor& Tensor::clamp_min_(const Scalar& min) const {
    return written(*this, lithe::clamp_min(*this, min), "clamp_min_");
}
const Tensor& Tensor::clamp_max_(const Scalar& max) const {
    return written(*this, lithe::clamp_max(*this, max), "clamp_max_");
}
const Tensor& Tensor::clamp_min_(const Tensor& min) const {
    return written(*this, lithe::clamp_min(*this, min), "clamp_min_");
}
const Tensor& Tensor::clamp_max_(const Tensor& max) const {
    return written(*this, lithe::clamp_max(*this, max), "clamp_max_");
}
const Tensor& Tensor::scatter_(int64_t axis, const Tensor& index, const Tensor& source) const {
    return written(*this, lithe::scatter(*this, axis, index, source), "scatter_");
}
const Tensor& Tensor::scatter_(int64_t axis, const Tensor& index, const Scalar& value) const {
    return written(*this, lithe::scatter(*this, axis, index, value), "scatter_");
}
const Tensor& Tensor::scatter_add_(int64_t axis, const Tensor& index, const Tensor& source) const {
    return written(*this, lithe::scatter_add(*this, axis, index, source), "scatter_add_");
}
const Tensor& Tensor::scatter_(int64_t axis, const Tensor& index, const Tensor& source,
                               std::string_view reduce) const {
    return written(*this, lithe::scatter(*this, axis, index, source, reduce), "scatter_");
}
const Tensor& Tensor::scatter_(int64_t axis, const Tensor& index, const Scalar& value,
                               std::string_view reduce) const {
    return written(*this, lithe::scatter(*this, axis, index, value, reduce), "scatter_");
}
const Tensor& Tensor::index_add_(int64_t axis, const Tensor& index, const Tensor& source,
                                 const Scalar& alpha) const {
    return written(*this, lithe::index_add(*this, axis, index, source, alpha), "index_add_");
}
const Tensor& Tensor::index_copy_(int64_t axis, const Tensor& index, const Tensor& source) const {
    return written(*this, lithe::index_copy(*this, axis, index, source), "index_copy_");
}
const Tensor& Tensor::index_fill_(int64_t axis, const Tensor& index, const Scalar& value) const {
    return written(*this, lithe::index_fill(*this, axis, index, value), "index_fill_");
}
const Tensor& Tensor::index_fill_(int64_t axis, const Tensor& index, const Tensor& value) const {
    return written(*this, lithe::index_fill(*this, axis, index, value), "index_fill_");
}
const Tensor& Tensor::masked_fill_(const Tensor& mask, const Scalar& value) const {
    return written(*this, lithe::masked_fill(*this, mask, value), "masked_fill_");
}
const Tensor& Tensor::fill_(const Scalar& value) const { return assign(full_like(*this, value)); }
const Tensor& Tensor::fill_(const Tensor& value) const { return copy_(value); }
const Tensor& Tensor::zero_() const { return fill_(0); }

const Tensor& Tensor::uniform_(double low, double high) const {
    return uniform_(low, high, default_generator());
}
const Tensor& Tensor::uniform_(double low, double high, const Generator& generator) const {
    return assign(rand(sizes(), dtype(), generator) * (high - low) + low);
}
const Tensor& Tensor::normal_(double mean, double std) const {
    return normal_(mean, std, default_generator());
}
const Tensor& Tensor::normal_(double mean, double std, const Generator& generator) const {
    return assign(randn(sizes(), dtype(), generator) * std + mean);
}
const Tensor& Tensor::bernoulli_(double probability) const {
    return bernoulli_(probability, default_generator());
}
const Tensor& Tensor::bernoulli_(double probability, const Generator& generator) const {
    return assign((rand(sizes(), DType::f32, generator) < probability).to(dtype()));
}
const Tensor& Tensor::bernoulli_(const Tensor& probability) const {
    const Tensor share = rand(sizes(), as_floating(probability).dtype());
    return written(*this, (share < probability).to(dtype()), "bernoulli_");
}

const Tensor& Tensor::frac_() const { return written(*this, lithe::frac(*this), "frac_"); }
const Tensor& Tensor::expm1_() const { return written(*this, lithe::expm1(*this), "expm1_"); }
const Tensor& Tensor::log1p_() const { return written(*this, lithe::log1p(*this), "log1p_"); }
const Tensor& Tensor::log2_() const { return written(*this, lithe::log2(*this), "log2_"); }
const Tensor& Tensor::log10_() const { return written(*this, lithe::log10(*this), "log10_"); }
const Tensor& Tensor::exp2_() const { return written(*this, lithe::exp2(*this), "exp2_"); }
const Tensor& Tensor::tan_() const { return written(*this, lithe::tan(*this), "tan_"); }
const Tensor& Tensor::asin_() const { return written(*this, lithe::asin(*this), "asin_"); }
const Tensor& Tensor::acos_() const { return written(*this, lithe::acos(*this), "acos_"); }
const Tensor& Tensor::atan_() const { return written(*this, lithe::atan(*this), "atan_"); }
const Tensor& Tensor::sinh_() const { return written(*this, lithe::sinh(*this), "sinh_"); }
const Tensor& Tensor::cosh_() const { return written(*this, lithe::cosh(*this), "cosh_"); }
const Tensor& Tensor::erf_() const { return written(*this, lithe::erf(*this), "erf_"); }
const Tensor& Tensor::erfc_() const { return written(*this, lithe::erfc(*this), "erfc_"); }
const Tensor& Tensor::erfinv_() const { return written(*this, lithe::erfinv(*this), "erfinv_"); }
const Tensor& Tensor::logical_not_() const {
    return written(*this, lithe::logical_not(*this), "logical_not_");
}
const Tensor& Tensor::bitwise_not_() const {
    return written(*this, lithe::bitwise_not(*this), "bitwise_not_");
}
const Tensor& Tensor::pow_(const Tensor& exponent) const {
    return written(*this, lithe::pow(*this, exponent), "pow_");
}
const Tensor& Tensor::fmod_(const Tensor& other) const {
    return written(*this, lithe::fmod(*this, other), "fmod_");
}
const Tensor& Tensor::remainder_(const Tensor& other) const {
    return written(*this, lithe::remainder(*this, other), "remainder_");
}
const Tensor& Tensor::floor_divide_(const Tensor& other) const {
    return written(*this, lithe::floor_divide(*this, other), "floor_divide_");
}
const Tensor& Tensor::floor_divide_(const Scalar& other) const {
    return written(*this, lithe::floor_divide(*this, other), "floor_divide_");
}
const Tensor& Tensor::atan2_(const Tensor& other) const {
    return written(*this, lithe::atan2(*this, other), "atan2_");
}
const Tensor& Tensor::hypot_(const Tensor& other) const {
    return written(*this, lithe::hypot(*this, other), "hypot_");
}
const Tensor& Tensor::logical_and_(const Tensor& other) const {
    return written(*this, lithe::logical_and(*this, other), "logical_and_");
}
const Tensor& Tensor::logical_or_(const Tensor& other) const {
    return written(*this, lithe::logical_or(*this, other), "logical_or_");
}
const Tensor& Tensor::logical_xor_(const Tensor& other) const {
    return written(*this, lithe::logical_xor(*this, other), "logical_xor_");
}
const Tensor& Tensor::bitwise_and_(const Tensor& other) const {
    return written(*this, lithe::bitwise_and(*this, other), "bitwise_and_");
}
const Tensor& Tensor::bitwise_or_(const Tensor& other) const {
    return written(*this, lithe::bitwise_or(*this, other), "bitwise_or_");
}
const Tensor& Tensor::bitwise_xor_(const Tensor& other) const {
    return written(*this, lithe::bitwise_xor(*this, other), "bitwise_xor_");
}
const Tensor& Tensor::bitwise_and_(const Scalar& other) const {
    return written(*this, lithe::bitwise_and(*this, other), "bitwise_and_");
}
const Tensor& Tensor::bitwise_or_(const Scalar& other) const {
    return written(*this, lithe::bitwise_or(*this, other), "bitwise_or_");
}
const Tensor& Tensor::bitwise_xor_(const Scalar& other) const {
    return written(*this, lithe::bitwise_xor(*this, other), "bitwise_xor_");
}
const Tensor& Tensor::eq_(const Tensor& other) const {
    return written(*this, lithe::eq(*this, other), "eq_");
}
const Tensor& Tensor::ne_(const Tensor& other) const {
    return written(*this, lithe::ne(*this, other), "ne_");
}
const Tensor& Tensor::lt_(const Tensor& other) const {
    return written(*this, lithe::lt(*this, other), "lt_");
}
const Tensor& Tensor::le_(const Tensor& other) const {
    return written(*this, lithe::le(*this, other), "le_");
}
const Tensor& Tensor::gt_(const Tensor& other) const {
    return written(*this, lithe::gt(*this, other), "gt_");
}
const Tensor& Tensor::ge_(const Tensor& other) const {
    return written(*this, lithe::ge(*this, other), "ge_");
}
const Tensor& Tensor::fmod_(const Scalar& other) const {
    return written(*this, lithe::fmod(*this, other), "fmod_");
}
const Tensor& Tensor::remainder_(const Scalar& other) const {
    return written(*this, lithe::remainder(*this, other), "remainder_");
}
const Tensor& Tensor::eq_(const Scalar& other) const {
    return written(*this, lithe::eq(*this, other), "eq_");
}
const Tensor& Tensor::ne_(const Scalar& other) const {
    return written(*this, lithe::ne(*this, other), "ne_");
}
const Tensor& Tensor::lt_(const Scalar& other) const {
    return written(*this, lithe::lt(*this, other), "lt_");
}
const Tensor& Tensor::le_(const Scalar& other) const {
    return written(*this, lithe::le(*this, other), "le_");
}
const Tensor& Tensor::gt_(const Scalar& other) const {
    return written(*this, lithe::gt(*this, other), "gt_");
}
const Tensor& Tensor::ge_(const Scalar& other) const {
    return written(*this, lithe::ge(*this, other), "ge_");
}
const Tensor& Tensor::lerp_(const Tensor& end, const Tensor& weight) const {
    return written(*this, lithe::lerp(*this, end, weight), "lerp_");
}
const Tensor& Tensor::round_(int64_t decimals) const {
    return written(*this, lithe::round(*this, decimals), "round_");
}
const Tensor& Tensor::nan_to_num_(std::optional<double> nan, std::optional<double> positive,
                                  std::optional<double> negative) const {
    return written(*this, lithe::nan_to_num(*this, nan, positive, negative), "nan_to_num_");
}
const Tensor& Tensor::masked_fill_(const Tensor& mask, const Tensor& value) const {
    return written(*this, lithe::masked_fill(*this, mask, value), "masked_fill_");
}
const Tensor& Tensor::masked_scatter_(const Tensor& mask, const Tensor& source) const {
    return written(*this, lithe::masked_scatter(*this, mask, source), "masked_scatter_");
}
const Tensor& Tensor::scatter_reduce_(int64_t axis, const Tensor& index, const Tensor& source,
                                      const std::string& reduce, bool include_self) const {
    return written(*this, lithe::scatter_reduce(*this, axis, index, source, reduce, include_self),
                   "scatter_reduce_");
}
const Tensor& Tensor::cumsum_(int64_t axis, std::optional<DType> dtype) const {
    return written(*this, lithe::cumsum(*this, axis, dtype), "cumsum_");
}
const Tensor& Tensor::cumprod_(int64_t axis, std::optional<DType> dtype) const {
    return written(*this, lithe::cumprod(*this, axis, dtype), "cumprod_");
}
const Tensor& Tensor::tril_(int64_t diagonal) const {
    return written(*this, lithe::tril(*this, diagonal), "tril_");
}
const Tensor& Tensor::triu_(int64_t diagonal) const {
    return written(*this, lithe::triu(*this, diagonal), "triu_");
}
const Tensor& Tensor::renorm_(double p, int64_t axis, double most) const {
    return written(*this, lithe::renorm(*this, p, axis, most), "renorm_");
}
const Tensor& Tensor::addmm_(const Tensor& a, const Tensor& b, const Scalar& beta,
                             const Scalar& alpha) const {
    return written(*this, lithe::addmm(*this, a, b, beta, alpha), "addmm_");
}
const Tensor& Tensor::baddbmm_(const Tensor& a, const Tensor& b, const Scalar& beta,
                               const Scalar& alpha) const {
    return written(*this, lithe::baddbmm(*this, a, b, beta, alpha), "baddbmm_");
}

}  // namespace lithe
