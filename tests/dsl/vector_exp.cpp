#include "dsl/vector_exp.h"

#include <cmath>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace lithe {
namespace {

BOOST_AUTO_TEST_SUITE(dsl_vector_exp)

BOOST_AUTO_TEST_CASE(is_exact_to_far_below_an_ulp_of_f32) {
    std::vector<float> x;
    for (double at = -690; at < 690; at += 0.0137) x.push_back(static_cast<float>(at));
    for (const double offset : {0.0, 0.3, -2.5}) {
        std::vector<double> y(x.size());
        exp_all(x.data(), offset, y.data(), static_cast<int64_t>(x.size()));
        double worst = 0;
        for (size_t i = 0; i < x.size(); ++i) {
            const double want = std::exp(static_cast<double>(x[i]) - offset);
            worst = std::max(worst, std::abs(y[i] - want) / want);
        }
        BOOST_TEST(worst < 2e-9);
    }
}

BOOST_AUTO_TEST_CASE(special_numbers_are_those_of_exp) {
    const float infinity = std::numeric_limits<float>::infinity();
    // Once in the loop over vectors and once in its rest.
    for (const size_t count : {size_t{1}, size_t{32}}) {
        for (const auto& [x, want] : std::vector<std::pair<float, double>>{{infinity, infinity},
                                                                           {-infinity, 0},
                                                                           {800.0F, infinity},
                                                                           {-800.0F, 0},
                                                                           {0.0F, 1}}) {
            const std::vector<float> all(count, x);
            std::vector<double> y(count, -1);
            exp_all(all.data(), 0, y.data(), static_cast<int64_t>(count));
            for (const double got : y) BOOST_TEST(got == want);
        }
        const std::vector<float> all(count, std::nanf(""));
        std::vector<double> y(count, 0);
        exp_all(all.data(), 0, y.data(), static_cast<int64_t>(count));
        for (const double got : y) BOOST_TEST(std::isnan(got));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lithe
