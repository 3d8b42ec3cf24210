// state_dict() and load_state_dict() of the optimizers.
#include "dsl/optim/optimizer.h"
#include "runtime/error.h"

namespace lithe::optim {
namespace {

[[noreturn]] void fail(const std::string& text) {
    throw UserError("optim.load_state_dict", "load_state_dict: " + text);
}

/// The state in the parameter's dtype; where it `has_shape` of the parameter, that is checked.
ParamState converted(const ParamState& from, const Tensor& param, size_t index, bool has_shape) {
    ParamState state = from;
    const Array values = param.array();
    for (auto& [name, array] : state.arrays) {
        if (has_shape && array.sizes() != values.sizes()) {
            fail(name + " of parameter " + std::to_string(index) + " has shape " +
                 str(to_shape(array.sizes())) + ", the parameter " + str(param.sizes()));
        }
        array = is_floating(array.dtype()) ? array.to(values.dtype()).clone() : array.clone();
    }
    return state;
}

void check_groups(const std::vector<OptimizerParamGroup>& mine, const OptimizerState& theirs) {
    if (mine.size() != theirs.groups.size() || mine.size() != theirs.group_sizes.size()) {
        fail("loaded state dict has a different number of parameter groups: the optimizer has " +
             std::to_string(mine.size()) + ", the state " + std::to_string(theirs.groups.size()));
    }
    size_t total = 0;
    for (size_t i = 0; i < mine.size(); ++i) {
        total += theirs.group_sizes[i];
        if (mine[i].params().size() == theirs.group_sizes[i]) continue;
        fail(
            "loaded state dict contains a parameter group that doesn't match the size of "
            "optimizer's group: group " +
            std::to_string(i) + " has " + std::to_string(mine[i].params().size()) +
            " parameters, in the state " + std::to_string(theirs.group_sizes[i]));
    }
    if (theirs.params.size() != total) {
        fail("the state holds " + std::to_string(theirs.params.size()) +
             " parameters, its groups " + std::to_string(total));
    }
}

}  // namespace

OptimizerState Optimizer::state_dict() const {
    OptimizerState result;
    for (const OptimizerParamGroup& group : groups_) {
        OptionValues values = group.options().values();
        values.insert(group.extras().begin(), group.extras().end());
        result.groups.push_back(std::move(values));
        result.group_sizes.push_back(group.params().size());
        for (const Tensor& param : group.params()) {
            const ParamState* state = find_state(param);
            result.params.push_back(state ? *state : ParamState());
        }
    }
    return result;
}

void Optimizer::load_state_dict(const OptimizerState& state) {
    check_groups(groups_, state);
    std::map<const TensorImpl*, ParamState> loaded;
    size_t next = 0;
    for (size_t i = 0; i < groups_.size(); ++i) {
        groups_[i].options().clone()->set_values(state.groups[i]);  // throws where it does not fit
        for (const Tensor& param : groups_[i].params()) {
            const ParamState& theirs = state.params[next];
            if (!theirs.arrays.empty() || !theirs.numbers.empty()) {
                loaded[param.impl()] = converted(theirs, param, next, has_state_of_shape());
            }
            ++next;
        }
    }
    state_ = std::move(loaded);
    for (size_t i = 0; i < groups_.size(); ++i) {
        groups_[i].options().set_values(state.groups[i]);
        const OptionValues known = groups_[i].options().values();
        groups_[i].extras().clear();
        for (const auto& [name, value] : state.groups[i]) {
            if (!known.contains(name)) groups_[i].extras()[name] = value;
        }
    }
}

}  // namespace lithe::optim
