#include "dsl/utils/weight_norm.h"

#include "dsl/autograd.h"
#include "dsl/nn_ops.h"
#include "dsl/ops.h"
#include "dsl/random.h"
#include "runtime/error.h"

namespace lithe::nn::utils {

namespace detail {

Tensor as_matrix(const Tensor& weight, int64_t dim) {
    Tensor rows = weight;
    if (dim != 0) rows = movedim(weight, dim, 0);
    return flatten(rows.dim() == 1 ? rows.unsqueeze(1) : rows, 1, -1);
}

void power_iteration(const Tensor& matrix, const Tensor& u, const Tensor& v, int64_t count,
                     double eps) {
    const NoGradGuard no_grad;
    for (int64_t i = 0; i < count; ++i) {
        v.copy_(normalize(matmul(matrix.t(), u), 2, 0, eps));
        u.copy_(normalize(matmul(matrix, v), 2, 0, eps));
    }
}

std::pair<Tensor, Tensor> start_vectors(const Tensor& matrix, double eps) {
    return {normalize(randn({matrix.size(0)}, matrix.dtype()), 2, 0, eps),
            normalize(randn({matrix.size(1)}, matrix.dtype()), 2, 0, eps)};
}

Tensor own_tensor(Module& module, const char* function, const std::string& name) {
    if (!module.computed_kind(name).empty()) {
        throw UserError("utils.twice", std::string(function) + ": '" + name + "' of " +
                                           module.name() + " is computed already, by " +
                                           module.computed_kind(name));
    }
    return module.get_parameter(name);
}

void check_kind(const Module& module, const char* function, const std::string& name,
                const std::string& kind) {
    if (module.computed_kind(name) == kind) return;
    throw UserError("utils.missing", std::string(function) + ": " + kind + " of '" + name +
                                         "' not found in " + module.name());
}

Tensor leaf_of(const Tensor& value) {
    Tensor leaf = value.detach().clone();
    return leaf.requires_grad_();
}

}  // namespace detail

Tensor norm_except_dim(const Tensor& v, std::optional<int64_t> dim) {
    if (!dim || *dim == -1) return norm(v);
    Sizes axes;
    for (int64_t axis = 0; axis < v.dim(); ++axis) {
        if (axis != *dim) axes.push_back(axis);
    }
    return axes.empty() ? abs(v) : norm(v, 2, axes, /*keepdim=*/true);
}

void weight_norm(Module& module, const std::string& name, std::optional<int64_t> dim) {
    const Tensor weight = detail::own_tensor(module, "weight_norm", name);
    const auto formula = [name, dim](Module& m) {
        const Tensor &g = *m.find_tensor(name + "_g"), &v = *m.find_tensor(name + "_v");
        return v * (g / norm_except_dim(v, dim));
    };
    module.register_part(name + "_g", detail::leaf_of(norm_except_dim(weight.detach(), dim)),
                         TensorFieldKind::parameter);
    module.register_part(name + "_v", detail::leaf_of(weight), TensorFieldKind::parameter);
    module.compute_field(name, "weight_norm", formula);
}

void remove_weight_norm(Module& module, const std::string& name) {
    detail::check_kind(module, "remove_weight_norm", name, "weight_norm");
    module.refresh_fields();
    module.stop_computing(name, detail::leaf_of(*module.find_tensor(name)));
    module.unregister_part(name + "_g");
    module.unregister_part(name + "_v");
}

namespace {

Tensor spectral_weight(Module& m, const std::string& name, int64_t dim,
                       const SpectralNormOptions& o, bool is_trained) {
    const Tensor &weight = *m.find_tensor(name + "_orig"), &u = *m.find_tensor(name + "_u"),
                 &v = *m.find_tensor(name + "_v");
    const Tensor matrix = detail::as_matrix(weight, dim);
    if (is_trained) detail::power_iteration(matrix, u, v, o.n_power_iterations, o.eps);
    // Copies: the next call writes into u and v, which the derivative of this one still needs.
    return weight / dot(u.clone(), matmul(matrix, v.clone()));
}

}  // namespace

void spectral_norm(Module& module, const std::string& name, const SpectralNormOptions& options) {
    const Tensor weight = detail::own_tensor(module, "spectral_norm", name);
    const int64_t dim = options.dim.value_or(module.name().starts_with("ConvTranspose") ? 1 : 0);
    const auto [u, v] = detail::start_vectors(detail::as_matrix(weight.detach(), dim), options.eps);
    module.register_part(name + "_orig", detail::leaf_of(weight), TensorFieldKind::parameter);
    module.register_part(name + "_u", u, TensorFieldKind::buffer);
    module.register_part(name + "_v", v, TensorFieldKind::buffer);
    const bool was_training = module.is_training();
    module.set_training(false);  // the first call makes the first step, as in PyTorch
    module.compute_field(name, "spectral_norm", [name, dim, options](Module& m) {
        return spectral_weight(m, name, dim, options, m.is_training());
    });
    module.set_training(was_training);
}

void remove_spectral_norm(Module& module, const std::string& name) {
    detail::check_kind(module, "remove_spectral_norm", name, "spectral_norm");
    const NoGradGuard no_grad;
    const bool was_training = module.is_training();
    module.set_training(false);
    module.refresh_fields();
    module.set_training(was_training);
    const Tensor value = detail::leaf_of(*module.find_tensor(name));
    module.stop_computing(name, value);
    for (const char* part : {"_orig", "_u", "_v"}) module.unregister_part(name + part);
}

}  // namespace lithe::nn::utils
