// Initial values do not depend on how a tensor lies in memory, and count as a write.
#include "dsl/init.h"

#include <boost/test/unit_test.hpp>

#include "dsl/ops.h"
#include "dsl/random.h"

using namespace lithe;

BOOST_AUTO_TEST_SUITE(dsl_init)

BOOST_AUTO_TEST_CASE(every_dtype_and_layout_gets_the_same_draw) {
    const auto drawn = [](Tensor x) {
        manual_seed(7);
        return nn::init::uniform_(x, -0.5, 2).to_vector<double>();
    };
    const std::vector<double> exact = drawn(zeros({5, 3}, DType::f64));
    const std::vector<double> dense = drawn(zeros({5, 3}));
    const std::vector<double> turned = drawn(zeros({3, 5}).transpose(0, 1));
    for (size_t i = 0; i < exact.size(); ++i) {
        BOOST_TEST(dense[i] == static_cast<double>(static_cast<float>(exact[i])));
        BOOST_TEST(turned[i] == dense[i]);
    }
}

BOOST_AUTO_TEST_CASE(a_draw_is_a_write) {
    const Tensor x = zeros({4});
    const uint64_t before = x.array().version();
    nn::init::uniform_(x, 0, 1);
    BOOST_TEST(x.array().version() > before);
}

BOOST_AUTO_TEST_SUITE_END()
