#include <limits>

#include "tests/support/check_gradient.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Case {
    const char* name;
    Tensor (*function)(const Tensor&);
    double (*formula)(double);
    double low, high;  ///< where it is defined and smooth
};

const Case unary_cases[] = {
    {"exp", exp, std::exp, -2, 2},        {"expm1", expm1, std::expm1, -2, 2},
    {"log", log, std::log, 0.2, 3},       {"log1p", log1p, std::log1p, -0.8, 3},
    {"sqrt", sqrt, std::sqrt, 0.2, 3},    {"sin", sin, std::sin, -3, 3},
    {"cos", cos, std::cos, -3, 3},        {"tan", tan, std::tan, -1, 1},
    {"asin", asin, std::asin, -0.8, 0.8}, {"acos", acos, std::acos, -0.8, 0.8},
    {"atan", atan, std::atan, -2, 2},     {"sinh", sinh, std::sinh, -2, 2},
    {"cosh", cosh, std::cosh, -2, 2},     {"asinh", asinh, std::asinh, -2, 2},
    {"acosh", acosh, std::acosh, 1.2, 3}, {"atanh", atanh, std::atanh, -0.8, 0.8},
    {"tanh", tanh, std::tanh, -2, 2},     {"erf", erf, std::erf, -2, 2},
    {"log2", log2, std::log2, 0.2, 3},    {"exp2", exp2, std::exp2, -2, 2},
    {"log10", log10, std::log10, 0.2, 3},
};

Tensor spread_over(double low, double high, Sizes sizes = {3, 5}) {
    return numbers(sizes, DType::f64, (high - low) / 2) + (low + high) / 2;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ops_elementwise)

BOOST_AUTO_TEST_CASE(functions_equal_the_c_library) {
    for (const Case& c : unary_cases) {
        BOOST_TEST_CONTEXT(c.name) {
            const Tensor x = spread_over(c.low, c.high), y = c.function(x);
            for (int64_t i = 0; i < 15; ++i) {
                BOOST_TEST(y.array().at(i) == c.formula(x.array().at(i)),
                           boost::test_tools::tolerance(1e-14));
            }
            BOOST_TEST(str(c.function(zeros({0, 4})).sizes()) == "[0, 4]");
            BOOST_TEST((c.function(ones({2}, DType::i64)).dtype() == DType::f32));
        }
    }
}

BOOST_AUTO_TEST_CASE(gradients_equal_finite_differences) {
    for (const Case& c : unary_cases) {
        BOOST_TEST_CONTEXT(c.name) {
            check_gradient([&](const Tensors& x) { return c.function(x[0]); },
                           {spread_over(c.low, c.high, {4})});
        }
    }
    const Tensor x = spread_over(-2, 2), positive = spread_over(0.5, 2);
    check_gradient([](const Tensors& t) { return abs(t[0]); }, {x});
    check_gradient([](const Tensors& t) { return sigmoid(t[0]); }, {x});
    check_gradient([](const Tensors& t) { return rsqrt(t[0]); }, {positive});
    check_gradient([](const Tensors& t) { return reciprocal(t[0]); }, {positive});
    check_gradient([](const Tensors& t) { return clamp(t[0], -0.5, 0.7); }, {x});
    check_gradient([](const Tensors& t) { return pow(t[0], t[1]); }, {positive, x});
    check_gradient([](const Tensors& t) { return pow(t[0], 2.5); }, {positive});
    check_gradient([](const Tensors& t) { return maximum(t[0], t[1]); }, {x, flip(x, {0, 1})});
    check_gradient([](const Tensors& t) { return minimum(t[0], t[1]); }, {x, flip(x, {0, 1})});
    check_gradient([](const Tensors& t) { return atan2(t[0], t[1]); }, {x, positive});
    check_gradient([](const Tensors& t) { return fmod(t[0], t[1]); }, {x, positive}, false);
    check_gradient([](const Tensors& t) { return where(t[0] > 0.1, t[0] * t[1], t[1]); },
                   {x, positive});
}

BOOST_AUTO_TEST_CASE(nan_and_infinity_behave_as_in_pytorch) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = INFINITY;
    const Tensor x = tensor({nan, inf, -inf, 0.0, -0.0, 2.5, -2.5});
    check_equal(relu(x), tensor({nan, inf, 0.0, 0.0, 0.0, 2.5, 0.0}));
    check_equal(clamp(x, -1, 1), tensor({nan, 1.0, -1.0, 0.0, 0.0, 1.0, -1.0}));
    check_equal(maximum(x, 0), tensor({nan, inf, 0.0, 0.0, 0.0, 2.5, 0.0}));
    check_equal(minimum(x, 0), tensor({nan, 0.0, -inf, 0.0, 0.0, 0.0, -2.5}));
    check_equal(sign(x), tensor({0.0, 1.0, -1.0, 0.0, 0.0, 1.0, -1.0}));
    check_equal(round(x), tensor({nan, inf, -inf, 0.0, 0.0, 2.0, -2.0}));
    check_equal(sigmoid(x).slice(0, 0, 4), tensor({nan, 1.0, 0.0, 0.5}));
    check_equal(isnan(x), tensor({true, false, false, false, false, false, false}));
    check_equal(isfinite(x), tensor({false, false, false, true, true, true, true}));
    check_equal(nan_to_num(x, 7, 8, 9), tensor({7.0, 8.0, 9.0, 0.0, 0.0, 2.5, -2.5}));
    check_equal(x <= 0, tensor({false, false, true, true, true, false, true}));
}

BOOST_AUTO_TEST_CASE(integer_division_follows_the_sign_rules) {
    const Tensor a = tensor({7, -7, 7, -7}), b = tensor({3, 3, -3, -3});
    check_equal(floor_div(a, b), tensor({2, -3, -3, 2}));
    check_equal(div(a, b, Rounding::trunc), tensor({2, -2, -2, 2}));
    check_equal(remainder(a, b), tensor({1, 2, -2, -1}));
    check_equal(fmod(a, b), tensor({1, -1, 1, -1}));
    check_equal(pow(tensor({2, -3}), 3), tensor({8, -27}));
    check_error("remainder.zero", [&] { remainder(a, tensor({0, 0, 0, 0})); });
    check_error("pow.negative", [&] { pow(a, -1); });
}

BOOST_AUTO_TEST_CASE(activations_equal_their_formulas) {
    const Tensor x = tensor({-30.0, -1.0, 0.0, 0.5, 30.0}, DType::f64);
    const auto check = [&](const Tensor& y, double (*formula)(double)) {
        for (int64_t i = 0; i < 5; ++i) {
            BOOST_TEST(y.array().at(i) == formula(x.array().at(i)),
                       boost::test_tools::tolerance(1e-12));
        }
    };
    check(gelu(x), [](double v) { return v * 0.5 * (1 + std::erf(v / std::sqrt(2.0))); });
    check(silu(x), [](double v) { return v / (1 + std::exp(-v)); });
    check(softplus(x), [](double v) { return v > 20 ? v : std::log1p(std::exp(v)); });
    check(elu(x), [](double v) { return v > 0 ? v : std::expm1(v); });
    check(leaky_relu(x), [](double v) { return v > 0 ? v : 0.01 * v; });
    check(hardswish(x), [](double v) { return v * std::min(std::max(v + 3, 0.0), 6.0) / 6; });
    check(logsigmoid(x),
          [](double v) { return std::min(v, 0.0) - std::log1p(std::exp(-std::abs(v))); });
    const Tensor smooth = spread_over(-2, 2, {2, 4});
    for (Tensor (*f)(const Tensor&) :
         {silu, mish, selu, logsigmoid, hardswish, softsign, tanhshrink}) {
        check_gradient([f](const Tensors& t) { return f(t[0]); }, {smooth});
    }
    check_gradient([](const Tensors& t) { return gelu(t[0]); }, {smooth});
    check_gradient([](const Tensors& t) { return gelu(t[0], Gelu::tanh); }, {smooth});
    check_gradient([](const Tensors& t) { return softplus(t[0], 2, 3); }, {smooth}, false);
    check_gradient([](const Tensors& t) { return glu(t[0]); }, {smooth});
}

BOOST_AUTO_TEST_CASE(a_large_input_keeps_its_gradient_finite) {
    Tensor x = tensor({1000.0, -1000.0}).requires_grad_();
    (softplus(x) + elu(x) + silu(x) + mish(x)).sum().backward();
    BOOST_TEST(isfinite(x.grad()).all().item<bool>());
}

BOOST_AUTO_TEST_SUITE_END()
