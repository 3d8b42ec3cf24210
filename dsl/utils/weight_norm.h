#pragma once

#include <optional>
#include <string>

#include "dsl/module.h"

namespace lithe::nn::utils {

/// The norm over all axes but `dim` (kept as size 1), or over all.
Tensor norm_except_dim(const Tensor& v, std::optional<int64_t> dim);

/// weight = g v / |v|: the parameters NAME_g and NAME_v take the place of NAME, which is computed
/// before each call. Errors: module.unknown_name, utils.twice.  Source: Salimans, Kingma, "Weight
/// Normalization", NeurIPS 2016.
void weight_norm(Module& module, const std::string& name = "weight",
                 std::optional<int64_t> dim = 0);
/// Makes NAME a parameter again. Errors: utils.missing.
void remove_weight_norm(Module& module, const std::string& name = "weight");

struct SpectralNormOptions {
    int64_t n_power_iterations = 1;
    double eps = 1e-12;
    /// The axis of the outputs; none: 1 for transposed convolutions, else 0.
    std::optional<int64_t> dim;
};

/// weight / sigma, its largest singular value by power iteration: the parameter NAME_orig and the
/// buffers NAME_u, NAME_v take the place of NAME. In training each call makes n_power_iterations
/// steps. Errors: module.unknown_name, utils.twice.  Source: Miyato et al., "Spectral Normalization
/// for GANs", ICLR 2018.
void spectral_norm(Module& module, const std::string& name = "weight",
                   const SpectralNormOptions& options = {});
/// Makes NAME a parameter again, with its present value. Errors: utils.missing.
void remove_spectral_norm(Module& module, const std::string& name = "weight");

// The same for holders; they give the holder back: `nn::Linear fc =
// nn::utils::weight_norm(nn::Linear(3, 4))`.
template <class Holder>
    requires requires { typename Holder::ContainedType; }
Holder weight_norm(Holder module, const std::string& name = "weight",
                   std::optional<int64_t> dim = 0) {
    weight_norm(static_cast<Module&>(*module), name, dim);
    return module;
}
template <class Holder>
    requires requires { typename Holder::ContainedType; }
Holder spectral_norm(Holder module, const std::string& name = "weight",
                     const SpectralNormOptions& options = {}) {
    spectral_norm(static_cast<Module&>(*module), name, options);
    return module;
}

namespace detail {
/// W as a matrix with the axis `dim` first.
Tensor as_matrix(const Tensor& weight, int64_t dim);
/// Better singular vectors u and v of the matrix, written in place.
void power_iteration(const Tensor& matrix, const Tensor& u, const Tensor& v, int64_t count,
                     double eps);
/// First singular vectors of a matrix of that many rows and columns.
std::pair<Tensor, Tensor> start_vectors(const Tensor& matrix, double eps);
/// The tensor of that name, which is not computed yet. Errors: module.unknown_name, utils.twice.
Tensor own_tensor(Module& module, const char* function, const std::string& name);
/// Errors: utils.missing.
void check_kind(const Module& module, const char* function, const std::string& name,
                const std::string& kind);
Tensor leaf_of(const Tensor& value);
}  // namespace detail

}  // namespace lithe::nn::utils
