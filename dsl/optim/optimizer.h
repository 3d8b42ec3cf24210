#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dsl/arg.h"
#include "dsl/tensor.h"

namespace lithe::optim {

/// The numbers of a parameter group by name: what a state_dict keeps of it.
using OptionValues = std::map<std::string, double>;

/// Base of SGDOptions, AdamOptions, ...
class OptimizerOptions {
public:
    virtual ~OptimizerOptions() = default;
    virtual std::unique_ptr<OptimizerOptions> clone() const = 0;
    virtual double get_lr() const = 0;
    virtual void set_lr(double lr) = 0;
    virtual OptionValues values() const = 0;
    /// Takes the values whose names it knows.
    virtual void set_values(const OptionValues& values) = 0;
};

/// Parameters that are trained with the same options.
class OptimizerParamGroup {
public:
    explicit OptimizerParamGroup(Tensors params) : params_(std::move(params)) {}
    OptimizerParamGroup(Tensors params, std::unique_ptr<OptimizerOptions> options)
        : params_(std::move(params)), options_(std::move(options)) {}
    OptimizerParamGroup(const OptimizerParamGroup& other)
        : params_(other.params_), options_(other.options_ ? other.options_->clone() : nullptr) {}
    OptimizerParamGroup(OptimizerParamGroup&&) = default;
    OptimizerParamGroup& operator=(OptimizerParamGroup&&) = default;

    bool has_options() const { return options_ != nullptr; }
    OptimizerOptions& options() { return *options_; }
    const OptimizerOptions& options() const { return *options_; }
    void set_options(std::unique_ptr<OptimizerOptions> options) { options_ = std::move(options); }
    Tensors& params() { return params_; }
    const Tensors& params() const { return params_; }

private:
    Tensors params_;
    std::unique_ptr<OptimizerOptions> options_;
};

/// What an optimizer remembers of one parameter.
struct ParamState {
    int64_t step = 0;
    std::map<std::string, Array> arrays;  ///< by PyTorch's names: `exp_avg`, ...
    std::map<std::string, double> numbers;

    /// The array of that name, zeros like `x` the first time.
    Array& array_like(const std::string& name, const Array& x, double value = 0);
    bool has(const std::string& name) const { return arrays.contains(name); }
    double& number(const std::string& name, double value);
};

/// The state of an optimizer, by the position of each parameter over all groups.
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

    /// Errors: optim.parameter (no leaf, undefined), optim.duplicate_parameter.
    void add_param_group(OptimizerParamGroup group);
    void add_parameters(const Tensors& params) { add_param_group(OptimizerParamGroup(params)); }

    void zero_grad(bool set_to_none = true);
    /// Updates every parameter that has a gradient.
    virtual Tensor step(const LossClosure& closure = nullptr);

    std::vector<OptimizerParamGroup>& param_groups() { return groups_; }
    const std::vector<OptimizerParamGroup>& param_groups() const { return groups_; }
    OptimizerOptions& defaults() { return *defaults_; }
    const OptimizerOptions& defaults() const { return *defaults_; }
    size_t size() const;

    OptimizerState state_dict() const;
    /// Errors: optim.load_state_dict.
    void load_state_dict(const OptimizerState& state);

protected:
    Optimizer(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults);

    /// Moves one parameter. `gradient` is dense, of the parameter's dtype and sizes.
    virtual void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                        ParamState& state) = 0;
    ParamState& state_of(const Tensor& param) { return state_[param.impl()]; }

private:
    std::vector<OptimizerParamGroup> groups_;
    std::unique_ptr<OptimizerOptions> defaults_;
    std::map<const TensorImpl*, ParamState> state_;
};

/// Fills in the functions of an options class from `OptionValues values() const` and friends.
template <class Derived>
class OptionsOf : public OptimizerOptions {
public:
    std::unique_ptr<OptimizerOptions> clone() const override {
        return std::make_unique<Derived>(static_cast<const Derived&>(*this));
    }
    double get_lr() const override { return static_cast<const Derived&>(*this).lr(); }
    void set_lr(double lr) override { static_cast<Derived&>(*this).lr(lr); }
    OptionValues values() const override {
        OptionValues result;
        auto& self = const_cast<Derived&>(static_cast<const Derived&>(*this));
        self.visit(
            [&](const char* name, auto& value) { result[name] = static_cast<double>(value); });
        return result;
    }
    void set_values(const OptionValues& values) override {
        static_cast<Derived&>(*this).visit([&](const char* name, auto& value) {
            const auto at = values.find(name);
            using T = std::remove_reference_t<decltype(value)>;
            if (at != values.end()) value = static_cast<T>(at->second);
        });
    }
};

}  // namespace lithe::optim
