#pragma once

#include "dsl/optim/optimizer.h"

namespace lithe::optim {

/// The options of Adam and AdamW, which differ in their defaults.
template <class Derived>
class AdamOptionsOf : public OptionsOf<Derived> {
public:
    AdamOptionsOf(double weight_decay, bool is_decoupled)
        : weight_decay_(weight_decay), decoupled_weight_decay_(is_decoupled) {}
    template <class Visit>
    void visit(Visit&& visit) {
        visit("lr", lr_);
        visit("betas", betas_);
        visit("eps", eps_);
        visit("weight_decay", weight_decay_);
        visit("amsgrad", amsgrad_);
        visit("maximize", maximize_);
        visit("decoupled_weight_decay", decoupled_weight_decay_);
    }
    Derived& lr(double value) { return this->mark_set("lr"), lr_ = value, self(); }
    Derived& betas(Betas value) { return this->mark_set("betas"), betas_ = value, self(); }
    Derived& eps(double value) { return this->mark_set("eps"), eps_ = value, self(); }
    Derived& weight_decay(double value) {
        return this->mark_set("weight_decay"), weight_decay_ = value, self();
    }
    Derived& amsgrad(bool value) { return this->mark_set("amsgrad"), amsgrad_ = value, self(); }
    Derived& maximize(bool value) { return this->mark_set("maximize"), maximize_ = value, self(); }
    /// Weight decay apart from the gradient: on, Adam is AdamW.
    Derived& decoupled_weight_decay(bool value) {
        return this->mark_set("decoupled_weight_decay"), decoupled_weight_decay_ = value, self();
    }
    const bool& decoupled_weight_decay() const { return decoupled_weight_decay_; }
    const double& lr() const { return lr_; }
    const Betas& betas() const { return betas_; }
    const double& eps() const { return eps_; }
    const double& weight_decay() const { return weight_decay_; }
    const bool& amsgrad() const { return amsgrad_; }
    const bool& maximize() const { return maximize_; }
    double& lr() { return lr_; }
    Betas& betas() { return betas_; }
    double& eps() { return eps_; }
    double& weight_decay() { return weight_decay_; }
    bool& amsgrad() { return amsgrad_; }
    bool& maximize() { return maximize_; }

protected:
    void check_all(const char* optimizer) const {
        const auto [beta1, beta2] = betas_;
        detail::check_option(optimizer, "lr", lr_, lr_ >= 0);
        detail::check_option(optimizer, "eps", eps_, eps_ >= 0);
        detail::check_option(optimizer, "beta parameter at index 0", beta1,
                             beta1 >= 0 && beta1 < 1);
        detail::check_option(optimizer, "beta parameter at index 1", beta2,
                             beta2 >= 0 && beta2 < 1);
        detail::check_option(optimizer, "weight_decay", weight_decay_, weight_decay_ >= 0);
    }

private:
    Derived& self() { return static_cast<Derived&>(*this); }

    double lr_ = 1e-3;
    Betas betas_{0.9, 0.999};
    double eps_ = 1e-8;
    double weight_decay_;
    bool amsgrad_ = false;
    bool maximize_ = false;
    bool decoupled_weight_decay_;
};

class AdamOptions : public AdamOptionsOf<AdamOptions> {
public:
    AdamOptions() : AdamOptionsOf(0, false) {}
    AdamOptions(double lr) : AdamOptions() { this->lr(lr); }
    /// Errors: optim.options.
    void check() const { check_all("Adam"); }
};

class AdamWOptions : public AdamOptionsOf<AdamWOptions> {
public:
    AdamWOptions() : AdamOptionsOf(1e-2, true) {}
    AdamWOptions(double lr) : AdamWOptions() { this->lr(lr); }
    /// Errors: optim.options.
    void check() const { check_all("AdamW"); }
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
    LITHE_OPTIMIZER_CONSTRUCTORS(Adam)

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

/// Adam with weight decay apart from the gradient: x -= lr weight_decay x, before the step.
///
/// Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
class AdamW : public Optimizer {
public:
    LITHE_OPTIMIZER_CONSTRUCTORS(AdamW)

protected:
    void update(const OptimizerOptions& options, const Array& param, const Array& gradient,
                ParamState& state) override;
};

}  // namespace lithe::optim
