#include "dsl/utils/prune.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "dsl/autograd.h"
#include "dsl/ops.h"
#include "dsl/random.h"
#include "dsl/utils/weight_norm.h"
#include "runtime/error.h"

namespace lithe::nn::utils::prune {
namespace {

/// The mask of a parameter, ones where it is not pruned yet; the value before masking.
Tensor mask_of(Module& module, const std::string& name) {
    if (module.computed_kind(name) == "prune") return module.find_tensor(name + "_mask")->detach();
    return ones_like(module.get_parameter(name).detach());
}
Tensor original_of(Module& module, const std::string& name) {
    if (module.computed_kind(name) == "prune") return module.find_tensor(name + "_orig")->detach();
    return module.get_parameter(name).detach();
}

void set_mask(Module& module, const std::string& name, const Tensor& mask) {
    const NoGradGuard no_grad;
    if (module.computed_kind(name) == "prune") {
        module.find_tensor(name + "_mask")->copy_(mask);
        const EnableGradGuard grad;
        return module.refresh_fields();
    }
    const Tensor weight = utils::detail::own_tensor(module, "prune", name);
    module.register_part(name + "_orig", utils::detail::leaf_of(weight),
                         TensorFieldKind::parameter);
    module.register_part(name + "_mask", mask.to(weight.dtype()), TensorFieldKind::buffer);
    const EnableGradGuard grad;
    module.compute_field(name, "prune", [name](Module& m) {
        return *m.find_tensor(name + "_orig") * *m.find_tensor(name + "_mask");
    });
}

/// Clears `count` of the units that are left: those of the smallest score, of equal ones the first.
std::vector<bool> kept_units(const std::vector<double>& scores, const std::vector<bool>& left,
                             int64_t count) {
    std::vector<size_t> order;
    for (size_t i = 0; i < scores.size(); ++i) {
        if (left[i]) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return scores[a] < scores[b]; });
    std::vector<bool> kept = left;
    for (int64_t i = 0; i < count; ++i) kept[order[static_cast<size_t>(i)]] = false;
    return kept;
}

std::vector<bool> flags_of(const Tensor& mask) {
    std::vector<bool> flags;
    for (const double value : mask.to_vector<double>()) flags.push_back(value != 0);
    return flags;
}

Tensor mask_like(const Tensor& x, const std::vector<bool>& kept) {
    const Array array = Array::empty(DType::f64, x.array().sizes());
    std::transform(kept.begin(), kept.end(), array.data<double>(),
                   [](bool flag) { return flag ? 1.0 : 0.0; });
    return Tensor::from(array.to(x.dtype()));
}

void prune_unstructured(Module& module, const std::string& name, Amount amount,
                        const std::vector<double>& scores) {
    const Tensor mask = mask_of(module, name);
    const std::vector<bool> left = flags_of(mask);
    const int64_t count = amount.of(std::count(left.begin(), left.end(), true));
    set_mask(module, name, mask_like(mask, kept_units(scores, left, count)));
}

void prune_structured(Module& module, const std::string& name, Amount amount, int64_t dim,
                      const Tensor& scores) {
    const Tensor mask = mask_of(module, name);
    const int64_t axis = normalize_axis("prune", dim, static_cast<int>(mask.dim()));
    Sizes others;
    for (int64_t i = 0; i < mask.dim(); ++i) {
        if (i != axis) others.push_back(i);
    }
    const std::vector<bool> left = flags_of(others.empty() ? mask : amax(mask, others));
    const int64_t count = amount.of(std::count(left.begin(), left.end(), true));
    const std::vector<bool> kept = kept_units(scores.to_vector<double>(), left, count);
    Shape shape(static_cast<size_t>(mask.dim()), Dim(1));
    shape[static_cast<size_t>(axis)] = mask.size(axis);
    const Tensor slices = mask_like(zeros({mask.size(axis)}, mask.dtype()), kept).reshape(shape);
    set_mask(module, name, mask * slices);
}

std::vector<double> random_scores(int64_t count) {
    return rand({count}, DType::f64).to_vector<double>();
}

}  // namespace

int64_t Amount::of(int64_t total) const {
    const bool is_valid = is_share_ ? share_ >= 0 && share_ <= 1 : count_ >= 0 && count_ <= total;
    if (!is_valid) {
        throw UserError(
            "prune.amount",
            "prune: amount=" + (is_share_ ? std::to_string(share_) : std::to_string(count_)) +
                " should be in 0..1, or at most the number of parameters to prune=" +
                std::to_string(total));
    }
    return is_share_ ? static_cast<int64_t>(std::nearbyint(share_ * static_cast<double>(total)))
                     : count_;
}

void identity(Module& module, const std::string& name) {
    set_mask(module, name, mask_of(module, name));
}

void random_unstructured(Module& module, const std::string& name, Amount amount) {
    prune_unstructured(module, name, amount,
                       random_scores(original_of(module, name).array().count()));
}

void l1_unstructured(Module& module, const std::string& name, Amount amount,
                     const Tensor& importance_scores) {
    const Tensor scores =
        importance_scores.defined() ? importance_scores : original_of(module, name);
    prune_unstructured(module, name, amount, abs(scores.detach()).to_vector<double>());
}

void random_structured(Module& module, const std::string& name, Amount amount, int64_t dim) {
    prune_structured(module, name, amount, dim,
                     rand({original_of(module, name).size(dim)}, DType::f64));
}

void ln_structured(Module& module, const std::string& name, Amount amount, double n, int64_t dim,
                   const Tensor& importance_scores) {
    const Tensor given =
        importance_scores.defined() ? importance_scores.detach() : original_of(module, name);
    const Tensor scores = given * mask_of(module, name);
    prune_structured(module, name, amount, dim,
                     norm(flatten(movedim(scores, dim, 0).unsqueeze(-1), 1, -1), n, 1));
}

void custom_from_mask(Module& module, const std::string& name, const Tensor& mask) {
    const Tensor old = mask_of(module, name);
    if (!same(old.sizes(), mask.sizes())) {
        throw UserError("prune.mask", "prune: the mask " + mask.type().str() +
                                          " does not fit the parameter " + old.type().str());
    }
    set_mask(module, name, old * mask.to(old.dtype()));
}

void global_unstructured(const std::vector<std::pair<Module*, std::string>>& parameters,
                         Amount amount, bool is_random) {
    std::vector<double> scores;
    std::vector<bool> left;
    for (const auto& [module, name] : parameters) {
        const std::vector<double> own = abs(original_of(*module, name)).to_vector<double>();
        const std::vector<bool> flags = flags_of(mask_of(*module, name));
        scores.insert(scores.end(), own.begin(), own.end());
        left.insert(left.end(), flags.begin(), flags.end());
    }
    if (is_random) scores = random_scores(static_cast<int64_t>(scores.size()));
    const std::vector<bool> kept =
        kept_units(scores, left, amount.of(std::count(left.begin(), left.end(), true)));
    auto at = kept.begin();
    for (const auto& [module, name] : parameters) {
        const Tensor old = mask_of(*module, name);
        const auto end = at + old.array().count();
        set_mask(*module, name, mask_like(old, {at, end}));
        at = end;
    }
}

void remove(Module& module, const std::string& name) {
    utils::detail::check_kind(module, "prune::remove", name, "prune");
    module.refresh_fields();
    module.stop_computing(name, utils::detail::leaf_of(*module.find_tensor(name)));
    module.unregister_part(name + "_orig");
    module.unregister_part(name + "_mask");
}

bool is_pruned(const Module& module) {
    for (const auto& [path, buffer] : module.named_buffers()) {
        const size_t dot = path.rfind('.');
        const std::string name = path.substr(dot == path.npos ? 0 : dot + 1);
        if (!name.ends_with("_mask")) continue;
        const ModulePtr owner =
            dot == path.npos ? nullptr : module.get_submodule(path.substr(0, dot));
        const Module& holder = owner ? *owner : module;
        if (holder.computed_kind(name.substr(0, name.size() - 5)) == "prune") return true;
    }
    return false;
}

}  // namespace lithe::nn::utils::prune
