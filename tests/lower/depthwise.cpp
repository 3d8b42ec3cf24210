#include <string>

#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::string number(int64_t value) { return std::to_string(value); }

struct Case {
    int64_t images, height, width, channels, kernel, stride, dilation, pad_begin, pad_end;
};

/// relu(depthwise conv) in the author's order of axes; images = 0 stands for the symbol N.
std::string text_of(const Case& c) {
    const auto size = [&](int64_t image) {
        return (image + c.pad_begin + c.pad_end - c.dilation * (c.kernel - 1) - 1) / c.stride + 1;
    };
    const auto pair = [](int64_t value) {
        return "[" + number(value) + ", " + number(value) + "]";
    };
    const std::string n = c.images == 0 ? "N" : number(c.images), channels = number(c.channels);
    const std::string y = " : f32[" + n + ", " + channels + ", " + number(size(c.height)) + ", " +
                          number(size(c.width)) + "]";
    return "program p\n" + std::string(c.images == 0 ? "symbol N = 1..3\n" : "") +
           "\ngraph forward\n%x = input : f32[" + n + ", " + channels + ", " + number(c.height) +
           ", " + number(c.width) + "]\n%w = input : f32[" + channels + ", 1, " + number(c.kernel) +
           ", " + number(c.kernel) + "]\n%b = input : f32[" + channels +
           "]\n%0 = conv(%x, %w, %b)" + y + " {dilation = " + pair(c.dilation) +
           ", groups = " + channels + ", pad_begin = " + pair(c.pad_begin) +
           ", pad_end = " + pair(c.pad_end) + ", stride = " + pair(c.stride) + "}\n%1 = relu(%0)" +
           y + "\nreturn %1\n";
}

double tolerance_of(const Case& c) {
    return static_cast<double>(c.kernel * c.kernel) * 2.25 * 6e-8;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_depthwise)

BOOST_AUTO_TEST_CASE(awkward_sizes) {
    for (const Case& c : {Case{1, 14, 14, 32, 3, 1, 1, 1, 1}, Case{2, 9, 13, 20, 3, 2, 1, 1, 1},
                          Case{1, 7, 7, 33, 5, 1, 1, 2, 2}, Case{1, 11, 5, 12, 5, 2, 1, 1, 2},
                          Case{3, 8, 9, 3, 3, 1, 2, 2, 2}, Case{1, 30, 31, 100, 3, 1, 1, 0, 0},
                          Case{1, 3, 2, 16, 3, 1, 1, 1, 1}, Case{1, 113, 113, 17, 3, 2, 1, 0, 1}}) {
        BOOST_TEST_CONTEXT(c.height << " x " << c.width << " x " << c.channels << ", " << c.kernel
                                    << " taps") {
            CheckedProgram(text_of(c)).check(std::map<std::string, int64_t>{}, tolerance_of(c));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_batch_known_late) {
    const Case c{0, 10, 10, 24, 3, 1, 1, 1, 1};
    CheckedProgram program(text_of(c));
    for (const int64_t n : {1, 3}) program.check({{"N", n}}, tolerance_of(c));
}

BOOST_AUTO_TEST_SUITE_END()
