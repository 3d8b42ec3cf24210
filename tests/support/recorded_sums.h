#pragma once

#include "tests/support/check_gradient.h"

namespace lithe::tests {

/// A function of x = numbers(sizes) beside recorded sums: its results weighted by numbers(.., 7),
/// and the gradient of that sum weighted by numbers(.., 9). 0 for `gradient` where there is none.
inline void check(const char* name, const Sizes& sizes,
                  const std::function<Tensor(const Tensor&)>& function, const Sizes& shape,
                  double value, double gradient, double tolerance = 1e-10) {
    BOOST_TEST_CONTEXT(name) {
        const Tensor x = numbers(sizes).requires_grad_();
        const Tensor y = function(x);
        BOOST_REQUIRE_EQUAL(y.type().str(), (TensorType{DType::f64, to_shape(shape)}).str());
        const auto near = [&](double got, double want) {
            const bool is_near =
                got == want || std::abs(got - want) <= tolerance * std::max(1.0, std::abs(want));
            BOOST_CHECK_MESSAGE(is_near, name << ": got " << got << ", expected " << want);
        };
        const Tensor sum = weighted_sum(y);
        near(sum.item<double>(), value);
        if (!sum.requires_grad()) return;
        sum.backward();
        const Tensor dx = x.grad().defined() ? x.grad() : zeros_like(x.detach());
        near((dx * numbers(sizes, DType::f64, 1.0, 9)).sum().item<double>(), gradient);
    }
}

}  // namespace lithe::tests
