#include "dsl/optim/optimizer.h"

#include <set>

#include "dsl/autograd.h"
#include "runtime/error.h"

namespace lithe::optim {

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
    for (OptimizerParamGroup& group : groups) add_param_group(std::move(group));
}

void Optimizer::add_param_group(OptimizerParamGroup group) {
    if (group.params().empty() && groups_.empty()) {
        throw UserError("optim.parameter", "optimizer got an empty parameter list");
    }
    std::set<const TensorImpl*> known;
    for (const OptimizerParamGroup& other : groups_) {
        for (const Tensor& param : other.params()) known.insert(param.impl());
    }
    for (const Tensor& param : group.params()) {
        if (!param.defined()) {
            throw UserError("optim.parameter", "optimizer: an undefined tensor is no parameter");
        }
        if (!param.is_leaf()) {
            throw UserError("optim.parameter", "optimizer: can't optimize a non-leaf Tensor, got " +
                                                   param.type().str());
        }
        if (!known.insert(param.impl()).second) {
            throw UserError("optim.duplicate_parameter",
                            "optimizer: a parameter of type " + param.type().str() +
                                " is given twice; it would be moved twice a step");
        }
    }
    if (!group.has_options()) group.set_options(defaults_->clone());
    groups_.push_back(std::move(group));
}

void Optimizer::zero_grad(bool set_to_none) {
    for (OptimizerParamGroup& group : groups_) {
        for (Tensor& param : group.params()) {
            Tensor& gradient = param.grad();
            if (!gradient.defined()) continue;
            if (set_to_none) {
                gradient = Tensor();
            } else {
                const Array old = gradient.array();
                gradient = Tensor::from(Array::zeros(old.dtype(), old.sizes()));
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

size_t Optimizer::size() const {
    size_t count = 0;
    for (const OptimizerParamGroup& group : groups_) count += group.params().size();
    return count;
}

OptimizerState Optimizer::state_dict() const {
    OptimizerState result;
    for (const OptimizerParamGroup& group : groups_) {
        result.groups.push_back(group.options().values());
        result.group_sizes.push_back(group.params().size());
        for (const Tensor& param : group.params()) {
            const auto at = state_.find(param.impl());
            result.params.push_back(at == state_.end() ? ParamState() : at->second);
        }
    }
    return result;
}

void Optimizer::load_state_dict(const OptimizerState& state) {
    std::vector<size_t> sizes;
    for (const OptimizerParamGroup& group : groups_) sizes.push_back(group.params().size());
    if (sizes != state.group_sizes) {
        throw UserError(
            "optim.load_state_dict",
            "load_state_dict: the optimizer has other parameter groups: " + std::to_string(size()) +
                " parameters in " + std::to_string(sizes.size()) + " groups, the state " +
                std::to_string(state.params.size()) + " in " +
                std::to_string(state.group_sizes.size()));
    }
    std::map<const TensorImpl*, ParamState> loaded;
    size_t next = 0;
    for (const OptimizerParamGroup& group : groups_) {
        for (const Tensor& param : group.params()) {
            const ParamState& theirs = state.params.at(next++);
            ParamState& mine = loaded[param.impl()];
            mine = theirs;
            for (auto& [name, array] : mine.arrays) {
                if (array.sizes() != param.array().sizes()) {
                    throw UserError("optim.load_state_dict",
                                    "load_state_dict: " + name + " of parameter " +
                                        std::to_string(next - 1) + " has shape " +
                                        str(to_shape(array.sizes())) + ", the parameter " +
                                        str(param.sizes()));
                }
                array = array.to(param.dtype()).clone();
            }
        }
    }
    state_ = std::move(loaded);
    for (size_t i = 0; i < groups_.size(); ++i) groups_[i].options().set_values(state.groups[i]);
}

}  // namespace lithe::optim
