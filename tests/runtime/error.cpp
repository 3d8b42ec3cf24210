#include "runtime/error.h"

#include <boost/test/unit_test.hpp>

using namespace lithe;

BOOST_AUTO_TEST_SUITE(runtime_error)

BOOST_AUTO_TEST_CASE(message_ends_in_the_id) {
    const UserError error("matmul.inner_dim", "matmul: 3 is not 4");
    BOOST_CHECK_EQUAL(error.what(), "matmul: 3 is not 4 [matmul.inner_dim]");
    BOOST_CHECK_EQUAL(error.id(), "matmul.inner_dim");
}

BOOST_AUTO_TEST_CASE(location_follows_on_its_own_line) {
    const UserError error("matmul.inner_dim", "matmul: 3 is not 4", "  in head (Linear)");
    BOOST_CHECK_EQUAL(error.what(), "matmul: 3 is not 4 [matmul.inner_dim]\n  in head (Linear)");
}

BOOST_AUTO_TEST_CASE(internal_error_says_whose_fault_it_is) {
    const InternalError error("plan.overlap", "plan: a and b overlap");
    BOOST_CHECK_EQUAL(error.what(),
                      "plan: a and b overlap (this is a bug in lithe) [plan.overlap]");
}

BOOST_AUTO_TEST_CASE(assert_throws_only_when_untrue) {
    BOOST_CHECK_NO_THROW(LITHE_ASSERT(1 + 1 == 2));
    BOOST_CHECK_EXCEPTION(LITHE_ASSERT(1 + 1 == 3), InternalError, [](const InternalError& error) {
        return std::string(error.what()).starts_with("assertion failed: 1 + 1 == 3 at ") &&
               error.id() == "internal.assert";
    });
}

BOOST_AUTO_TEST_SUITE_END()
