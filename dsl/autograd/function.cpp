#include "dsl/autograd/function.h"

#include <algorithm>

#include "dsl/ops.h"
#include "dsl/random.h"
#include "runtime/error.h"

namespace lithe::autograd {

void AutogradContext::save_for_backward(Tensors tensors) {
    saved_ = std::move(tensors);
    versions_.clear();
    for (const Tensor& tensor : saved_) {
        versions_.push_back(tensor.defined() && !tensor.is_symbolic() ? tensor.array().version()
                                                                      : 0);
    }
}

Tensors AutogradContext::get_saved_variables() const {
    for (size_t i = 0; i < saved_.size(); ++i) {
        if (!saved_[i].defined() || saved_[i].is_symbolic() ||
            saved_[i].array().version() == versions_[i])
            continue;
        throw UserError("backward.modified",
                        "backward: one of the variables needed for gradient computation has been "
                        "modified by an inplace operation: saved tensor " +
                            std::to_string(i) + " of type " + saved_[i].type().str());
    }
    return saved_;
}

bool AutogradContext::is_constant(const Tensor& tensor) const {
    if (!tensor.is_floating_point()) return true;
    return std::any_of(constant_.begin(), constant_.end(),
                       [&](const Tensor& known) { return known.is_same(tensor); });
}

namespace detail {

Tensors link(const Tensors& results, const Tensors& inputs,
             std::function<Tensors(Tensors)> backward) {
    return attach(results, inputs,
                  [backward = std::move(backward)](std::span<const Tensor> gradients) {
                      return backward(Tensors(gradients.begin(), gradients.end()));
                  });
}

Tensors zeros_where_undefined(const Tensors& gradients, const Tensors& like) {
    Tensors result = gradients;
    for (size_t i = 0; i < result.size(); ++i) {
        if (!result[i].defined()) result[i] = zeros_like(like[i]);
    }
    return result;
}

void check_gradient_count(const Tensors& gradients, size_t wanted) {
    const size_t got = gradients.size();
    const auto is_undefined = [](const Tensor& gradient) { return !gradient.defined(); };
    if (got == wanted ||
        (got > wanted && std::all_of(gradients.begin() + static_cast<int64_t>(wanted),
                                     gradients.end(), is_undefined)))
        return;
    throw UserError("function.gradients",
                    "autograd: function returned an incorrect number of gradients (expected " +
                        std::to_string(wanted) + ", got " + std::to_string(got) + ")");
}

}  // namespace detail

Tensors checkpoint(std::function<Tensors(const Tensors&)> function, const Tensors& inputs) {
    if (!GradMode::is_enabled()) return function(inputs);
    const auto random = default_generator().state();
    Tensors results;
    {
        const NoGradGuard no_grad;
        results = function(inputs);
    }
    // What the function uses beside its arguments may want gradients where they do not: hence one
    // more input.
    Tensors linked_inputs = inputs;
    linked_inputs.push_back(zeros({}, DType::f32).requires_grad_());
    return detail::link(
        results, linked_inputs,
        [function = std::move(function), inputs, random](const Tensors& gradients) {
            const EnableGradGuard grad;
            Tensors copies;
            for (const Tensor& input : inputs) {
                Tensor copy = input.detach();
                if (input.requires_grad()) copy.requires_grad_();
                copies.push_back(copy);
            }
            const auto here = default_generator().state();
            default_generator().set_state(random);
            const Tensors again = function(copies);
            default_generator().set_state(here);
            Tensors roots, seeds;
            for (size_t i = 0; i < again.size(); ++i) {
                if (i >= gradients.size() || !gradients[i].defined() || !again[i].requires_grad())
                    continue;
                roots.push_back(again[i]);
                seeds.push_back(gradients[i]);
            }
            if (!roots.empty()) backward(roots, seeds);
            Tensors result;
            for (const Tensor& copy : copies)
                result.push_back(copy.requires_grad() ? copy.grad() : Tensor());
            result.emplace_back();
            return result;
        });
}

Tensor checkpoint(const std::function<Tensor(const Tensor&)>& function, const Tensor& input) {
    return checkpoint([function](const Tensors& in) { return Tensors{function(in[0])}; },
                      Tensors{input})[0];
}

}  // namespace lithe::autograd
