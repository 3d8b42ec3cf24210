#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dsl/tensor.h"

namespace lithe {

/// What an op's `gradient` sees. `in` and `out` are the operands and results of the forward,
/// `grad` the gradients of the results (undefined where none arrived).
struct GradientCall {
    const OpCall& call;
    std::span<const Tensor> in;
    std::span<const Tensor> out;
    std::span<const Tensor> grad;
    std::vector<bool> needs;  ///< whether operand i wants a gradient

    const Tensor& dy() const { return grad[0]; }
    const Tensor& y() const { return out[0]; }
    const Tensor& x(int i = 0) const { return in[static_cast<size_t>(i)]; }
    bool need(int i) const { return needs[static_cast<size_t>(i)]; }
};

/// One step of the tape.
struct GradNode {
    OpCall call;
    std::vector<Tensor> inputs;           ///< snapshots of the operands
    std::vector<uint64_t> versions;       ///< of the operands' buffers when they were saved
    std::vector<ValuePtr> output_values;  ///< values of the results, without their link to here
    std::vector<std::shared_ptr<GradNode>> next;  ///< per operand, null where no gradient flows
    std::vector<int> next_output;
    std::vector<bool> needs;
    std::weak_ptr<TensorImpl> leaf;  ///< set on the end node of a leaf
    uint64_t serial = 0;             ///< creation order: backward runs it downwards
    bool released = false;
    /// User-made derivative in place of the op's: what module backward hooks and
    /// autograd functions use. Receives the gradients of the results, gives those of the operands.
    std::function<std::vector<Tensor>(std::span<const Tensor>)> custom;
    std::vector<std::vector<std::function<Tensor(const Tensor&)>>> hooks;  ///< per result
    std::vector<std::weak_ptr<TensorImpl>> retained;                       ///< per result
    /// Set where the results are the operands themselves: who passes them on. They must not be
    /// written, or the step would be lost.
    const char* passes_on = nullptr;
    std::vector<uint64_t> passed_versions;  ///< of the results' buffers

    /// As PyTorch names it, from the op: `AddBackward0`, `LayerNormBackward0`.
    std::string name() const;
};

/// The creation order of the next step of the tape.
uint64_t next_grad_serial();

class GradMode {
public:
    static bool is_enabled();
    static void set_enabled(bool on);
};

/// No history is recorded while one lives (on its thread).
class NoGradGuard {
public:
    NoGradGuard() : before_(GradMode::is_enabled()) { GradMode::set_enabled(false); }
    ~NoGradGuard() { GradMode::set_enabled(before_); }
    NoGradGuard(const NoGradGuard&) = delete;
    NoGradGuard& operator=(const NoGradGuard&) = delete;

private:
    bool before_;
};

class EnableGradGuard {
public:
    EnableGradGuard() : before_(GradMode::is_enabled()) { GradMode::set_enabled(true); }
    ~EnableGradGuard() { GradMode::set_enabled(before_); }
    EnableGradGuard(const EnableGradGuard&) = delete;
    EnableGradGuard& operator=(const EnableGradGuard&) = delete;

private:
    bool before_;
};

/// The same, or with false its opposite.
class InferenceMode {
public:
    explicit InferenceMode(bool on = true) : before_(GradMode::is_enabled()) {
        GradMode::set_enabled(!on);
    }
    ~InferenceMode() { GradMode::set_enabled(before_); }
    InferenceMode(const InferenceMode&) = delete;
    InferenceMode& operator=(const InferenceMode&) = delete;

private:
    bool before_;
};

namespace autograd {

using Node = GradNode;

/// d(outputs)/d(inputs), not accumulated into grad(). Undefined where an input is not reached.
/// Errors: autograd.unused where it is not allowed.
Tensors grad(const Tensors& outputs, const Tensors& inputs, const Tensors& grad_outputs = {},
             std::optional<bool> retain_graph = {}, bool create_graph = false,
             bool allow_unused = false);

/// Gives `values` (tensors just computed) a new step of the tape over `inputs` with its own
/// derivative.
Tensors attach(const Tensors& values, const Tensors& inputs,
               std::function<std::vector<Tensor>(std::span<const Tensor>)> gradient);

/// The same for tensors that are passed on as they are, by `who`; writes into them are refused.
Tensors pass_on(const Tensors& values, const char* who,
                std::function<std::vector<Tensor>(std::span<const Tensor>)> gradient);

/// Refuses a write into what was passed on, or a view of it. Errors: tensor.passed_on.
void check_write(const TensorImpl& impl);
/// Refuses to go on from what was passed on and written since by other names. Errors:
/// tensor.passed_on.
void check_unwritten(const Value& value);

}  // namespace autograd
}  // namespace lithe
