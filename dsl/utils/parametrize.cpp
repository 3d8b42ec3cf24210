#include "dsl/utils/parametrize.h"

#include <algorithm>

#include "dsl/autograd.h"
#include "dsl/nn_ops.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe::nn::utils::parametrize {
namespace {

thread_local int cached_depth = 0;
thread_local std::map<const Module*, Tensor> cached_values;

Parametrizations parametrizations_of(const Module& module) {
    for (const Members::Child& child : module.members().children) {
        if (child.name != "parametrizations") continue;
        return Parametrizations(std::dynamic_pointer_cast<ParametrizationsImpl>(child.module));
    }
    return Parametrizations(nullptr);
}

Tensor computed(const ParametrizationList& list) {
    if (cached_depth == 0) return list->forward();
    const auto [at, is_new] = cached_values.try_emplace(list.get());
    if (is_new) at->second = list->forward();
    return at->second;
}

Tensor value_of(Module& module, const std::string& name) {
    return computed(parametrizations_of(module)->lists.at(name));
}

}  // namespace

CachedGuard::CachedGuard() { ++cached_depth; }
CachedGuard::~CachedGuard() {
    if (--cached_depth == 0) cached_values.clear();
}

Tensor ParametrizationListImpl::forward() {
    size_t at = 0;
    Tensor value = original;
    if (!value.defined()) value = modules[at++].forward<Tensor>(original0, original1);
    for (; at < modules.size(); ++at) value = modules[at].forward<Tensor>(value);
    return value;
}

void ParametrizationListImpl::visit_members(FieldVisitor& visitor) {
    const std::pair<const char*, Tensor*> tensors[] = {
        {"original", &original}, {"original0", &original0}, {"original1", &original1}};
    for (const auto& [name, tensor] : tensors) {
        if (tensor->defined()) visitor.tensor(name, *tensor, TensorFieldKind::parameter);
    }
    for (size_t i = 0; i < modules.size(); ++i) visitor.module(std::to_string(i), modules[i].ptr());
}

void ParametrizationsImpl::visit_members(FieldVisitor& visitor) {
    for (auto& [name, list] : lists) visitor.module(name, list.ptr());
}

namespace detail {

ParametrizationList list_for(Module& module, const std::string& name) {
    Parametrizations all = parametrizations_of(module);
    if (!all.is_empty() && all->lists.contains(name)) return all->lists.at(name);
    const Tensor weight = utils::detail::own_tensor(module, "register_parametrization", name);
    if (all.is_empty()) {
        all = Parametrizations();
        module.register_module("parametrizations", all);
    }
    ParametrizationList list;
    list->original = utils::detail::leaf_of(weight);
    list->original.requires_grad_(weight.requires_grad());
    all->lists.emplace(name, list);
    return list;
}

void append(Module& module, const std::string& name, AnyModule parametrization) {
    const ParametrizationList list = list_for(module, name);
    list->modules.push_back(std::move(parametrization));
    const TensorType before = module.find_tensor(name)->type();
    const TensorType after = list->forward().type();
    if (!same(before, after)) {
        list->modules.pop_back();
        if (list->modules.empty()) parametrizations_of(module)->lists.erase(name);
        throw UserError("parametrize.shape",
                        "register_parametrization: a parametrization may not change the type of '" +
                            name + "': " + before.str() + " became " + after.str());
    }
    module.compute_field(name, "parametrize", [name](Module& m) { return value_of(m, name); });
}

}  // namespace detail

bool is_parametrized(const Module& module, const std::string& name) {
    const Parametrizations all = parametrizations_of(module);
    if (all.is_empty()) return false;
    return name.empty() ? !all->lists.empty() : all->lists.contains(name);
}

void remove_parametrizations(Module& module, const std::string& name, bool leave_parametrized) {
    utils::detail::check_kind(module, "remove_parametrizations", name, "parametrize");
    const Parametrizations all = parametrizations_of(module);
    const ParametrizationList list = all->lists.at(name);
    if (!leave_parametrized && !list->original.defined()) {
        throw UserError("utils.missing", "remove_parametrizations: '" + name +
                                             "' is made of several tensors, none of which is "
                                             "its original; leave it parametrized");
    }
    const Tensor kept =
        leave_parametrized ? utils::detail::leaf_of(list->forward()) : list->original;
    module.stop_computing(name, kept);
    all->lists.erase(name);
    if (all->lists.empty()) module.unregister_module("parametrizations");
}

}  // namespace lithe::nn::utils::parametrize

namespace lithe::nn::utils::parametrizations {
namespace {

struct WeightNormImpl : Module {
    std::optional<int64_t> dim;
    explicit WeightNormImpl(std::optional<int64_t> axis) : dim(axis) {}
    Tensor forward(const Tensor& g, const Tensor& v) { return v * (g / norm_except_dim(v, dim)); }
    Tensor right_inverse(const Tensor& weight) { return weight; }
};
LITHE_MODULE(WeightNorm);

struct SpectralNormImpl : Module {
    int64_t dim;
    SpectralNormOptions options;
    Tensor u, v;

    SpectralNormImpl(const Tensor& weight, int64_t axis, const SpectralNormOptions& o)
        : dim(axis), options(o) {
        if (weight.dim() < 2) return;
        const Tensor matrix = utils::detail::as_matrix(weight, dim);
        std::tie(u, v) = utils::detail::start_vectors(matrix, o.eps);
        utils::detail::power_iteration(matrix, u, v, 15, o.eps);
    }
    void visit_members(FieldVisitor& visitor) override {
        if (!u.defined()) return;
        visitor.tensor("_u", u, TensorFieldKind::buffer);
        visitor.tensor("_v", v, TensorFieldKind::buffer);
    }
    Tensor forward(const Tensor& weight) {
        if (weight.dim() < 2) return normalize(weight, 2, 0, options.eps);
        const Tensor matrix = utils::detail::as_matrix(weight, dim);
        if (is_training())
            utils::detail::power_iteration(matrix, u, v, options.n_power_iterations, options.eps);
        return weight / dot(u.clone(), matmul(matrix, v.clone()));
    }
};
LITHE_MODULE(SpectralNorm);

}  // namespace

void weight_norm(Module& module, const std::string& name, std::optional<int64_t> dim) {
    const parametrize::ParametrizationList list = parametrize::detail::list_for(module, name);
    if (!list->original.defined() || !list->modules.empty()) {
        throw UserError("utils.twice", "weight_norm: '" + name + "' of " + module.name() +
                                           " is parametrized already");
    }
    list->original0 = utils::detail::leaf_of(norm_except_dim(list->original.detach(), dim));
    list->original1 = list->original;
    list->original = Tensor();
    parametrize::detail::append(module, name, AnyModule(WeightNorm(dim)));
}

void spectral_norm(Module& module, const std::string& name, const SpectralNormOptions& options) {
    const int64_t dim = options.dim.value_or(module.name().starts_with("ConvTranspose") ? 1 : 0);
    const Tensor weight =
        module.find_tensor(name) ? module.find_tensor(name)->detach() : module.get_parameter(name);
    SpectralNorm norm(weight, dim, options);
    norm->set_training(module.is_training());
    parametrize::register_parametrization(module, name, norm);
}

}  // namespace lithe::nn::utils::parametrizations
