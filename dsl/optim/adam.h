#pragma once

#include <tuple>

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

using Betas = std::tuple<double, double>;

/// The options of Adam and AdamW, which differ in their defaults.
template <class Derived>
class AdamOptionsOf : public OptionsOf<Derived> {
public:
    AdamOptionsOf(double lr, double weight_decay) : lr_(lr), weight_decay_(weight_decay) {}
    template <class Visit>
    void visit(Visit&& visit) {
        visit("lr", lr_);
        visit("beta1", std::get<0>(betas_));
        visit("beta2", std::get<1>(betas_));
        visit("eps", eps_);
        visit("weight_decay", weight_decay_);
        visit("amsgrad", amsgrad_);
        visit("maximize", maximize_);
    }
    Derived& lr(double value) { return lr_ = value, self(); }
    Derived& betas(Betas value) { return betas_ = value, self(); }
    Derived& eps(double value) { return eps_ = value, self(); }
    Derived& weight_decay(double value) { return weight_decay_ = value, self(); }
    Derived& amsgrad(bool value) { return amsgrad_ = value, self(); }
    Derived& maximize(bool value) { return maximize_ = value, self(); }
    double lr() const { return lr_; }
    const Betas& betas() const { return betas_; }
    double eps() const { return eps_; }
    double weight_decay() const { return weight_decay_; }
    bool amsgrad() const { return amsgrad_; }
    bool maximize() const { return maximize_; }

private:
    Derived& self() { return static_cast<Derived&>(*this); }

    double lr_;
    Betas betas_{0.9, 0.999};
    double eps_ = 1e-8;
    double weight_decay_;
    bool amsgrad_ = false;
    bool maximize_ = false;
};

class AdamOptions : public AdamOptionsOf<AdamOptions> {
public:
    AdamOptions(double lr = 1e-3) : AdamOptionsOf(lr, 0) {}
};

class AdamWOptions : public AdamOptionsOf<AdamWOptions> {
public:
    AdamWOptions(double lr = 1e-3) : AdamOptionsOf(lr, 1e-2) {}
};

/// Adam.
///
///   g  = dL/dx + weight_decay x
///   m  = beta1 m + (1 - beta1) g,   v = beta2 v + (1 - beta2) g^2
///   x -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
///
/// With amsgrad, the largest v so far stands for v.  Errors: optim.options.  Source: Kingma, Ba,
/// "Adam: A Method for Stochastic Optimization", ICLR 2015; Reddi et al., ICLR 2018.
class Adam : public Optimizer {
public:
    explicit Adam(std::vector<OptimizerParamGroup> groups, AdamOptions options = {});
    explicit Adam(Tensors params, AdamOptions options = {});

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

/// Adam with weight decay apart from the gradient: x -= lr weight_decay x, before the step.
///
/// Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
class AdamW : public Optimizer {
public:
    explicit AdamW(std::vector<OptimizerParamGroup> groups, AdamWOptions options = {});
    explicit AdamW(Tensors params, AdamWOptions options = {});

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

}  // namespace lithe::optim
