#pragma once

#include "dsl/autograd.h"

namespace lithe {

/// Switches the recording on or off while it lives.
class AutoGradMode {
public:
    explicit AutoGradMode(bool on) : before_(GradMode::is_enabled()) { GradMode::set_enabled(on); }
    ~AutoGradMode() { GradMode::set_enabled(before_); }
    AutoGradMode(const AutoGradMode&) = delete;
    AutoGradMode& operator=(const AutoGradMode&) = delete;

private:
    bool before_;
};

namespace autograd {

/// While on (on its thread), backward() refuses a derivative that is NaN and names the op that gave
/// it. Errors: backward.nan.
class AnomalyMode {
public:
    static bool is_enabled();
    static void set_enabled(bool on);
};
class DetectAnomalyGuard {
public:
    DetectAnomalyGuard() : before_(AnomalyMode::is_enabled()) { AnomalyMode::set_enabled(true); }
    ~DetectAnomalyGuard() { AnomalyMode::set_enabled(before_); }
    DetectAnomalyGuard(const DetectAnomalyGuard&) = delete;
    DetectAnomalyGuard& operator=(const DetectAnomalyGuard&) = delete;

private:
    bool before_;
};

/// Adds d(tensors)/d(leaf) to grad() of every leaf or, where `inputs` are given, of these alone.
/// Errors: as Tensor::backward, backward.inputs.
void backward(const Tensors& tensors, const Tensors& gradients = {},
              std::optional<bool> retain_graph = {}, bool create_graph = false,
              const Tensors& inputs = {});

}  // namespace autograd
}  // namespace lithe
