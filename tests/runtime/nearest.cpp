#include "runtime/nearest.h"

#include <boost/test/unit_test.hpp>

using namespace lithe;

namespace {
constexpr std::string_view known[] = {"conv1", "conv2", "fc1.weight", "", "layer3.1.conv2"};
}

BOOST_AUTO_TEST_SUITE(runtime_nearest)

BOOST_AUTO_TEST_CASE(finds_the_name_that_was_meant) {
    BOOST_CHECK_EQUAL(nearest("fc1.wieght", known), "fc1.weight");
    BOOST_CHECK_EQUAL(nearest("covn2", known), "conv2");
    BOOST_CHECK_EQUAL(nearest("conv", known), "conv1");
    BOOST_CHECK_EQUAL(nearest("layer3.1.conv22", known), "layer3.1.conv2");
}

BOOST_AUTO_TEST_CASE(says_nothing_when_nothing_is_near) {
    BOOST_CHECK_EQUAL(nearest("decoder", known), "");
    BOOST_CHECK_EQUAL(nearest("", known), "");
    BOOST_CHECK_EQUAL(nearest("a", {}), "");
    BOOST_CHECK_EQUAL(nearest(std::string(100000, 'a'), known), "");
}

BOOST_AUTO_TEST_CASE(words_the_hint) {
    BOOST_CHECK_EQUAL(did_you_mean("covn2", known), "; did you mean 'conv2'?");
    BOOST_CHECK_EQUAL(did_you_mean("decoder", known), "");
}

BOOST_AUTO_TEST_SUITE_END()
