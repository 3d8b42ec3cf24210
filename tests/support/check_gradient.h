#pragma once

#include "tests/support/tensors.h"

namespace lithe::tests {

using Function = std::function<Tensor(const Tensors&)>;

/// Weights that make a number of a tensor, so that every element counts differently.
inline Tensor weighted_sum(const Tensor& y) {
    return (y * numbers(constant_sizes(y.sizes()), y.dtype(), 1.0, 7)).sum();
}

/// The derivative with respect to element `i` of operand `k` by central differences.
inline double finite_difference(const Function& f, const Tensors& inputs, size_t k, int64_t i) {
    constexpr double step = 1e-5;  // near the cube root of f64's epsilon: the smallest total error
    double value[2];
    for (int side = 0; side < 2; ++side) {
        NoGradGuard no_grad;
        Tensors moved = inputs;
        moved[k] = inputs[k].detach().clone();
        moved[k].data_ptr<double>()[i] += side ? step : -step;
        value[side] = weighted_sum(f(moved)).item<double>();
    }
    return (value[1] - value[0]) / (2 * step);
}

/// Gradients of `f` at f64 inputs against central differences, and, where `second` is set, the
/// gradients of the gradients likewise.
inline void check_gradient(const Function& f, const Tensors& inputs, bool second = true,
                           double tolerance = 1e-7) {
    Tensors leaves;
    for (const Tensor& input : inputs) {
        Tensor leaf = input.detach().clone();
        if (leaf.is_floating_point()) leaf.requires_grad_();
        leaves.push_back(leaf);
    }
    Tensors wanted;
    for (const Tensor& leaf : leaves) {
        if (leaf.requires_grad()) wanted.push_back(leaf);
    }
    const Tensor value = weighted_sum(f(leaves));
    if (!value.requires_grad()) return;  // constant: a second derivative of a linear function
    const Tensors gradients = autograd::grad({value}, wanted, {}, false, second, true);
    size_t at = 0;
    for (size_t k = 0; k < inputs.size(); ++k) {
        if (!leaves[k].requires_grad()) continue;
        const Tensor given = gradients[at++], got = given.defined() ? given : zeros_like(inputs[k]);
        BOOST_REQUIRE_EQUAL(got.type().str(), inputs[k].type().str());
        for (int64_t i = 0; i < got.array().count(); ++i) {
            const double expected = finite_difference(f, inputs, k, i);
            const double error = std::abs(got.array().at(i) - expected);
            BOOST_REQUIRE_MESSAGE(error <= tolerance * std::max(1.0, std::abs(expected)),
                                  "gradient of operand " << k << ", element " << i << ": got "
                                                         << got.array().at(i) << ", expected "
                                                         << expected);
        }
    }
    if (!second) return;
    const Function gradient_sum = [&](const Tensors& at_inputs) {
        EnableGradGuard enable;
        Tensors again, floating;
        for (const Tensor& input : at_inputs) {
            Tensor x = input;
            if (x.is_floating_point() && !x.requires_grad()) x = x.detach().requires_grad_();
            again.push_back(x);
            if (x.is_floating_point()) floating.push_back(x);
        }
        Tensor total;
        for (const Tensor& g :
             autograd::grad({weighted_sum(f(again))}, floating, {}, true, true, true)) {
            if (!g.defined()) continue;
            const Tensor part = weighted_sum(g);
            total = total.defined() ? total + part : part;
        }
        return total;
    };
    check_gradient(gradient_sum, inputs, false, 1e-5);
}

}  // namespace lithe::tests
