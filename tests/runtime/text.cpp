#include "runtime/text.h"

#include <boost/test/unit_test.hpp>

using namespace lithe;

BOOST_AUTO_TEST_SUITE(runtime_text)

BOOST_AUTO_TEST_CASE(concat_joins) {
    BOOST_CHECK_EQUAL(concat({"a", "", "bc"}), "abc");
    BOOST_CHECK_EQUAL(concat({}), "");
}

BOOST_AUTO_TEST_CASE(quote_keeps_messages_readable) {
    BOOST_CHECK_EQUAL(quote("fc1.weight"), "'fc1.weight'");
    BOOST_CHECK_EQUAL(quote("a\nb\x7f"), "'a\\x0ab\\x7f'");
    BOOST_CHECK_EQUAL(quote("\xC3\xA9\xFF"), "'\xC3\xA9\\xff'");
    BOOST_CHECK_EQUAL(quote(std::string(300, 'x')), "'" + std::string(200, 'x') + "...'");
}

BOOST_AUTO_TEST_CASE(utf8_is_told_from_what_only_looks_like_it) {
    for (const char* good : {"", "a", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF",
                             "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        BOOST_CHECK_MESSAGE(is_utf8(good), quote(good));
    }
    for (const char* bad :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80",
          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
        BOOST_CHECK_MESSAGE(!is_utf8(bad), quote(bad));
    }
}

BOOST_AUTO_TEST_CASE(append_utf8_writes_every_length) {
    for (uint32_t code_point : {0x41u, 0x80u, 0x7FFu, 0x800u, 0xFFFFu, 0x10000u, 0x10FFFFu}) {
        std::string text;
        append_utf8(text, code_point);
        BOOST_CHECK_EQUAL(utf8_length(text), static_cast<int>(text.size()));
    }
}

BOOST_AUTO_TEST_SUITE_END()
