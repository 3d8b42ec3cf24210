// Activations composed of nodes. Where one branch of a `where` could overflow, its argument is
// limited first: an infinity that is not chosen would still make the gradient NaN.
#include <cmath>
#include <numbers>

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {

Tensor relu6(const Tensor& x) { return hardtanh(x, 0, 6); }

Tensor leaky_relu(const Tensor& x, double negative_slope) {
    return where(x > 0, x, x * negative_slope);
}

Tensor prelu(const Tensor& x, const Tensor& weight) {
    Tensor slope = weight;
    if (!weight.numel().is_constant(1) && x.dim() > 1) {  // one slope for each channel, axis 1
        Shape shape(static_cast<size_t>(x.dim()), Dim(1));
        shape[1] = weight.numel();
        slope = reshape(weight, shape);
    } else if (weight.numel().is_constant(1)) {
        slope = reshape(weight, {});
    }
    return where(x > 0, x, x * slope);
}

Tensor elu(const Tensor& x, double alpha, double scale, double input_scale) {
    const Tensor is_below = x <= 0;
    const Tensor below = expm1(where(is_below, x, 0) * input_scale) * (alpha * scale);
    return where(is_below, below, scale == 1 ? x : x * scale);
}

Tensor selu(const Tensor& x) { return elu(x, 1.6732632423543772848, 1.0507009873554804934); }
Tensor celu(const Tensor& x, double alpha) { return elu(x, alpha, 1, 1 / alpha); }

Tensor gelu(const Tensor& x, Gelu form) {
    if (form == Gelu::exact) return x * (erf(x * std::numbers::sqrt2 / 2) + 1) * 0.5;
    const Tensor inner = (x + x * x * x * 0.044715) * std::sqrt(2 / std::numbers::pi);
    return x * (tanh(inner) + 1) * 0.5;
}

Tensor gelu(const Tensor& x, std::string_view approximate) {
    if (approximate == "none") return gelu(x, Gelu::exact);
    if (approximate == "tanh") return gelu(x, Gelu::tanh);
    throw UserError("gelu.approximate", "gelu: approximate must be either 'none' or 'tanh', got '" +
                                            std::string(approximate) + "'");
}

Tensor silu(const Tensor& x) { return x * sigmoid(x); }
Tensor mish(const Tensor& x) { return x * tanh(softplus(x)); }

Tensor softplus(const Tensor& x, double beta, double threshold) {
    const Tensor scaled = beta == 1 ? x : x * beta;
    const Tensor is_line = scaled > threshold;
    const Tensor curve = log1p(exp(where(is_line, 0, scaled)));
    return where(is_line, x, beta == 1 ? curve : curve / beta);
}

// -|x| by branches: abs() has no second derivative at 0, where logsigmoid is smooth.
Tensor logsigmoid(const Tensor& x) { return where(x < 0, x, 0) - log1p(exp(where(x < 0, x, -x))); }

// Times 6 it is 1, in f32 and in f64; a product costs a fifth of a division.
static constexpr double sixth = 1.0 / 6;

Tensor hardsigmoid(const Tensor& x) {
    const Tensor y = clamp(x + 3, 0, 6) * sixth;
    return where(logical_and(x > -3, x < 3), y, y.detach());  // the slope ends before the limits
}

// NaN has the slope of x, as in PyTorch.
Tensor hardswish(const Tensor& x) { return x * where(x < 3, clamp(x + 3, 0) * sixth, 1); }

Tensor softsign(const Tensor& x) { return x / (abs(x) + 1); }
Tensor tanhshrink(const Tensor& x) { return x - tanh(x); }

Tensor hardshrink(const Tensor& x, double lambda) { return where(abs(x) <= lambda, 0, x); }

Tensor softshrink(const Tensor& x, double lambda) {
    return where(x > lambda, x - lambda, where(x >= -lambda, x * 0, x + lambda));
}

Tensor threshold(const Tensor& x, double limit, double value) {
    return where(x <= limit, value, x);
}

Tensor glu(const Tensor& x, int64_t axis) {
    const Tensors halves = chunk(x, 2, axis);
    return halves[0] * sigmoid(halves[1]);
}

}  // namespace lithe
