#include "dsl/lower_math.h"

#include "dsl/lower_math_exp.h"
#include "tests/support/math_functions.h"
#include "tests/support/sample.h"

#include <algorithm>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace {

using Halide::Expr;
using Unary = Expr (*)(const Expr&);
namespace lower_math = lithe::lower_math;
using lithe::tests::applies;
using lithe::tests::error_ulp;
using lithe::tests::evaluate;
using lithe::tests::evaluate_pairs;
using lithe::tests::math_functions;
using lithe::tests::MathFunction;
using lithe::tests::Sample;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// Floats of all signs and sizes, evenly over their bit patterns, and the special ones.
std::vector<float> sample() {
    std::vector<float> x = {0.f, -0.f, 1.f, -1.f, infinity, -infinity, not_a_number, -not_a_number,
                            1e-45f, -1e-45f, 1e-40f, 88.72f, 88.73f, -87.34f, -103.9f, 3e38f,
                            -104.f, 0.5f, 4.f, -4.f, 17.f, -17.f, 1e10f, 710.f, 1.00001f, 0.9999f,
                            // near multiples of pi/2
                            3.04557798e12f, -3.04557798e12f, 1.52278899e12f, -1.52278899e12f,
                            25787.2598f, -9.77666769e11f};
    for (uint64_t bits = 0; bits < (uint64_t(1) << 32); bits += 4099) {
        x.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
    }
    x.resize(x.size() / 8 * 8);
    return x;
}

/// `error(x, y)`: in ulp, of y at x.
template <class Function, class Error>
void check_errors(Function function, Error error_at, double bound_ulp,
                  const std::function<bool(float)>& is_in) {
    const std::vector<float> x = sample();
    const std::vector<float> y = evaluate<float>(function, x);
    double worst = 0;
    float worst_x = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        if (!is_in(x[i])) continue;
        const double error = error_at(x[i], y[i]);
        if (!(error <= worst)) worst = error, worst_x = x[i];
    }
    BOOST_TEST(worst <= bound_ulp, "error of " << worst << " ulp at " << worst_x);
}

template <class Function, class Exact>
void check(
    Function function, Exact exact, double bound_ulp,
    const std::function<bool(float)>& is_in = [](float) { return true; }) {
    check_errors(
        function, [&](float x, float y) { return error_ulp(y, exact(static_cast<double>(x))); },
        bound_ulp, is_in);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dsl_lower_math, *boost::unit_test::label("long"))

BOOST_AUTO_TEST_CASE(functions_keep_their_bounds) {
    for (const MathFunction& function : math_functions()) {
        BOOST_TEST_CONTEXT(function.name) {
            check_errors(
                function.lower, [&](float x, float y) { return error_ulp(function, x, y); },
                function.bound_ulp, [&](float x) { return applies(function, x); });
        }
    }
}

BOOST_AUTO_TEST_CASE(exp_of_numbers_below_zero) {
    check(
        lower_math::exp_of_negative, [](double x) { return std::exp(x); }, 1.1,
        [](float x) { return !(x > 0); });
    const std::vector<float> one = evaluate<float>(lower_math::exp_of_negative, {0.f, -0.f});
    BOOST_TEST((one == std::vector<float>{1.f, 1.f}));
}

BOOST_AUTO_TEST_CASE(powers_of_four_below_zero) {
    check(
        lower_math::exp4_of_negative, [](double x) { return x < -63 ? 0 : std::exp2(2 * x); }, 1.5,
        [](float x) { return !(x > 0); });
    const std::vector<float> one = evaluate<float>(lower_math::exp4_of_negative, {0.f, -0.f});
    BOOST_TEST((one == std::vector<float>{1.f, 1.f}));
}

BOOST_AUTO_TEST_CASE(gamma_functions_below_zero) {
    // Between the poles both cross 0, where only the absolute error of a difference of doubles is
    // small.
    const std::vector<float> x = {-0.5f,       -1.5f,     -2.25f, -3.7f, -10.1f, -1e-20f,   -170.3f,
                                  -2.4570247f, -infinity, 0.f,    -0.f,  -1.f,   -8388609.f};
    const std::vector<float> log_gamma = evaluate<float>(lower_math::lgamma, x);
    const std::vector<float> psi = evaluate<float>(lower_math::digamma, x);
    for (size_t i = 0; i < 8; ++i) {
        const auto wide = static_cast<double>(x[i]);
        BOOST_TEST(std::abs(log_gamma[i] - std::lgamma(wide)) <=
                   1e-7 * std::max(1e-4, std::abs(std::lgamma(wide))));
        const double exact = lithe::tests::detail::digamma(wide);
        BOOST_TEST(std::abs(psi[i] - exact) <= 1e-6 * std::abs(exact));
    }
    for (size_t pole = 8; pole < 13; ++pole) BOOST_TEST(log_gamma[pole] == infinity);
    BOOST_TEST(std::isnan(psi[8]));
    BOOST_TEST(psi[9] == -infinity);
    BOOST_TEST(psi[10] == infinity);
    BOOST_TEST(std::isnan(psi[11]));
}

BOOST_AUTO_TEST_CASE(derivatives_of_digamma) {
    const auto at = [](int order, double x) {
        return evaluate<double>([order](const Expr& e) { return lower_math::polygamma(order, e); },
                                {x})[0];
    };
    BOOST_TEST(at(1, 1.0) == M_PI * M_PI / 6, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(at(1, -0.5) == M_PI * M_PI / 2 + 4, boost::test_tools::tolerance(1e-13));
    BOOST_TEST(at(2, 1.0) == -2.4041138063191886, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(at(3, 0.5) == M_PI * M_PI * M_PI * M_PI, boost::test_tools::tolerance(1e-13));
    BOOST_TEST(at(4, 12.5) == -0.0002890279, boost::test_tools::tolerance(1e-2));
}

BOOST_AUTO_TEST_CASE(quadrants_of_atan2) {
    const std::vector<float> numbers = {0.f,   -0.f,    1.f,    -1.f,         infinity, -infinity,
                                        3e38f, -1e-40f, 1e-45f, not_a_number, 0.3f,     -2.7f};
    const auto got = evaluate_pairs<float>(
        [](const Expr& y, const Expr& x) { return lower_math::atan2(y, x); }, numbers, numbers);
    for (size_t k = 0; k < numbers.size(); ++k) {
        const float other = numbers[k];
        for (size_t i = 0; i < numbers.size(); ++i) {
            const double exact =
                std::atan2(static_cast<double>(numbers[i]), static_cast<double>(other));
            BOOST_TEST(error_ulp(got[k][i], exact) <= 0.6, numbers[i] << " over " << other);
        }
    }
}

BOOST_AUTO_TEST_CASE(remainders_are_exact) {
    const std::vector<float> a = {7.5f, -7.5f, 1e30f,        -1e30f, infinity, 5.f,
                                  0.f,  -0.f,  not_a_number, 1e-40f, 3.f,      -3.f};
    const std::vector<float> b = {2.f, -3.f, 0.1f, infinity, -infinity, 0.f, 1e-45f, not_a_number};
    const auto got = evaluate_pairs<float>(
        [](const Expr& x, const Expr& y) { return lower_math::fmod(x, y); }, a, b);
    for (size_t k = 0; k < b.size(); ++k) {
        for (size_t i = 0; i < a.size(); ++i)
            BOOST_TEST(error_ulp(got[k][i], std::fmod(a[i], b[k])) == 0,
                       a[i] << " by " << b[k] << " gave " << got[k][i]);
    }
}

BOOST_AUTO_TEST_CASE(integers_are_divided_without_traps) {
    constexpr int64_t lowest = std::numeric_limits<int64_t>::min();
    const std::vector<int64_t> a = {7, -7, lowest, 0, lowest, 5};
    const auto by = [&](int64_t b) {
        return evaluate<int64_t>(
            [&](const Expr& x) {
                return lower_math::quotient(x, Halide::Internal::make_const(x.type(), b));
            },
            a);
    };
    BOOST_TEST(by(0) == (std::vector<int64_t>(6, 0)));
    BOOST_TEST(by(-1) == (std::vector<int64_t>{-7, 7, lowest, 0, lowest, -5}));
    BOOST_TEST(by(2) == (std::vector<int64_t>{3, -3, lowest / 2, 0, lowest / 2, 2}));
}

BOOST_AUTO_TEST_CASE(powers, *boost::unit_test::label("sampled")) {
    Sample sample(5);
    for (const float y : {0.f, 1.f, -1.f, 2.f, 3.f, 0.5f, -2.5f, 1e-3f, 12345.f, infinity,
                          -infinity, not_a_number}) {
        if (sample.takes()) {
            check([&](const Expr& x) { return lower_math::pow(x, Expr(y)); },
                  [&](double x) { return std::pow(x, static_cast<double>(y)); }, 1);
        }
        if (sample.takes()) {
            check([&](const Expr& x) { return lower_math::pow(Expr(y), x); },
                  [&](double x) { return std::pow(static_cast<double>(y), x); }, 1);
        }
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
        {-2.f, -1.f, 0.f, 0.5f, 1.f, 2.f, 3.f, 8.f}, Halide::get_jit_target_from_environment());
    BOOST_TEST(double(y[0]) == lithe::tests::detail::sigmoid(-2) + std::erf(-2),
               boost::test_tools::tolerance(1e-6));
    BOOST_TEST(double(y[4]) == lithe::tests::detail::sigmoid(1) + std::erf(1),
               boost::test_tools::tolerance(1e-6));
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
    check_c(lower_math::tan, std::tan);
    check_c(lower_math::asin, std::asin);
    check_c(lower_math::atanh, std::atanh);
    check_c(lower_math::erfc, std::erfc);
}

BOOST_AUTO_TEST_CASE(erfinv_of_doubles) {
    const std::vector<double> x = {0.0,    1e-300,    0.1,          -0.3, 0.5, 0.75,
                                   -0.999, 1 - 1e-10, -1 + 0x1p-53, 1,    1.5};
    const std::vector<double> y = evaluate<double>(lower_math::erfinv, x);
    for (size_t i = 0; i < 9; ++i) {
        BOOST_TEST(y[i] == lithe::tests::detail::erfinv(x[i]), boost::test_tools::tolerance(1e-15));
    }
    BOOST_TEST(std::isinf(y[9]));
    BOOST_TEST(std::isnan(y[10]));
}

BOOST_AUTO_TEST_SUITE_END()
