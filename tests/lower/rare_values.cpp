// Vectors of which hardly an element needs the long way.
#include <limits>

#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// An ulp and a half of results up to 1.
constexpr double tolerance = 1e-7;

constexpr const char* text =
    "program p\n\ngraph forward\n%x = input : f32[75]\n%0 = sin(%x) : f32[75]\n"
    "%1 = cos(%x) : f32[75]\n%2 = cos(%0) : f32[75]\nreturn %0, %1, %2\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_rare_values)

BOOST_AUTO_TEST_CASE(one_of_every_place) {
    CheckedProgram program(text);
    const float infinity = std::numeric_limits<float>::infinity();
    for (const float rare : {1e30f, -3e8f, 8388608.f, -8388607.5f, infinity, -infinity,
                             std::numeric_limits<float>::quiet_NaN(), -0.f, 1e-40f}) {
        std::vector<Array> inputs = program.inputs({});
        for (int i = 0; i < 75; ++i) inputs[0].data<float>()[i] *= 40;
        program.check(inputs, tolerance);
        for (const int place : {0, 5, 31, 40, 72, 74}) {
            inputs[0].data<float>()[place] = rare;
            program.check(inputs, tolerance);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
