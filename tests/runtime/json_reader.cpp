#include "runtime/json_reader.h"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/support.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::string read_string(std::string_view json) {
    JsonReader reader(json, "json", "");
    std::string value = reader.string();
    reader.expect_end();
    return value;
}

int64_t read_size(std::string_view json) {
    JsonReader reader(json, "json", "");
    const int64_t value = reader.size();
    reader.expect_end();
    return value;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_json_reader)

BOOST_AUTO_TEST_CASE(strings_are_unescaped) {
    BOOST_CHECK_EQUAL(read_string(R"( "" )"), "");
    BOOST_CHECK_EQUAL(read_string(R"("a\"b\\c\/\b\f\n\r\t")"), "a\"b\\c/\b\f\n\r\t");
    BOOST_CHECK_EQUAL(read_string(R"("\u0041\u00e9\u20AC\ud83d\uDE00")"),
                      "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    BOOST_CHECK_EQUAL(read_string(R"("a\u0000b")"), std::string("a\0b", 3));
    BOOST_CHECK_EQUAL(read_string("\"\xC3\xA9\""), "\xC3\xA9");
}

BOOST_AUTO_TEST_CASE(bad_strings_are_refused) {
    const auto error = [](std::string_view json) { return message_of([&] { read_string(json); }); };
    BOOST_CHECK_EQUAL(error("x"), "expected '\"' at byte 0 of the header, found 'x' [json]");
    BOOST_CHECK_EQUAL(error("\"a"),
                      "expected a character at byte 2 of the header, found the end [json]");
    BOOST_CHECK_EQUAL(error("\"a\n\""),
                      "expected a character at byte 2 of the header, found '\\x0a' [json]");
    BOOST_CHECK_EQUAL(error("\"\xED\xA0\x80\""),
                      "expected a character at byte 1 of the header, found '\\xed' [json]");
    BOOST_CHECK_EQUAL(error(R"("\x")"),
                      "expected an escape at byte 2 of the header, found 'x' [json]");
    BOOST_CHECK_EQUAL(error(R"("\)"),
                      "expected an escape at byte 2 of the header, found the end [json]");
    BOOST_CHECK_EQUAL(error(R"("\u12G4")"),
                      "expected a hexadecimal digit at byte 5 of the header, found 'G' [json]");
    BOOST_CHECK_EQUAL(
        error(R"("\ud800x")"),
        "expected the escape of a low surrogate at byte 7 of the header, found 'x' [json]");
    BOOST_CHECK_EQUAL(
        error(R"("\ud800\u0041")"),
        "expected a low surrogate before at byte 13 of the header, found '\"' [json]");
    BOOST_CHECK_EQUAL(
        error(R"("\udc00")"),
        "expected a high surrogate before at byte 7 of the header, found '\"' [json]");
    BOOST_CHECK_EQUAL(error("\"\" 1"),
                      "expected the end at byte 3 of the header, found '1' [json]");
}

BOOST_AUTO_TEST_CASE(sizes_are_plain_integers) {
    BOOST_CHECK_EQUAL(read_size("0"), 0);
    BOOST_CHECK_EQUAL(read_size(" 9223372036854775807\n"), INT64_MAX);
    for (const char* bad : {"", "-1", "+1", "01", "00", "1.0", "1e3", "9223372036854775808", "0x1",
                            "99999999999999999999999", "null", "\"1\""}) {
        BOOST_CHECK_MESSAGE(message_of([&] { read_size(bad); }).ends_with(" [json]"), bad);
    }
}

BOOST_AUTO_TEST_CASE(written_strings_are_read_back) {
    std::string all;
    for (int byte = 0; byte < 128; ++byte) all.push_back(static_cast<char>(byte));
    all.append("\xF0\x9F\x98\x80");
    std::string json;
    append_json_string(json, all);
    BOOST_CHECK_EQUAL(read_string(json), all);
}

BOOST_AUTO_TEST_SUITE_END()
