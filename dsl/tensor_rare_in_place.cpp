// The rarer methods that write in place, those that reshape in place, and those that draw.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "dsl/autograd.h"
#include "dsl/ops.h"
#include "dsl/random.h"
#include "dsl/tensor_in_place.h"
#include "runtime/error.h"

namespace lithe {

using detail::written;

const Tensor& Tensor::squeeze_() const {
    return become([](const Tensor& x) { return lithe::squeeze(x); });
}
const Tensor& Tensor::squeeze_(const Axes& axes) const {
    return become([&](const Tensor& x) { return lithe::squeeze(x, axes); });
}
const Tensor& Tensor::unsqueeze_(int64_t axis) const {
    return become([&](const Tensor& x) { return lithe::unsqueeze(x, axis); });
}
const Tensor& Tensor::transpose_(int64_t a, int64_t b) const {
    return become([&](const Tensor& x) { return lithe::transpose(x, a, b); });
}
const Tensor& Tensor::t_() const {
    return become([](const Tensor& x) { return lithe::t(x); });
}

const Tensor& Tensor::detach_() const {
    if (!requires_grad()) return *this;
    auto changed = std::make_shared<Value>(*value());
    changed->grad_node = nullptr;
    impl_->requires_grad = false;
    impl_->accumulate = nullptr;
    if (impl_->base) {  // no longer a view: its base keeps its history
        impl_->base = nullptr;
        impl_->cell = std::make_shared<Cell>();
    }
    impl_->cell->value = std::move(changed);
    ++impl_->cell->version;
    return *this;
}

const Tensor& Tensor::resize_(const ShapeArg& shape) const {
    if (requires_grad()) {
        throw UserError("resize_.grad",
                        "resize_: cannot resize variables that require grad, got " + type().str());
    }
    const Array before = array().dense();
    const Array after = Array::zeros(before.dtype(), constant_sizes(shape.shape()));
    const int64_t kept = std::min(before.count(), after.count());
    after.view({kept}, {1}).copy_from(before.view({kept}, {1}));
    set_data(Tensor::from(after));
    return *this;
}
const Tensor& Tensor::set_(const Tensor& source) const {
    set_data(source);
    return *this;
}

const Tensor& Tensor::clamp_(const Tensor& min, const Tensor& max) const {
    return written(*this, lithe::clamp(*this, min, max), "clamp_");
}
const Tensor& Tensor::asinh_() const { return written(*this, lithe::asinh(*this), "asinh_"); }
const Tensor& Tensor::acosh_() const { return written(*this, lithe::acosh(*this), "acosh_"); }
const Tensor& Tensor::atanh_() const { return written(*this, lithe::atanh(*this), "atanh_"); }
const Tensor& Tensor::deg2rad_() const { return written(*this, lithe::deg2rad(*this), "deg2rad_"); }
const Tensor& Tensor::rad2deg_() const { return written(*this, lithe::rad2deg(*this), "rad2deg_"); }
const Tensor& Tensor::digamma_() const { return written(*this, lithe::digamma(*this), "digamma_"); }
const Tensor& Tensor::lgamma_() const { return written(*this, lithe::lgamma(*this), "lgamma_"); }
const Tensor& Tensor::polygamma_(int64_t order) const {
    return written(*this, lithe::polygamma(order, *this), "polygamma_");
}
const Tensor& Tensor::logit_(std::optional<double> eps) const {
    return written(*this, lithe::logit(*this, eps), "logit_");
}
const Tensor& Tensor::sinc_() const { return written(*this, lithe::sinc(*this), "sinc_"); }
const Tensor& Tensor::copysign_(const Tensor& other) const {
    return written(*this, lithe::copysign(*this, other), "copysign_");
}
const Tensor& Tensor::copysign_(const Scalar& other) const {
    return written(*this, lithe::copysign(*this, other), "copysign_");
}
const Tensor& Tensor::heaviside_(const Tensor& other) const {
    return written(*this, lithe::heaviside(*this, other), "heaviside_");
}
const Tensor& Tensor::xlogy_(const Tensor& other) const {
    return written(*this, lithe::xlogy(*this, other), "xlogy_");
}
const Tensor& Tensor::xlogy_(const Scalar& other) const {
    return written(*this, lithe::xlogy(*this, other), "xlogy_");
}
const Tensor& Tensor::float_power_(const Tensor& exponent) const {
    return written(*this, lithe::float_power(*this, exponent), "float_power_");
}
const Tensor& Tensor::float_power_(const Scalar& exponent) const {
    return written(*this, lithe::float_power(*this, exponent), "float_power_");
}
const Tensor& Tensor::ldexp_(const Tensor& exponent) const {
    return written(*this, lithe::ldexp(*this, exponent), "ldexp_");
}
const Tensor& Tensor::bitwise_left_shift_(const Tensor& other) const {
    return written(*this, lithe::bitwise_left_shift(*this, other), "bitwise_left_shift_");
}
const Tensor& Tensor::bitwise_left_shift_(const Scalar& other) const {
    return written(*this, lithe::bitwise_left_shift(*this, other), "bitwise_left_shift_");
}
const Tensor& Tensor::bitwise_right_shift_(const Tensor& other) const {
    return written(*this, lithe::bitwise_right_shift(*this, other), "bitwise_right_shift_");
}
const Tensor& Tensor::bitwise_right_shift_(const Scalar& other) const {
    return written(*this, lithe::bitwise_right_shift(*this, other), "bitwise_right_shift_");
}
const Tensor& Tensor::addbmm_(const Tensor& a, const Tensor& b, const Scalar& beta,
                              const Scalar& alpha) const {
    return written(*this, lithe::addbmm(*this, a, b, beta, alpha), "addbmm_");
}
const Tensor& Tensor::addmv_(const Tensor& matrix, const Tensor& vector, const Scalar& beta,
                             const Scalar& alpha) const {
    return written(*this, lithe::addmv(*this, matrix, vector, beta, alpha), "addmv_");
}
const Tensor& Tensor::addr_(const Tensor& a, const Tensor& b, const Scalar& beta,
                            const Scalar& alpha) const {
    return written(*this, lithe::addr(*this, a, b, beta, alpha), "addr_");
}
const Tensor& Tensor::put_(const Tensor& index, const Tensor& source, bool accumulate) const {
    return written(*this, lithe::put(*this, index, source, accumulate), "put_");
}

const Tensor& Tensor::fill_diagonal_(const Scalar& value, bool wrap) const {
    const Shape shape = sizes();
    const bool is_cube = std::all_of(shape.begin(), shape.end(),
                                     [&](const Dim& size) { return same(size, shape[0]); });
    if (shape.size() < 2 || (shape.size() > 2 && !is_cube)) {
        throw UserError(
            "fill_diagonal_.rank",
            "fill_diagonal_: expected a matrix, or equal sizes on more axes, got " + type().str());
    }
    if (wrap && shape.size() == 2) {
        const Tensor flat = reshape({-1}).clone();
        flat.slice(0, {}, {}, static_cast<int64_t>(shape[1]) + 1).fill_(value);
        return assign(flat.reshape(shape));
    }
    Tensor diagonal = *this;  // of the first two axes, then of that one and the next
    while (diagonal.dim() > 1) diagonal = diagonal.diagonal(0, 0, diagonal.dim() - 1);
    diagonal.fill_(value);
    return *this;
}

const Tensor& Tensor::exponential_(double rate) const {
    return assign(lithe::log1p(-lithe::rand(sizes(), dtype())) / -rate);
}
const Tensor& Tensor::geometric_(double p) const {
    const Tensor trials = lithe::log1p(-lithe::rand(sizes(), DType::f64)) / std::log1p(-p);
    return assign(lithe::clamp_min(lithe::ceil(trials), 1).to(dtype()));
}
const Tensor& Tensor::log_normal_(double mean, double std) const {
    return assign(lithe::exp(lithe::randn(sizes(), dtype()) * std + mean));
}
const Tensor& Tensor::cauchy_(double median, double sigma) const {
    const Tensor angle = (lithe::rand(sizes(), dtype()) - 0.5) * std::numbers::pi;
    return assign(lithe::tan(angle) * sigma + median);
}

const Tensor& Tensor::random_() const {
    switch (dtype()) {
        case DType::boolean:
            return random_(0, 2);
        case DType::u8:
            return random_(0, 256);
        case DType::i32:
            return random_(0, int64_t{1} << 31);
        case DType::f32:
            return random_(0, (int64_t{1} << 24) + 1);
        default:
            return random_(0, (int64_t{1} << 53) + 1);
    }
}
const Tensor& Tensor::random_(int64_t high) const { return random_(0, high); }
const Tensor& Tensor::random_(int64_t low, std::optional<int64_t> high) const {
    const int64_t end = high.value_or(int64_t{1} << 53);
    if (low >= end) {
        throw UserError("random_.range", "random_: no integer is at least " + std::to_string(low) +
                                             " and below " + std::to_string(end));
    }
    return assign(lithe::randint(low, end, sizes()).to(dtype()));
}

}  // namespace lithe
