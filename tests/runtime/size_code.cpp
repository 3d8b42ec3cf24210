#include "runtime/size_code.h"

#include <boost/test/unit_test.hpp>
#include <cstdint>

#include "runtime/error.h"

using namespace lithe;
using namespace lithe::artifact;
using Kind = SizeCode::Kind;

namespace {

SizeCode code(std::vector<SizeCode::Step> steps) { return {std::move(steps)}; }

int64_t value(std::vector<SizeCode::Step> steps, std::vector<int64_t> symbols = {}) {
    return evaluate(code(std::move(steps)), symbols);
}

int64_t divided(int64_t a, int64_t b) {
    return value({{Kind::constant, a}, {Kind::constant, b}, {Kind::floor_div}});
}

const std::vector<Symbol> symbols = {{"N", 1, 64, 1}, {"T", 1, 64, 1}};

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_size_code)

BOOST_AUTO_TEST_CASE(evaluates) {
    BOOST_CHECK_EQUAL(value({}), 0);
    BOOST_CHECK_EQUAL(value({{Kind::symbol, 1}}, {3, 5}), 5);
    BOOST_CHECK_EQUAL(value({{Kind::constant, 2},
                             {Kind::symbol, 0},
                             {Kind::multiply},
                             {Kind::constant, 1},
                             {Kind::add}},
                            {7}),
                      15);
    BOOST_CHECK_EQUAL(value({{Kind::constant, 2}, {Kind::symbol, 0}, {Kind::min}}, {7}), 2);
    BOOST_CHECK_EQUAL(value({{Kind::constant, 2}, {Kind::symbol, 0}, {Kind::max}}, {7}), 7);
}

BOOST_AUTO_TEST_CASE(division_rounds_down) {
    BOOST_CHECK_EQUAL(divided(7, 2), 3);
    BOOST_CHECK_EQUAL(divided(-7, 2), -4);
    BOOST_CHECK_EQUAL(divided(7, -2), -4);
    BOOST_CHECK_EQUAL(divided(-7, -2), 3);
    BOOST_CHECK_EQUAL(divided(-6, 2), -3);
    BOOST_CHECK_EQUAL(divided(5, -1), -5);
    BOOST_CHECK_THROW(divided(1, 0), UserError);
    BOOST_CHECK_THROW(divided(INT64_MIN, -1), UserError);
}

BOOST_AUTO_TEST_CASE(overflow_is_an_error) {
    const auto overflows = [](Kind kind) {
        BOOST_CHECK_THROW(value({{Kind::constant, INT64_MAX}, {Kind::constant, 2}, {kind}}),
                          UserError);
    };
    overflows(Kind::add);
    overflows(Kind::multiply);
}

BOOST_AUTO_TEST_CASE(prints_as_people_write) {
    BOOST_CHECK_EQUAL(text(code({}), symbols), "0");
    BOOST_CHECK_EQUAL(
        text(code({{Kind::constant, 1}, {Kind::symbol, 0}, {Kind::multiply}}), symbols), "N");
    const SizeCode sum = code({{Kind::symbol, 0}, {Kind::symbol, 1}, {Kind::add}});
    BOOST_CHECK_EQUAL(text(sum, symbols), "N + T");
    SizeCode product = sum;
    product.steps.insert(product.steps.end(), {{Kind::constant, -2}, {Kind::multiply}});
    BOOST_CHECK_EQUAL(text(product, symbols), "(N + T) * (-2)");
    product.steps.insert(product.steps.end(), {{Kind::symbol, 1}, {Kind::min}});
    BOOST_CHECK_EQUAL(text(Type{DType::f64, {product, sum}}, symbols),
                      "f64[min((N + T) * (-2), T), N + T]");
}

BOOST_AUTO_TEST_CASE(malformed_expressions_are_found) {
    BOOST_CHECK(is_valid(code({}), 0));
    BOOST_CHECK(is_valid(code({{Kind::symbol, 1}}), 2));
    BOOST_CHECK(!is_valid(code({{Kind::symbol, 2}}), 2));
    BOOST_CHECK(!is_valid(code({{Kind::symbol, -1}}), 2));
    BOOST_CHECK(!is_valid(code({{Kind::add}}), 2));
    BOOST_CHECK(!is_valid(code({{Kind::constant, 1}, {Kind::add}}), 2));
    BOOST_CHECK(!is_valid(code({{Kind::constant, 1}, {Kind::constant, 1}}), 2));
    BOOST_CHECK(!is_valid({std::vector<SizeCode::Step>(33, {Kind::constant, 1})}, 2));
}

BOOST_AUTO_TEST_CASE(tells_which_symbols_matter) {
    const SizeCode sum = code({{Kind::symbol, 1}, {Kind::constant, 0}, {Kind::add}});
    BOOST_CHECK(uses_symbol(sum, 1));
    BOOST_CHECK(!uses_symbol(sum, 0));
}

BOOST_AUTO_TEST_SUITE_END()
