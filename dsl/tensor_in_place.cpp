// The methods that write in place: the op, then what it gave becomes what the tensor holds.
#include "dsl/ops.h"
#include "dsl/random.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// Refuses what would lose the kind of number or change the shape, as PyTorch does.
const Tensor& written(const Tensor& target, const Tensor& result, const char* method) {
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

}  // namespace

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
const Tensor& Tensor::scatter_(int64_t axis, const Tensor& index, const Tensor& source) const {
    return written(*this, lithe::scatter(*this, axis, index, source), "scatter_");
}
const Tensor& Tensor::scatter_(int64_t axis, const Tensor& index, const Scalar& value) const {
    return written(*this, lithe::scatter(*this, axis, index, value), "scatter_");
}
const Tensor& Tensor::scatter_add_(int64_t axis, const Tensor& index, const Tensor& source) const {
    return written(*this, lithe::scatter_add(*this, axis, index, source), "scatter_add_");
}
const Tensor& Tensor::index_add_(int64_t axis, const Tensor& index, const Tensor& source) const {
    return written(*this, lithe::index_add(*this, axis, index, source), "index_add_");
}
const Tensor& Tensor::index_copy_(int64_t axis, const Tensor& index, const Tensor& source) const {
    return written(*this, lithe::index_copy(*this, axis, index, source), "index_copy_");
}
const Tensor& Tensor::index_fill_(int64_t axis, const Tensor& index, const Scalar& value) const {
    return written(*this, lithe::index_fill(*this, axis, index, value), "index_fill_");
}
const Tensor& Tensor::masked_fill_(const Tensor& mask, const Scalar& value) const {
    return written(*this, lithe::masked_fill(*this, mask, value), "masked_fill_");
}
const Tensor& Tensor::fill_(const Scalar& value) const { return assign(full_like(*this, value)); }
const Tensor& Tensor::fill_(const Tensor& value) const { return copy_(value); }
const Tensor& Tensor::zero_() const { return fill_(0); }

const Tensor& Tensor::uniform_(double low, double high) const {
    return assign(rand_like(*this) * (high - low) + low);
}
const Tensor& Tensor::normal_(double mean, double std) const {
    return assign(randn_like(*this) * std + mean);
}
const Tensor& Tensor::bernoulli_(double probability) const {
    return assign((rand(sizes(), DType::f32) < probability).to(dtype()));
}

}  // namespace lithe
