#include "compiler/lower/families.h"
#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(lower_sort)

// Any other kernel than its own compares each element with each.
BOOST_AUTO_TEST_CASE(sorted_pixels) {
    CheckedProgram program(
        "program p\n\ngraph forward\n%x = input : f32[2, 3, 9, 9]\n%w = input : f32[8, 3, 1, 1]\n"
        "%0 = conv(%x, %w) : f32[2, 8, 9, 9] {dilation = [1, 1], groups = 1, pad_begin = [0, 0], "
        "pad_end = [0, 0], stride = [1, 1]}\n%1 = reshape(%0) : f32[2, 648] {shape = [2, 648]}\n"
        "%2 = argsort(%1) : i64[2, 648] {axis = 1, descending = true}\n"
        "%3 = gather(%1, %2) : f32[2, 648] {axis = 1}\nreturn %3\n");
    program.check(std::map<std::string, int64_t>{}, 1e-2);
    bool sorts = false;
    for (const auto& node : program.compiled().program.graph("forward")->nodes()) {
        sorts |= node->body() &&
                 std::string(lower::find_family(*node, program.compiled().target).name) == "sort";
    }
    BOOST_TEST(sorts);
}

BOOST_AUTO_TEST_SUITE_END()
