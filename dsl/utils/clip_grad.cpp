#include "dsl/utils/clip_grad.h"

#include <algorithm>
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe::nn::utils {
namespace {

Tensors gradients_of(const Tensors& parameters) {
    Tensors gradients;
    for (const Tensor& parameter : parameters) {
        if (parameter.grad().defined()) gradients.push_back(parameter.grad().detach());
    }
    return gradients;
}

void check_finite(double norm, double norm_type, bool is_wanted) {
    if (!is_wanted || std::isfinite(norm)) return;
    throw UserError("clip_grad.nonfinite",
                    "clip_grad_norm_: The total norm of order " + std::to_string(norm_type) +
                        " for gradients from `parameters` is non-finite, so it cannot be clipped. "
                        "To disable this error and scale the gradients by the non-finite norm "
                        "anyway, set `error_if_nonfinite=False`");
}

}  // namespace

double get_total_norm(const Tensors& tensors, double norm_type, bool error_if_nonfinite) {
    const NoGradGuard no_grad;
    Tensors norms;
    for (const Tensor& tensor : tensors)
        norms.push_back(norm(tensor.detach().flatten(), norm_type).to(DType::f64));
    const double total = norms.empty() ? 0 : norm(stack(norms, 0), norm_type).item<double>();
    check_finite(total, norm_type, error_if_nonfinite);
    return total;
}

void clip_grads_with_norm_(const Tensors& parameters, double max_norm, double total_norm) {
    const NoGradGuard no_grad;
    double factor = max_norm / (total_norm + 1e-6);
    if (factor > 1) factor = 1;  // NaN stays
    for (const Tensor& gradient : gradients_of(parameters)) gradient.mul_(factor);
}

double clip_grad_norm_(const Tensors& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
    const double total = get_total_norm(gradients_of(parameters), norm_type, error_if_nonfinite);
    clip_grads_with_norm_(parameters, max_norm, total);
    return total;
}
double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
    return clip_grad_norm_(Tensors{parameter}, max_norm, norm_type, error_if_nonfinite);
}

void clip_grad_value_(const Tensors& parameters, double clip_value) {
    const NoGradGuard no_grad;
    for (const Tensor& gradient : gradients_of(parameters))
        gradient.clamp_(-clip_value, clip_value);
}
void clip_grad_value_(const Tensor& parameter, double clip_value) {
    clip_grad_value_(Tensors{parameter}, clip_value);
}

Tensor parameters_to_vector(const Tensors& parameters) {
    if (parameters.empty())
        throw UserError("parameters_to_vector.empty", "parameters_to_vector: no parameters");
    Tensors parts;
    for (const Tensor& parameter : parameters) parts.push_back(parameter.reshape({-1}));
    return cat(parts, 0);
}

void vector_to_parameters(const Tensor& vector, const Tensors& parameters) {
    const NoGradGuard no_grad;
    Dim total = 0;
    for (const Tensor& parameter : parameters) total = total + parameter.numel();
    if (vector.dim() != 1 || vector.size(0) != total) {
        throw UserError("vector_to_parameters.size", "vector_to_parameters: a vector of " +
                                                         total.str() + " elements is needed, got " +
                                                         vector.type().str());
    }
    Dim at = 0;
    for (const Tensor& parameter : parameters) {
        parameter.copy_(
            vector.detach().narrow(0, at, parameter.numel()).reshape(parameter.sizes()));
        at = at + parameter.numel();
    }
}

}  // namespace lithe::nn::utils
