#include "runtime/convert.h"

#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

using namespace lithe;

namespace {

template <typename To, typename From>
std::vector<To> converted(DType from, const std::vector<From>& source, DType to) {
    std::vector<To> target(source.size());
    convert(from, source.data(), to, target.data(), static_cast<int64_t>(source.size()));
    return target;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_convert)

BOOST_AUTO_TEST_CASE(every_half_survives_the_way_there_and_back) {
    for (uint32_t bits = 0; bits < 0x10000; ++bits) {
        const float value = half_to_float(static_cast<uint16_t>(bits));
        const uint16_t back = float_to_half(value);
        if (std::isnan(value)) {
            BOOST_REQUIRE((back & 0x7C00) == 0x7C00 && (back & 0x3FF) != 0);
        } else {
            BOOST_REQUIRE_EQUAL(back, bits);
        }
        const float wide = bfloat16_to_float(static_cast<uint16_t>(bits));
        if (!std::isnan(wide)) BOOST_REQUIRE_EQUAL(float_to_bfloat16(wide), bits);
    }
}

BOOST_AUTO_TEST_CASE(halves_are_the_nearest) {
    // Between neighbours: the middle goes to the even one, everything else to the nearer one.
    for (uint16_t bits = 0; bits < 0x7BFF; ++bits) {
        const float low = half_to_float(bits);
        const float high = half_to_float(static_cast<uint16_t>(bits + 1));
        const float middle = low + (high - low) / 2;
        const uint16_t even = static_cast<uint16_t>(bits + (bits & 1));
        BOOST_REQUIRE_EQUAL(float_to_half(middle), even);
        BOOST_REQUIRE_EQUAL(float_to_half(std::nextafter(middle, 0.0f)), bits);
        BOOST_REQUIRE_EQUAL(float_to_half(std::nextafter(middle, 1e9f)), bits + 1);
    }
    BOOST_CHECK_EQUAL(float_to_half(65519.99f), 0x7BFF);
    BOOST_CHECK_EQUAL(float_to_half(65520.0f), 0x7C00);
    BOOST_CHECK_EQUAL(float_to_half(-1e30f), 0xFC00);
}

BOOST_AUTO_TEST_CASE(bfloat16_rounds_to_even) {
    BOOST_CHECK_EQUAL(float_to_bfloat16(std::bit_cast<float>(0x3F808000u)), 0x3F80);
    BOOST_CHECK_EQUAL(float_to_bfloat16(std::bit_cast<float>(0x3F818000u)), 0x3F82);
    BOOST_CHECK_EQUAL(float_to_bfloat16(std::bit_cast<float>(0x3F808001u)), 0x3F81);
    BOOST_CHECK_EQUAL(float_to_bfloat16(std::bit_cast<float>(0x7FFFFFFFu)), 0x7FFF);
    BOOST_CHECK(
        std::isnan(bfloat16_to_float(float_to_bfloat16(std::bit_cast<float>(0x7F800001u)))));
}

BOOST_AUTO_TEST_CASE(integers_and_bools) {
    const std::vector<int64_t> large = {INT64_MAX, -1, 0, 300, (int64_t{1} << 53) + 1};
    BOOST_CHECK(converted<int64_t>(DType::i64, large, DType::i64) == large);
    BOOST_CHECK((converted<uint8_t>(DType::i64, large, DType::u8) ==
                 std::vector<uint8_t>{255, 255, 0, 44, 1}));
    BOOST_CHECK((converted<uint8_t>(DType::i64, large, DType::boolean) ==
                 std::vector<uint8_t>{1, 1, 0, 1, 1}));
    BOOST_CHECK((converted<float>(DType::boolean, std::vector<uint8_t>{0, 1, 7}, DType::f32) ==
                 std::vector<float>{0, 1, 1}));
    BOOST_CHECK((converted<float>(DType::i32, std::vector<int32_t>(1000, -5), DType::f32) ==
                 std::vector<float>(1000, -5)));
}

BOOST_AUTO_TEST_CASE(floats_to_integers_stay_within_the_range) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> values = {1.9, -1.9, 1e30, -1e30, nan, 127.5, -128.5};
    BOOST_CHECK((converted<int8_t>(DType::f64, values, DType::i8) ==
                 std::vector<int8_t>{1, -1, 127, -128, 0, 127, -128}));
    BOOST_CHECK((converted<int64_t>(DType::f64, values, DType::i64) ==
                 std::vector<int64_t>{1, -1, INT64_MAX, INT64_MIN, 0, 127, -128}));
    BOOST_CHECK(
        (converted<uint8_t>(DType::f64, values, DType::boolean) == std::vector<uint8_t>(7, 1)));
}

BOOST_AUTO_TEST_CASE(floats_of_other_sizes) {
    const std::vector<float> values = {0.5f, -2.0f, 1e-8f};
    BOOST_CHECK((converted<double>(DType::f32, values, DType::f64) ==
                 std::vector<double>{0.5, -2.0, static_cast<double>(1e-8f)}));
    BOOST_CHECK((converted<uint16_t>(DType::f32, values, DType::f16) ==
                 std::vector<uint16_t>{0x3800, 0xC000, 0}));
    BOOST_CHECK((converted<float>(DType::f16, std::vector<uint16_t>{0x3800}, DType::f32) ==
                 std::vector<float>{0.5f}));
    BOOST_CHECK((converted<float>(DType::bf16, std::vector<uint16_t>{0x3F80}, DType::f32) ==
                 std::vector<float>{1.0f}));
}

BOOST_AUTO_TEST_SUITE_END()
