#include "runtime/strided.h"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/support.h"

using namespace lithe;
using namespace lithe::tests;
using Sizes = std::vector<int64_t>;

namespace {

Strided of_letters(int64_t offset, const Sizes& shape, const Sizes& strides) {
    return {bytes_of("abcdef"), DType::u8, offset, shape, strides};
}

std::string dense_text(const Strided& tensor, size_t size) {
    std::string text(size, '?');
    copy_dense(tensor, reinterpret_cast<std::byte*>(text.data()));
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_strided)

BOOST_AUTO_TEST_CASE(bounds_are_exact) {
    BOOST_CHECK(is_in_bounds(of_letters(0, {6}, {1})));
    BOOST_CHECK(!is_in_bounds(of_letters(0, {7}, {1})));
    BOOST_CHECK(!is_in_bounds(of_letters(1, {6}, {1})));
    BOOST_CHECK(is_in_bounds(of_letters(1, {2, 2}, {3, 1})));
    BOOST_CHECK(!is_in_bounds(of_letters(2, {2, 2}, {3, 1})));
    BOOST_CHECK(is_in_bounds(of_letters(5, {}, {})));
    BOOST_CHECK(!is_in_bounds(of_letters(6, {}, {})));
    BOOST_CHECK(is_in_bounds(of_letters(99, {0, 9}, {1, 1})));
    BOOST_CHECK(is_in_bounds(of_letters(0, {1000}, {0})));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_counted_is_out_of_bounds) {
    BOOST_CHECK(!is_in_bounds(of_letters(-1, {1}, {1})));
    BOOST_CHECK(!is_in_bounds(of_letters(3, {2}, {-1})));
    BOOST_CHECK(!is_in_bounds(of_letters(0, {-1}, {1})));
    BOOST_CHECK(!is_in_bounds(of_letters(0, {3}, {INT64_MAX})));
    BOOST_CHECK(!is_in_bounds(of_letters(0, {2, 2}, {INT64_MAX, INT64_MAX})));
    BOOST_CHECK(!is_in_bounds(of_letters(0, {INT64_MAX, 2}, {0, 0})));
}

BOOST_AUTO_TEST_CASE(density_ignores_axes_of_size_one) {
    BOOST_CHECK(is_dense(of_letters(0, {2, 3}, {3, 1})));
    BOOST_CHECK(!is_dense(of_letters(0, {3, 2}, {1, 3})));
    BOOST_CHECK(is_dense(of_letters(0, {1, 6}, {77, 1})));
    BOOST_CHECK(is_dense(of_letters(4, {}, {})));
}

BOOST_AUTO_TEST_CASE(copies_are_row_major) {
    BOOST_CHECK_EQUAL(dense_text(of_letters(0, {3, 2}, {1, 3}), 6), "adbecf");
    BOOST_CHECK_EQUAL(dense_text(of_letters(1, {2, 2}, {3, 1}), 4), "bcef");
    BOOST_CHECK_EQUAL(dense_text(of_letters(2, {2, 3}, {1, 0}), 6), "cccddd");
    BOOST_CHECK_EQUAL(dense_text(of_letters(5, {}, {}), 1), "f");
}

BOOST_AUTO_TEST_SUITE_END()
