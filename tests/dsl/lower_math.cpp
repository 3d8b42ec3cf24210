#include "dsl/lower_math.h"

#include <algorithm>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using Halide::Expr;
using Unary = Expr (*)(const Expr&);
namespace lower_math = lithe::lower_math;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// `function` of every element, by Halide's JIT.
template <class T, class Function>
std::vector<T> evaluate(Function function, std::vector<T> x) {
    Halide::Buffer<T> in(x.data(), static_cast<int>(x.size()));
    Halide::Func f;
    Halide::Var i;
    f(i) = function(in(i));
    f.vectorize(i, 8);
    std::vector<T> y(x.size());
    Halide::Buffer<T> out(y.data(), static_cast<int>(y.size()));
    f.realize(out);
    return y;
}

/// Floats of all signs and sizes, evenly over their bit patterns, and the special ones.
std::vector<float> sample() {
    std::vector<float> x = {
        0.f,     -0.f,   1.f,    -1.f,   infinity, -infinity, not_a_number, -not_a_number, 1e-45f,
        -1e-45f, 1e-40f, 88.72f, 88.73f, -87.34f,  -103.9f,   3e38f,        -104.f,        0.5f,
        4.f,     -4.f,   17.f,   -17.f,  1e10f,    710.f,     1.00001f,     0.9999f};
    for (uint64_t bits = 0; bits < (uint64_t(1) << 32); bits += 4099) {
        x.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
    }
    x.resize(x.size() / 8 * 8);
    return x;
}

/// |y - exact| in units of the last place of a float near `exact`; infinite where one of them
/// alone is NaN, or the signs of zeros differ.
double error_ulp(float y, double exact) {
    if (std::isnan(exact) || std::isnan(y))
        return std::isnan(exact) == std::isnan(y) ? 0 : infinity;
    const auto rounded = static_cast<float>(exact);
    if (y == rounded) return y == 0 && std::signbit(y) != std::signbit(rounded) ? infinity : 0;
    if (std::isinf(y)) exact = std::copysign(std::min(std::abs(exact), 0x1p128), exact);
    int exponent = 0;
    std::frexp(exact, &exponent);
    const double one_ulp = std::ldexp(1.0, std::max(exponent - 24, -149));
    return std::abs((std::isinf(y) ? std::copysign(0x1p128, y) : y) - exact) / one_ulp;
}

template <class Function, class Exact>
void check(Function function, Exact exact, double bound_ulp) {
    const std::vector<float> x = sample();
    const std::vector<float> y = evaluate(function, x);
    double worst = 0;
    float worst_x = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        const double error = error_ulp(y[i], exact(static_cast<double>(x[i])));
        if (!(error <= worst)) worst = error, worst_x = x[i];
    }
    BOOST_TEST(worst <= bound_ulp, "error of " << worst << " ulp at " << worst_x);
}

double sigmoid(double x) {
    return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dsl_lower_math)

BOOST_AUTO_TEST_CASE(exponentials) {
    check(lower_math::exp, [](double x) { return std::exp(x); }, 1.1);
    check(lower_math::expm1, [](double x) { return std::expm1(x); }, 2);
    check(lower_math::sigmoid, sigmoid, 2.5);
    check(lower_math::tanh, [](double x) { return std::tanh(x); }, 3);
}

BOOST_AUTO_TEST_CASE(logarithms) {
    check(lower_math::log, [](double x) { return std::log(x); }, 1.5);
    check(lower_math::log1p, [](double x) { return std::log1p(x); }, 2.5);
}

BOOST_AUTO_TEST_CASE(error_function) {
    check(lower_math::erf, [](double x) { return std::erf(x); }, 2);
}

BOOST_AUTO_TEST_CASE(sine_and_cosine_of_any_size) {
    check(lower_math::sin, [](double x) { return std::sin(x); }, 2.5);
    check(lower_math::cos, [](double x) { return std::cos(x); }, 2.5);
}

BOOST_AUTO_TEST_CASE(powers) {
    for (const float y : {0.f, 1.f, -1.f, 2.f, 3.f, 0.5f, -2.5f, 1e-3f, 12345.f, infinity,
                          -infinity, not_a_number}) {
        check([&](const Expr& x) { return lower_math::pow(x, Expr(y)); },
              [&](double x) { return std::pow(x, static_cast<double>(y)); }, 1);
        check([&](const Expr& x) { return lower_math::pow(Expr(y), x); },
              [&](double x) { return std::pow(static_cast<double>(y), x); }, 1);
    }
}

BOOST_AUTO_TEST_CASE(negation_keeps_the_sign_of_zero) {
    const std::vector<float> y =
        evaluate<float>(lower_math::negate, {0.f, -0.f, 1.f, -2.f, infinity, -infinity, 3.f, 4.f});
    BOOST_TEST(std::signbit(y[0]));
    BOOST_TEST(!std::signbit(y[1]));
    BOOST_TEST(y[3] == 2.f);
    BOOST_TEST(y[4] == -infinity);
}

BOOST_AUTO_TEST_CASE(functions_compose_with_fast_arithmetic) {
    // The sum around the functions is not strict; they are, each by itself.
    const auto y = evaluate<float>(
        [](const Expr& x) {
            return lower_math::exp(lower_math::log(lower_math::sigmoid(x))) + lower_math::erf(x);
        },
        {-2.f, -1.f, 0.f, 0.5f, 1.f, 2.f, 3.f, 8.f});
    BOOST_TEST(double(y[0]) == sigmoid(-2) + std::erf(-2), boost::test_tools::tolerance(1e-6));
    BOOST_TEST(double(y[4]) == sigmoid(1) + std::erf(1), boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(doubles_are_those_of_the_c_library) {
    const std::vector<double> x = {0.1, -0.0, 1.5, -2.5, 700, -700, infinity, not_a_number};
    const auto check_c = [&](Unary function, double (*exact)(double)) {
        const std::vector<double> y = evaluate<double>(function, x);
        for (size_t i = 0; i < x.size(); ++i) {
            BOOST_TEST((std::bit_cast<uint64_t>(y[i]) == std::bit_cast<uint64_t>(exact(x[i])) ||
                        (std::isnan(y[i]) && std::isnan(exact(x[i])))));
        }
    };
    check_c(lower_math::exp, std::exp);
    check_c(lower_math::expm1, std::expm1);
    check_c(lower_math::log, std::log);
    check_c(lower_math::log1p, std::log1p);
    check_c(lower_math::tanh, std::tanh);
    check_c(lower_math::erf, std::erf);
    check_c(lower_math::sin, std::sin);
    check_c(lower_math::cos, std::cos);
}

BOOST_AUTO_TEST_SUITE_END()
