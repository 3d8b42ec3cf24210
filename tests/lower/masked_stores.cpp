// The last columns of a result, fewer than a vector has lanes.
#include <fmt/format.h>

#include <string>

#include "compiler/lower/kernel.h"
#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// relu(x w^T + b) of 5 rows.
std::string product_text(int64_t columns, const std::string& dtype) {
    return fmt::format(
        "program p\n\ngraph forward\n%x = input : {1}[5, 3]\n%w = input : {1}[{0}, 3]\n"
        "%b = input : {1}[{0}]\n%0 = linear(%x, %w, %b) : {1}[5, {0}]\n"
        "%1 = relu(%0) : {1}[5, {0}]\nreturn %1\n",
        columns, dtype);
}

bool has_masked_store(const CheckedProgram& program) {
    for (const auto& node : program.compiled().program.graph("forward")->nodes()) {
        if (!node->body()) continue;
        const std::string text =
            lower::show_kernel(*node, program.compiled().target, lower::Form::statement);
        if (text.find("predicate (ramp(") != std::string::npos) return true;
    }
    return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_masked_stores)

BOOST_AUTO_TEST_CASE(known_tails_are_stored_in_pieces, *boost::unit_test::label("sampled")) {
    const bool has_cheap_masks =
        lower::find_target("host").halide.find("avx512") != std::string::npos;
    Sample sample(3);
    for (const char* dtype : {"f32", "f64"}) {
        for (const int64_t columns : {1, 2, 3, 5, 6, 7, 10, 12, 15, 17, 20, 31, 33, 84}) {
            if (!sample.takes()) continue;
            BOOST_TEST_CONTEXT(dtype << ", " << columns << " columns") {
                CheckedProgram program(product_text(columns, dtype));
                program.check(std::map<std::string, int64_t>{}, 3 * 2.25 * 3 * 6e-8);
                if (!has_cheap_masks) BOOST_TEST(!has_masked_store(program));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
