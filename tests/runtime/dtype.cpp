#include "runtime/dtype.h"

#include <boost/test/unit_test.hpp>

#include "runtime/error.h"

using namespace lithe;

BOOST_AUTO_TEST_SUITE(runtime_dtype)

BOOST_AUTO_TEST_CASE(names_go_both_ways) {
    for (int i = 0; i < dtype_count; ++i) {
        const auto dtype = static_cast<DType>(i);
        BOOST_CHECK(dtype_from_name(name(dtype)) == dtype);
        BOOST_CHECK(dtype_from_torch_name(torch_name(dtype)) == dtype);
        BOOST_CHECK(dtype_from_torch_storage_name(torch_storage_name(dtype)) == dtype);
        BOOST_CHECK(dtype_from_safetensors_name(safetensors_name(dtype)) == dtype);
    }
    BOOST_CHECK(!dtype_from_name("f31"));
    BOOST_CHECK(!dtype_from_safetensors_name("f32"));
}

BOOST_AUTO_TEST_CASE(the_table_is_in_the_order_of_the_enumerators) {
    BOOST_CHECK_EQUAL(name(DType::f32), "f32");
    BOOST_CHECK_EQUAL(name(DType::boolean), "bool");
    BOOST_CHECK_EQUAL(torch_name(DType::i64), "int64");
    BOOST_CHECK_EQUAL(torch_storage_name(DType::bf16), "BFloat16Storage");
    BOOST_CHECK_EQUAL(safetensors_name(DType::i16), "I16");
    BOOST_CHECK_EQUAL(size_bytes(DType::f64), 8);
    BOOST_CHECK_EQUAL(size_bytes(DType::boolean), 1);
    BOOST_CHECK(is_floating(DType::bf16));
    BOOST_CHECK(!is_floating(DType::u8));
    BOOST_CHECK(dtype_of<double> == DType::f64);
}

BOOST_AUTO_TEST_CASE(a_number_that_is_no_dtype_is_refused) {
    BOOST_CHECK_THROW(name(static_cast<DType>(dtype_count)), UserError);
}

BOOST_AUTO_TEST_SUITE_END()
