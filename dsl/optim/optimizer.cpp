#include "dsl/optim/optimizer.h"

#include <set>

#include "dsl/autograd.h"
#include "runtime/error.h"

namespace lithe::optim {
namespace {

/// A group's options that nobody has set are the optimizer's.
void inherit(OptimizerOptions& options, const OptimizerOptions& defaults) {
    OptionValues values = options.values();
    const OptionValues from = defaults.values();
    for (const auto& [name, initial] : options.initial_values()) {
        const auto inherited = from.find(name);
        if (inherited == from.end() || options.is_set(name) || values[name] != initial) continue;
        values[name] = inherited->second;
    }
    options.set_values(values);
}

}  // namespace

Array& ParamState::array_like(const std::string& name, const Array& x, double value) {
    Array& array = arrays[name];
    if (!array.defined()) array = Array::full(x.dtype(), x.sizes(), value);
    return array;
}

double& ParamState::number(const std::string& name, double value) {
    return numbers.try_emplace(name, value).first->second;
}

Optimizer::Optimizer(std::vector<OptimizerParamGroup> groups,
                     std::unique_ptr<OptimizerOptions> defaults)
    : defaults_(std::move(defaults)) {
    if (groups.empty()) {
        throw UserError("optim.parameter", "optimizer got an empty parameter list");
    }
    for (OptimizerParamGroup& group : groups) add_param_group(std::move(group));
}

void Optimizer::check_new(const Tensors& params) const {
    std::set<const TensorImpl*> known, own;
    for (const OptimizerParamGroup& other : groups_) {
        for (const Tensor& param : other.params()) known.insert(param.impl());
    }
    for (const Tensor& param : params) {
        if (!param.defined()) {
            throw UserError("optim.parameter", "optimizer: an undefined tensor is no parameter");
        }
        if (!param.is_leaf()) {
            throw UserError("optim.parameter", "optimizer: can't optimize a non-leaf Tensor, got " +
                                                   param.type().str());
        }
        if (known.contains(param.impl())) {
            throw UserError("optim.duplicate_parameter",
                            "optimizer: some parameters appear in more than one parameter group, "
                            "one of type " +
                                param.type().str());
        }
        if (!own.insert(param.impl()).second) {
            throw UserError("optim.duplicate_parameter",
                            "optimizer: a parameter of type " + param.type().str() +
                                " is given twice; it would be moved twice a step");
        }
    }
}

void Optimizer::add_param_group(OptimizerParamGroup group) {
    if (group.params().empty() && groups_.empty()) {
        throw UserError("optim.parameter", "optimizer got an empty parameter list");
    }
    check_new(group.params());
    if (group.has_options()) {
        inherit(group.options(), *defaults_);
    } else {
        group.set_options(defaults_->clone());
    }
    groups_.push_back(std::move(group));
}

void Optimizer::add_parameters(const Tensors& params) {
    check_new(params);
    Tensors& first = groups_.front().params();
    first.insert(first.end(), params.begin(), params.end());
}

void Optimizer::zero_grad(bool set_to_none) {
    for (OptimizerParamGroup& group : groups_) {
        for (Tensor& param : group.params()) {
            Tensor& gradient = param.grad();
            if (!gradient.defined()) continue;
            if (set_to_none) {
                gradient = Tensor();
            } else {  // the same tensor, so that who holds it sees the zeros
                const NoGradGuard no_grad;
                if (gradient.requires_grad()) gradient = gradient.detach();
                gradient.zero_();
            }
        }
    }
}

Tensor Optimizer::step(const LossClosure& closure) {
    Tensor loss;
    if (closure) {
        const EnableGradGuard grad;
        loss = closure();
    }
    const NoGradGuard no_grad;
    ++step_count_;
    for (OptimizerParamGroup& group : groups_) {
        for (Tensor& param : group.params()) {
            const Tensor& gradient = param.grad();
            if (!gradient.defined()) continue;
            const Array values = param.array();
            const Array target = values.dense();  // values itself unless it is a strided view
            update(group.options(), target, gradient.array().to(values.dtype()).dense(),
                   state_[param.impl()]);
            target.count_write();
            if (!target.shares_buffer(values)) values.copy_from(target);
        }
    }
    return loss;
}

Tensors Optimizer::parameters() const {
    Tensors all;
    for (const OptimizerParamGroup& group : groups_) {
        all.insert(all.end(), group.params().begin(), group.params().end());
    }
    return all;
}

size_t Optimizer::size() const { return parameters().size(); }

const ParamState* Optimizer::find_state(const Tensor& param) const {
    const auto at = state_.find(param.impl());
    return at == state_.end() ? nullptr : &at->second;
}

}  // namespace lithe::optim
