#include "dsl/init.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "dsl/autograd.h"
#include "dsl/random.h"
#include "runtime/error.h"

namespace lithe::nn::init {
namespace {

thread_local int skip_depth = 0;

void check_rank(const char* what, const Tensor& tensor, int64_t least, int64_t most) {
    if (tensor.dim() >= least && tensor.dim() <= most) return;
    throw UserError("init.rank", std::string(what) + ": expected " + std::to_string(least) +
                                     (least == most ? "" : " or more") + " axes, got " +
                                     tensor.type().str());
}

/// Writes values (f64, as many as it has) into a tensor of any dtype.
Tensor filled(const Tensor& tensor, std::span<const double> values) {
    const NoGradGuard no_grad;
    const Array target = tensor.array();
    if (target.dtype() == DType::f32 && target.is_dense()) {
        std::transform(values.begin(), values.end(), target.data<float>(),
                       [](double value) { return static_cast<float>(value); });
        target.count_write();
        return tensor;
    }
    Array source = Array::empty(DType::f64, target.sizes());
    std::copy(values.begin(), values.end(), source.data<double>());
    target.copy_from(source.to(target.dtype()));
    return tensor;
}

std::vector<double> normal_values(int64_t count) {
    return randn({count}, DType::f64).to_vector<double>();
}

int64_t chosen_fan(const Tensor& tensor, Choice mode) {
    check_choice("kaiming", "mode", mode, {kFanIn, kFanOut});
    const auto [fan_in, fan_out] = calculate_fan_in_and_fan_out(tensor);
    return mode == kFanIn ? fan_in : fan_out;
}

/// Makes the columns of a [rows, columns] matrix (rows >= columns) orthonormal, with the sign that
/// a QR factorisation with a positive diagonal has.
void orthonormalize(std::vector<double>& matrix, int64_t rows, int64_t columns) {
    const auto at = [&](int64_t r, int64_t c) -> double& {
        return matrix[static_cast<size_t>(r * columns + c)];
    };
    for (int64_t c = 0; c < columns; ++c) {
        for (int pass = 0; pass < 2; ++pass) {  // twice is enough (Kahan, Parlett)
            for (int64_t k = 0; k < c; ++k) {
                double dot = 0;
                for (int64_t r = 0; r < rows; ++r) dot += at(r, c) * at(r, k);
                for (int64_t r = 0; r < rows; ++r) at(r, c) -= dot * at(r, k);
            }
        }
        double norm = 0;
        for (int64_t r = 0; r < rows; ++r) norm += at(r, c) * at(r, c);
        norm = std::sqrt(norm);
        for (int64_t r = 0; r < rows; ++r) at(r, c) /= norm;
    }
}

}  // namespace

SkipGuard::SkipGuard() { ++skip_depth; }
SkipGuard::~SkipGuard() { --skip_depth; }

Tensor uniform_(Tensor tensor, double low, double high) {
    if (skip_depth > 0) return tensor;
    const Array drawn = rand({tensor.array().count()}, DType::f64).array();
    const std::span values(drawn.data<double>(), static_cast<size_t>(drawn.count()));
    for (double& value : values) value = low + (high - low) * value;
    return filled(tensor, values);
}

Tensor normal_(Tensor tensor, double mean, double std) {
    if (skip_depth > 0) return tensor;
    std::vector<double> values = normal_values(tensor.array().count());
    for (double& value : values) value = mean + std * value;
    return filled(tensor, values);
}

Tensor trunc_normal_(Tensor tensor, double mean, double std, double low, double high) {
    if (!(low < high) || std <= 0) {
        throw UserError("init.range", "trunc_normal_: no numbers between " + std::to_string(low) +
                                          " and " + std::to_string(high));
    }
    if (skip_depth > 0) return tensor;
    // The inverse of the normal distribution by bisection: no value is drawn twice.
    const auto below = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
    const double first = (low - mean) / std, last = (high - mean) / std;
    std::vector<double> values = rand({tensor.array().count()}, DType::f64).to_vector<double>();
    for (double& value : values) {
        const double wanted = below(first) + value * (below(last) - below(first));
        double a = std::max(first, -40.0), b = std::min(last, 40.0);
        for (int i = 0; i < 60; ++i) (below((a + b) / 2) < wanted ? a : b) = (a + b) / 2;
        value = std::clamp(mean + std * (a + b) / 2, low, high);
    }
    return filled(tensor, values);
}

Tensor constant_(Tensor tensor, const Scalar& value) {
    if (skip_depth > 0) return tensor;
    const Array target = tensor.array();
    target.copy_from(Array::full(target.dtype(), target.sizes(), value.to_double()));
    return tensor;
}
Tensor ones_(Tensor tensor) { return constant_(std::move(tensor), 1); }
Tensor zeros_(Tensor tensor) { return constant_(std::move(tensor), 0); }

Tensor eye_(Tensor matrix) {
    check_rank("eye_", matrix, 2, 2);
    const Sizes sizes = matrix.array().sizes();
    std::vector<double> values(static_cast<size_t>(sizes[0] * sizes[1]), 0);
    for (int64_t i = 0; i < std::min(sizes[0], sizes[1]); ++i) {
        values[static_cast<size_t>(i * sizes[1] + i)] = 1;
    }
    return filled(matrix, values);
}

Tensor dirac_(Tensor tensor, int64_t groups) {
    check_rank("dirac_", tensor, 3, 5);
    const Sizes sizes = tensor.array().sizes();
    const int64_t count = tensor.array().count();
    const int64_t taps = count / (sizes[0] * sizes[1]);
    if (groups < 1 || sizes[0] % groups != 0) {
        throw UserError("init.groups", "dirac_: " + std::to_string(groups) +
                                           " groups do not divide the outputs of " +
                                           tensor.type().str());
    }
    int64_t center = 0;
    for (size_t i = 2; i < sizes.size(); ++i) center = center * sizes[i] + sizes[i] / 2;
    std::vector<double> values(static_cast<size_t>(count), 0);
    const int64_t filters = sizes[0] / groups;
    for (int64_t g = 0; g < groups; ++g) {
        for (int64_t i = 0; i < std::min(filters, sizes[1]); ++i) {
            values[static_cast<size_t>(((g * filters + i) * sizes[1] + i) * taps + center)] = 1;
        }
    }
    return filled(tensor, values);
}

std::pair<int64_t, int64_t> calculate_fan_in_and_fan_out(const Tensor& tensor) {
    check_rank("fan in and fan out", tensor, 2, 64);
    const Sizes sizes = tensor.array().sizes();
    const int64_t taps =
        std::accumulate(sizes.begin() + 2, sizes.end(), int64_t{1}, std::multiplies<>());
    return {sizes[1] * taps, sizes[0] * taps};
}

double calculate_gain(Choice nonlinearity, double slope) {
    switch (nonlinearity) {
        case Choice::tanh:
            return 5.0 / 3;
        case Choice::relu:
            return std::sqrt(2.0);
        case Choice::leaky_relu:
            return std::sqrt(2.0 / (1 + slope * slope));
        case Choice::selu:
            return 0.75;
        default:
            check_choice("init", "nonlinearity", nonlinearity,
                         {kLinear, kSigmoid, kTanh, kReLU, kLeakyReLU, kSELU, kConv1D, kConv2D,
                          kConv3D, kConvTranspose1D, kConvTranspose2D, kConvTranspose3D});
            return 1;
    }
}

Tensor xavier_uniform_(Tensor tensor, double gain) {
    const auto [fan_in, fan_out] = calculate_fan_in_and_fan_out(tensor);
    const double limit = gain * std::sqrt(6.0 / static_cast<double>(fan_in + fan_out));
    return uniform_(std::move(tensor), -limit, limit);
}
Tensor xavier_normal_(Tensor tensor, double gain) {
    const auto [fan_in, fan_out] = calculate_fan_in_and_fan_out(tensor);
    const double std = gain * std::sqrt(2.0 / static_cast<double>(fan_in + fan_out));
    return normal_(std::move(tensor), 0, std);
}
Tensor kaiming_uniform_(Tensor tensor, double a, Choice mode, Choice nonlinearity) {
    const auto fan = static_cast<double>(std::max<int64_t>(chosen_fan(tensor, mode), 1));
    const double limit = calculate_gain(nonlinearity, a) * std::sqrt(3 / fan);
    return uniform_(std::move(tensor), -limit, limit);
}
Tensor kaiming_normal_(Tensor tensor, double a, Choice mode, Choice nonlinearity) {
    const auto fan = static_cast<double>(std::max<int64_t>(chosen_fan(tensor, mode), 1));
    return normal_(std::move(tensor), 0, calculate_gain(nonlinearity, a) / std::sqrt(fan));
}

Tensor orthogonal_(Tensor tensor, double gain) {
    check_rank("orthogonal_", tensor, 2, 64);
    const int64_t count = tensor.array().count(), rows = tensor.array().size(0);
    if (count == 0 || skip_depth > 0) return tensor;
    const int64_t columns = count / rows;
    const int64_t tall = std::max(rows, columns), narrow = std::min(rows, columns);
    std::vector<double> q = normal_values(count);
    orthonormalize(q, tall, narrow);
    std::vector<double> values(q.size());
    for (int64_t r = 0; r < rows; ++r) {
        for (int64_t c = 0; c < columns; ++c) {
            const int64_t from = rows >= columns ? r * narrow + c : c * narrow + r;
            values[static_cast<size_t>(r * columns + c)] = gain * q[static_cast<size_t>(from)];
        }
    }
    return filled(tensor, values);
}

Tensor sparse_(Tensor matrix, double sparsity, double std) {
    check_rank("sparse_", matrix, 2, 2);
    if (skip_depth > 0) return matrix;
    const int64_t rows = matrix.array().size(0), columns = matrix.array().size(1);
    const auto zeros = static_cast<size_t>(std::ceil(sparsity * static_cast<double>(rows)));
    std::vector<double> values = normal_values(rows * columns);
    for (double& value : values) value *= std;
    for (int64_t c = 0; c < columns; ++c) {
        const std::vector<double> keys = rand({rows}, DType::f64).to_vector<double>();
        std::vector<size_t> order(static_cast<size_t>(rows));
        std::iota(order.begin(), order.end(), size_t{0});
        std::sort(order.begin(), order.end(),
                  [&](size_t i, size_t j) { return keys[i] < keys[j]; });
        for (size_t i = 0; i < std::min(zeros, order.size()); ++i) {
            values[order[i] * static_cast<size_t>(columns) + static_cast<size_t>(c)] = 0;
        }
    }
    return filled(matrix, values);
}

}  // namespace lithe::nn::init
