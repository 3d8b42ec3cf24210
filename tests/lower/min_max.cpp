// Comparisons that choose one of the two that they compare, made by the processor's min and max.
#include <limits>

#include "compiler/lower/kernel.h"
#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

// A reciprocal tells one zero from the other.
constexpr const char* text =
    "program p\n\ngraph forward\n%x = input : f32[37]\n%0 = relu(%x) : f32[37]\n"
    "%1 = reciprocal(%0) : f32[37]\n"
    "%2 = clamp(%x) : f32[37] {max = 6.0, min = 0.0}\n%3 = reciprocal(%2) : f32[37]\n"
    "return %1, %3\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_min_max)

BOOST_AUTO_TEST_CASE(nan_and_zeros_stay_what_they_are) {
    CheckedProgram program(text);
    std::vector<Array> inputs = program.inputs({});
    const float limit = std::numeric_limits<float>::infinity();
    const float awkward[] = {std::numeric_limits<float>::quiet_NaN(), 0.f, -0.f, limit, -limit};
    for (int i = 0; i < 37; ++i) {
        if (i % 2 == 0) inputs[0].data<float>()[i] = awkward[i / 2 % 5];
    }
    program.check(inputs, 0);
    std::string statements;
    for (const auto& node : program.compiled().program.graph("forward")->nodes()) {
        if (!node->body()) continue;
        statements += lower::show_kernel(*node, program.compiled().target, lower::Form::statement);
    }
    const lower::Target& target = program.compiled().target;
    if (target.has_few_registers() && target.halide.starts_with("x86")) {
        BOOST_TEST(statements.find("strict_max") != std::string::npos);
        BOOST_TEST(statements.find("strict_min") != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
