#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// Sums of `inner` products of at most 2.25: f32 keeps 24 bits of each.
double tolerance_of(int64_t inner) { return 2.25 * static_cast<double>(inner) * 6e-8; }

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_conv)

BOOST_AUTO_TEST_CASE(strided_and_dilated) {
    const std::string text = R"(program p
symbol N = 1..3

graph forward
%x = input : f32[N, 11, 17, 5]
%w = input : f32[2, 3, 2, 5, 32]
%b = input : f32[37]
%0 = packed_conv(%x, %w, %b) : f32[N, 5, 15, 37] {columns = 37, dilation = [1, 2], stride = [2, 1], tile_rows = 14}
%1 = relu(%0) : f32[N, 5, 15, 37]
return %1
)";
    CheckedProgram program(text);
    for (const int64_t n : {1, 3}) program.check({{"N", n}}, tolerance_of(30));
}

BOOST_AUTO_TEST_SUITE_END()
