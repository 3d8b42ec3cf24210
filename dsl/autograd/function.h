#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "dsl/autograd/modes.h"
#include "dsl/ivalue.h"

namespace lithe {
using tensor_list = Tensors;
}

namespace lithe::autograd {

using lithe::tensor_list;
using variable_list = Tensors;
using Variable = Tensor;

/// A value that forward() keeps for backward(). Errors: function.saved.
using SavedValue = IValue;

/// What forward() and backward() of a Function share.
class AutogradContext {
public:
    /// Keeps tensors for backward(), which notices when they were written since.
    void save_for_backward(Tensors tensors);
    /// Errors: backward.modified.
    Tensors get_saved_variables() const;
    /// Results for which no gradient is asked; integer results are such anyway.
    void mark_non_differentiable(const Tensors& tensors) { constant_ = tensors; }
    /// Arguments that forward() writes to and returns; without effect, since tensors are told by
    /// their value.
    void mark_dirty(const Tensors&) {}
    /// Off: gradients that did not arrive are undefined in backward(), not zeros.
    void set_materialize_grads(bool on) { materialize_ = on; }
    /// Whether argument i of forward() (counting tensors alone) wants a gradient.
    bool needs_input_grad(size_t i) const { return i < needs_.size() && needs_[i]; }

    std::map<std::string, SavedValue> saved_data;

private:
    template <class>
    friend class Function;
    bool is_constant(const Tensor& tensor) const;

    Tensors saved_, constant_;
    std::vector<uint64_t> versions_;
    std::vector<bool> needs_;
    bool materialize_ = true;
};

namespace detail {
/// Gives what forward() computed a step of the tape with this derivative of the tensor arguments.
Tensors link(const Tensors& results, const Tensors& inputs,
             std::function<Tensors(Tensors)> backward);
Tensors zeros_where_undefined(const Tensors& gradients, const Tensors& like);
/// One for each argument; for arguments left at their defaults, undefined ones may follow.
void check_gradient_count(const Tensors& gradients, size_t wanted);
}  // namespace detail

/// A function with a derivative of its own. A class T : Function<T> has
///
///   static Tensor forward(AutogradContext* ctx, Tensor x, double k);          // any arguments;
///   Tensor or tensor_list static tensor_list backward(AutogradContext* ctx, tensor_list
///   gradients); // one for each argument of forward()
///
/// and is called as T::apply(x, k). forward() runs without recording. Errors: function.gradients.
template <class T>
class Function {
public:
    template <class... Args>
    static auto apply(Args&&... args) {
        auto context = std::make_shared<AutogradContext>();
        Tensors inputs;
        std::vector<bool> is_tensor;
        (collect(args, inputs, is_tensor), ...);
        for (const Tensor& input : inputs) context->needs_.push_back(input.requires_grad());
        const auto run = [&] {
            const NoGradGuard no_grad;
            return T::forward(context.get(), std::forward<Args>(args)...);
        };
        const auto result = run();
        Tensors results;
        if constexpr (std::is_convertible_v<decltype(result), Tensor>) {
            results = {result};
        } else {
            results = result;
        }
        Tensors shapes;
        for (const Tensor& one : results) shapes.push_back(one.detach());
        const auto backward = [context, is_tensor, shapes](Tensors gradients) {
            gradients.resize(shapes.size());
            if (context->materialize_) gradients = detail::zeros_where_undefined(gradients, shapes);
            const Tensors all = T::backward(context.get(), std::move(gradients));
            detail::check_gradient_count(all, is_tensor.size());
            Tensors wanted;
            for (size_t i = 0; i < is_tensor.size(); ++i) {
                if (is_tensor[i]) wanted.push_back(all[i]);
            }
            return wanted;
        };
        Tensors linked = detail::link(results, inputs, backward);
        for (size_t i = 0; i < results.size(); ++i) {
            if (context->is_constant(results[i])) linked[i] = results[i].detach();
        }
        if constexpr (std::is_convertible_v<decltype(result), Tensor>) {
            return linked[0];
        } else {
            return linked;
        }
    }

private:
    template <class Arg>
    static void collect(const Arg& arg, Tensors& inputs, std::vector<bool>& is_tensor) {
        if constexpr (std::derived_from<Arg, Tensor>) {
            is_tensor.push_back(arg.defined());
            if (arg.defined()) inputs.push_back(arg);
        } else if constexpr (std::same_as<Arg, std::optional<Tensor>>) {
            collect(arg ? *arg : Tensor(), inputs, is_tensor);
        } else {
            is_tensor.push_back(false);
        }
    }
};

/// Runs `function` without keeping what its steps computed, and again when gradients are asked:
/// memory for time. Random ops draw the same numbers both times. Gradients flow to `inputs` and to
/// whatever else the function uses.
///
/// Source: Chen, Xu, Zhang, Guestrin, "Training Deep Nets with Sublinear Memory Cost", 2016.
Tensors checkpoint(std::function<Tensors(const Tensors&)> function, const Tensors& inputs);
/// The same for a function of one tensor with one result.
Tensor checkpoint(const std::function<Tensor(const Tensor&)>& function, const Tensor& input);

}  // namespace lithe::autograd
