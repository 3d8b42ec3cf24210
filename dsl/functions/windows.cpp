#include "dsl/windows.h"

#include <functional>
#include <numbers>
#include <string>
#include <string_view>

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// `shape` of n / N for n = 0, 1, ...; it computes in doubles. A window of one point is 1.
Tensor window(std::string_view name, int64_t length, bool periodic, const TensorOptions& options,
              const std::function<Tensor(const Tensor&)>& shape) {
    if (length < 0) {
        throw UserError(std::string(name) + ".length",
                        std::string(name) + ": the length is negative: " + std::to_string(length));
    }
    const DType dtype = options.dtype_or(DType::f32);
    if (length < 2) return with_options(ones({length}, dtype), options);
    const double period = static_cast<double>(periodic ? length : length - 1);
    const Tensor place = arange(length).to(DType::f64) * (1 / period);
    return with_options(shape(place).to(dtype), options);
}

Tensor cosine(const Tensor& place, double waves) {
    return cos(place * (2 * std::numbers::pi * waves));
}

}  // namespace

Tensor hann_window(int64_t length, bool periodic, const TensorOptions& options) {
    return window("hann_window", length, periodic, options,
                  [](const Tensor& place) { return 0.5 - 0.5 * cosine(place, 1); });
}

Tensor hamming_window(int64_t length, bool periodic, const TensorOptions& options) {
    return hamming_window(length, periodic, 0.54, 0.46, options);
}
Tensor hamming_window(int64_t length, bool periodic, double alpha, double beta,
                      const TensorOptions& options) {
    return window("hamming_window", length, periodic, options,
                  [=](const Tensor& place) { return alpha - beta * cosine(place, 1); });
}

Tensor blackman_window(int64_t length, bool periodic, const TensorOptions& options) {
    return window("blackman_window", length, periodic, options, [](const Tensor& place) {
        return 0.42 - 0.5 * cosine(place, 1) + 0.08 * cosine(place, 2);
    });
}

Tensor bartlett_window(int64_t length, bool periodic, const TensorOptions& options) {
    return window("bartlett_window", length, periodic, options,
                  [](const Tensor& place) { return 1 - abs(2 * place - 1); });
}

}  // namespace lithe
