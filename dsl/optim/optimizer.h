#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dsl/optim/options.h"
#include "dsl/tensor.h"

namespace lithe::serialize {
class OutputArchive;
class InputArchive;
}  // namespace lithe::serialize

namespace lithe::optim {

/// Parameters that are trained with the same options.
class OptimizerParamGroup {
public:
    OptimizerParamGroup(Tensors params) : params_(std::move(params)) {}
    OptimizerParamGroup(Tensors params, std::unique_ptr<OptimizerOptions> options)
        : params_(std::move(params)), options_(std::move(options)) {}
    template <class Options>
        requires std::derived_from<Options, OptimizerOptions>
    OptimizerParamGroup(Tensors params, const Options& options)
        : OptimizerParamGroup(std::move(params), options.clone()) {}
    OptimizerParamGroup(const OptimizerParamGroup& other)
        : params_(other.params_),
          options_(other.options_ ? other.options_->clone() : nullptr),
          extras_(other.extras_) {}
    OptimizerParamGroup(OptimizerParamGroup&&) = default;
    OptimizerParamGroup& operator=(OptimizerParamGroup&&) = default;

    bool has_options() const { return options_ != nullptr; }
    OptimizerOptions& options() { return *options_; }
    const OptimizerOptions& options() const { return *options_; }
    void set_options(std::unique_ptr<OptimizerOptions> options) { options_ = std::move(options); }
    Tensors& params() { return params_; }
    const Tensors& params() const { return params_; }
    /// What schedulers keep with a group: `initial_lr`, `max_lr`, ...
    OptionValues& extras() { return extras_; }
    const OptionValues& extras() const { return extras_; }

private:
    Tensors params_;
    std::unique_ptr<OptimizerOptions> options_;
    OptionValues extras_;
};

/// What an optimizer remembers of one parameter, under PyTorch's names.
struct ParamState {
    std::map<std::string, Array> arrays;    ///< `exp_avg`, `momentum_buffer`, ...
    std::map<std::string, double> numbers;  ///< `step`, `mu_product`, ...

    bool has(const std::string& name) const { return arrays.contains(name); }
    /// The array of that name, filled with `value` and like `x` the first time.
    Array& array_like(const std::string& name, const Array& x, double value = 0);
    /// The number of that name, `value` the first time.
    double& number(const std::string& name, double value = 0);
    /// Counts this step: 1 at the first.
    double next_step() { return ++number("step"); }
};

/// The state of an optimizer, by the position of each parameter over all groups: what PyTorch's
/// `state_dict()` holds.
struct OptimizerState {
    std::vector<ParamState> params;
    std::vector<OptionValues> groups;
    std::vector<size_t> group_sizes;
};

/// Base of the optimizers: groups, gradients, state.
class Optimizer {
public:
    /// Computes the loss anew and its gradients.
    using LossClosure = std::function<Tensor()>;

    virtual ~Optimizer() = default;
    Optimizer(const Optimizer&) = delete;
    Optimizer& operator=(const Optimizer&) = delete;

    /// Errors: optim.parameter (no leaf, undefined, none at all), optim.duplicate_parameter.
    void add_param_group(OptimizerParamGroup group);
    /// Adds to the first group. Errors: as add_param_group.
    void add_parameters(const Tensors& params);

    void zero_grad(bool set_to_none = true);
    /// Updates every parameter that has a gradient. Errors: optim.closure (LBFGS without one).
    virtual Tensor step(const LossClosure& closure = nullptr);

    std::vector<OptimizerParamGroup>& param_groups() { return groups_; }
    const std::vector<OptimizerParamGroup>& param_groups() const { return groups_; }
    OptimizerOptions& defaults() { return *defaults_; }
    const OptimizerOptions& defaults() const { return *defaults_; }
    /// All parameters, group by group.
    Tensors parameters() const;
    size_t size() const;
    /// What is remembered of a parameter, null before its first step.
    const ParamState* find_state(const Tensor& param) const;
    /// How often step() was called.
    int64_t step_count() const { return step_count_; }

    OptimizerState state_dict() const;
    /// All or nothing. Errors: optim.load_state_dict, optim.option_type.
    void load_state_dict(const OptimizerState& state);
    /// The state as tensors: `state.0.exp_avg`, `param_groups.0.lr`, ...
    void save(serialize::OutputArchive& archive) const;
    /// All or nothing. Errors: optim.load_state_dict, optim.option_type.
    void load(serialize::InputArchive& archive);

protected:
    Optimizer(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults);

    /// Moves one parameter. `gradient` is dense, of the parameter's dtype and sizes.
    virtual void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                        ParamState& state) = 0;
    /// Whether the arrays of a parameter's state have its shape.
    virtual bool has_state_of_shape() const { return true; }
    ParamState& state_of(const Tensor& param) { return state_[param.impl()]; }
    void count_step() { ++step_count_; }

private:
    void check_new(const Tensors& params) const;

    std::vector<OptimizerParamGroup> groups_;
    std::unique_ptr<OptimizerOptions> defaults_;
    std::map<const TensorImpl*, ParamState> state_;
    int64_t step_count_ = 0;
};

}  // namespace lithe::optim

/// The constructors of an optimizer that has options: over groups with options of their own, and
/// over one group.
#define LITHE_OPTIMIZER_CONSTRUCTORS(Name)                                               \
    explicit Name(std::vector<OptimizerParamGroup> groups, Name##Options options = {})   \
        : Optimizer(std::move(groups), checked(options)) {}                              \
    explicit Name(Tensors params, Name##Options options = {})                            \
        : Name(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, \
               std::move(options)) {}
