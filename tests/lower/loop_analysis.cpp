// What LLVM is kept from analysing: loops with many accesses to memory.
#include <fmt/format.h>

#include <string>

#include "compiler/lower/kernel.h"
#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// A depthwise convolution whose lines are one tile: all taps of all columns in a loop over vectors
/// of channels.
std::string depthwise_text(int taps, int width) {
    return fmt::format(
        "program p\n\ngraph forward\n%x = input : f32[1, 14, {3}, 144]\n"
        "%w = input : f32[{0}, {0}, 1, 144]\n%0 = depthwise_conv(%x, %w) : f32[1, 7, {4}, 144] "
        "{{dilation = [1, 1], pad_begin = [{1}, {1}], pad_end = [{2}, {2}], stride = [2, 2]}}\n"
        "return %0\n",
        taps, (taps - 1) / 2, taps / 2, width, width / 2);
}

std::string shown(const CheckedProgram& program, lower::Form form) {
    std::string text;
    for (const auto& node : program.compiled().program.graph("forward")->nodes()) {
        if (node->body()) text += lower::show_kernel(*node, program.compiled().target, form);
    }
    return text;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_loop_analysis)

/// Without it the kernel of 5 x 5 taps takes LLVM two minutes, that of 7 x 7 more.
BOOST_AUTO_TEST_CASE(large_loops_alone_are_marked_and_no_code_is_made_of_it) {
    for (const int taps : {1, 3, 5, 7}) {
        BOOST_TEST_CONTEXT(taps << " x " << taps << " taps") {
            CheckedProgram program(depthwise_text(taps, taps == 1 ? 4 : 14));
            BOOST_TEST(has(shown(program, lower::Form::statement), "llvm.annotation") ==
                       (taps > 1));
            BOOST_TEST(!has(shown(program, lower::Form::assembly), "annotation"));
            program.check(std::map<std::string, int64_t>{}, taps * taps * 2.25 * 6e-8);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
