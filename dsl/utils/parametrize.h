#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dsl/any_module.h"
#include "dsl/autograd.h"
#include "dsl/holder.h"
#include "dsl/utils/weight_norm.h"

// Parametrizations: a parameter is what modules make of another one. The tensor NAME of a module is
// then computed before each call; its keys in the state_dict are parametrizations.NAME.original and
// those of the modules (parametrizations.NAME.0, ...), as in PyTorch.

namespace lithe::nn::utils::parametrize {

/// The modules that make one tensor, and what they make it of.
class ParametrizationListImpl : public Module {
public:
    /// The tensor: original (or the first module's forward(original0, original1)), through all
    /// modules in order.
    Tensor forward();
    void visit_members(FieldVisitor& visitor) override;

    Tensor original, original0, original1;
    std::vector<AnyModule> modules;
};
LITHE_MODULE(ParametrizationList);

/// The child `parametrizations` of a module: a list for each computed tensor.
class ParametrizationsImpl : public Module {
public:
    void visit_members(FieldVisitor& visitor) override;

    std::map<std::string, ParametrizationList> lists;
};
LITHE_MODULE(Parametrizations);

namespace detail {
/// The list for `name`, made where there is none. Errors: module.unknown_name, utils.twice.
ParametrizationList list_for(Module& module, const std::string& name);
void append(Module& module, const std::string& name, AnyModule parametrization);
}  // namespace detail

/// Makes the tensor NAME what `parametrization` (a holder whose forward() takes and gives a tensor)
/// makes of it. Where its class has right_inverse(Tensor), the original is what that gives. Errors:
/// module.unknown_name, utils.twice, parametrize.shape.
template <class Holder>
void register_parametrization(Module& module, const std::string& name, Holder parametrization) {
    if constexpr (requires(const Tensor& x) { parametrization->right_inverse(x); }) {
        const ParametrizationList list = detail::list_for(module, name);
        if (list->modules.empty()) {
            const NoGradGuard no_grad;
            list->original.set_data(parametrization->right_inverse(list->original.detach()));
        }
    }
    detail::append(module, name, AnyModule(parametrization));
}

/// Whether the tensor (or, without a name, any tensor of the module) is parametrized.
bool is_parametrized(const Module& module, const std::string& name = {});
/// Makes NAME a parameter again: with its present value or, with `leave_parametrized` off, the
/// original. Errors: utils.missing.
void remove_parametrizations(Module& module, const std::string& name,
                             bool leave_parametrized = true);

/// While it lives (on its thread), parametrized tensors are computed once and kept.
class CachedGuard {
public:
    CachedGuard();
    ~CachedGuard();
    CachedGuard(const CachedGuard&) = delete;
    CachedGuard& operator=(const CachedGuard&) = delete;
};
inline CachedGuard cached() { return CachedGuard(); }

}  // namespace lithe::nn::utils::parametrize

namespace lithe::nn::utils::parametrizations {

/// weight_norm as a parametrization: original0 is g, original1 is v. Errors: module.unknown_name,
/// utils.twice.
void weight_norm(Module& module, const std::string& name = "weight",
                 std::optional<int64_t> dim = 0);
/// spectral_norm as a parametrization: the buffers 0._u and 0._v. Errors: module.unknown_name,
/// utils.twice.
void spectral_norm(Module& module, const std::string& name = "weight",
                   const SpectralNormOptions& options = {});

/// How an orthogonal matrix is made of any: exp of a skew-symmetric one, Cayley's transform of it,
/// or a product of reflections.
enum class OrthogonalMap : uint8_t { matrix_exp, cayley, householder };

/// Makes the tensor's last two axes orthogonal matrices: W^T W = 1, or W W^T = 1 where there are
/// fewer rows than columns. Without a map: matrix_exp for square matrices, else householder. With
/// `use_trivialization` the matrix is the buffer 0.base times the map's, and the present weight (or
/// its orthogonal factor) stays. Errors: orthogonal.rank, module.unknown_name, utils.twice.
void orthogonal(Module& module, const std::string& name = "weight",
                std::optional<OrthogonalMap> map = std::nullopt, bool use_trivialization = true);

}  // namespace lithe::nn::utils::parametrizations
