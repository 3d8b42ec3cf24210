#include "runtime/tensor_view.h"

#include <boost/test/unit_test.hpp>

#include "runtime/error.h"

using namespace lithe;
using Shape = std::vector<int64_t>;

BOOST_AUTO_TEST_SUITE(runtime_tensor_view)

BOOST_AUTO_TEST_CASE(counts_elements_and_bytes) {
    BOOST_CHECK_EQUAL(element_count(Shape{}), 1);
    BOOST_CHECK_EQUAL(element_count(Shape{2, 3, 5}), 30);
    BOOST_CHECK_EQUAL(element_count(Shape{2, 0, 5}), 0);
    BOOST_CHECK_EQUAL(size_bytes(DType::f64, Shape{2, 3}), 48);
}

BOOST_AUTO_TEST_CASE(overflow_and_negative_sizes_are_found) {
    const int64_t large = int64_t{1} << 62;
    BOOST_CHECK(!checked_element_count(Shape{large, 2}));
    BOOST_CHECK(!checked_element_count(Shape{0, large, 2}));
    BOOST_CHECK(!checked_element_count(Shape{3, -1}));
    BOOST_CHECK(!checked_size_bytes(DType::f32, Shape{large}));
    BOOST_CHECK(checked_size_bytes(DType::u8, Shape{large}) == large);
    BOOST_CHECK_EXCEPTION(element_count(Shape{3, -1}), UserError, [](const UserError& error) {
        return error.what() ==
               std::string(
                   "tensor: shape [3, -1] has a negative size or too many elements [tensor.size]");
    });
}

BOOST_AUTO_TEST_CASE(types_print_like_code) {
    BOOST_CHECK_EQUAL(type_text(DType::f32, Shape{8, 128}), "f32[8, 128]");
    BOOST_CHECK_EQUAL(type_text(DType::boolean, Shape{}), "bool[]");
}

BOOST_AUTO_TEST_CASE(a_view_becomes_a_const_view) {
    float data[2] = {1, 2};
    const TensorView view = {data, DType::f32, {2}};
    const ConstTensorView const_view = view;
    BOOST_CHECK_EQUAL(const_view.as<float>()[1], 2);
    BOOST_CHECK_EQUAL(size_bytes(const_view), 8);
}

BOOST_AUTO_TEST_SUITE_END()
