#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Case {
    int64_t images, height, width, channels, filters, tile;
    Shape block;
    int64_t panel, pad_begin, pad_end, taps_down = 3, taps_across = 3, stride = 1;
    bool by_lines = false;
};

std::string number(int64_t value) { return std::to_string(value); }

/// relu(conv + r), filters transformed in the graph; images = 0 stands for the symbol N.
std::string text_of(const Case& c) {
    const std::string n = c.images == 0 ? "N" : number(c.images);
    const auto size = [&](int64_t image, int64_t taps) {
        return number((image + c.pad_begin + c.pad_end - taps) / c.stride + 1);
    };
    const std::string y = " : f32[" + n + ", " + size(c.height, c.taps_down) + ", " +
                          size(c.width, c.taps_across) + ", " + number(c.filters) + "]";
    const auto patch = [&](int64_t taps) { return taps == 1 ? 1 : (c.tile - 1) * c.stride + taps; };
    const std::string elements = number(patch(c.taps_down) * patch(c.taps_across));
    const std::string down = number(c.taps_down), across = number(c.taps_across);
    const auto pair = [](int64_t value) {
        return "[" + number(value) + ", " + number(value) + "]";
    };
    const std::string stride = "stride = " + pair(c.stride);
    return "program p\n" + std::string(c.images == 0 ? "symbol N = 1..5\n" : "") +
           "\ngraph forward\n%x = input : f32[" + n + ", " + number(c.height) + ", " +
           number(c.width) + ", " + number(c.channels) + "]\n%w = input : f32[" +
           number(c.filters) + ", " + number(c.channels) + ", " + down + ", " + across +
           "]\n%b = input : f32[" + number(c.filters) + "]\n%r = input" + y +
           "\n%0 = pack_winograd(%w) : f32[" + number((c.filters + c.panel - 1) / c.panel) + ", " +
           elements + ", " + number(c.channels) + ", " + number(c.panel) +
           "] {panel = " + number(c.panel) + ", " + stride + ", tile = " + number(c.tile) +
           "}\n%1 = winograd_conv(%x, %0, %b)" + y + " {block = " + str(c.block) +
           (c.by_lines ? ", by_lines = true" : "") + ", columns = " + number(c.filters) +
           ", pad_begin = " + pair(c.pad_begin) + ", pad_end = " + pair(c.pad_end) + ", " + stride +
           ", taps = [" + down + ", " + across + "], tile = " + number(c.tile) +
           "}\n%2 = add(%1, %r)" + y + "\n%3 = relu(%2)" + y + "\nreturn %3\n";
}

/// Sums of taps * c products of at most 2.25, transforms that enlarge data and filters by at
/// most 13.5 and results by at most 16 before they cancel.
double tolerance_of(const Case& c) {
    return static_cast<double>(c.taps_down * c.taps_across * c.channels) * 2.25 * 6e-8 * 16;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_winograd)

BOOST_AUTO_TEST_CASE(awkward_sizes, *boost::unit_test::label("sampled")) {
    Sample sample(3);
    for (const Case& c : {Case{1, 8, 8, 16, 16, 4, {1, 1, 2}, 16, 1, 1},
                          Case{2, 9, 13, 12, 20, 4, {1, 2, 3}, 32, 1, 1},
                          Case{1, 7, 7, 33, 40, 2, {1, 2, 2}, 16, 1, 1},
                          Case{3, 5, 6, 9, 17, 4, {2, 1, 2}, 16, 0, 2},
                          Case{1, 14, 3, 100, 8, 2, {1, 7, 1}, 32, 0, 1},
                          Case{1, 40, 40, 64, 64, 4, {1, 1, 5}, 32, 1, 1}}) {
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT(c.images << " x " << c.height << " x " << c.width << " x " << c.channels
                                    << ", tile " << c.tile) {
            CheckedProgram(text_of(c)).check(std::map<std::string, int64_t>{}, tolerance_of(c));
        }
    }
}

BOOST_AUTO_TEST_CASE(two_taps_and_one_axis, *boost::unit_test::label("sampled")) {
    Sample sample(3);
    for (const Case& c : {Case{1, 8, 8, 16, 16, 4, {1, 1, 2}, 16, 1, 0, 2, 2},
                          Case{2, 9, 13, 12, 20, 3, {1, 2, 3}, 32, 0, 1, 2, 2},
                          Case{1, 7, 5, 33, 40, 2, {1, 2, 2}, 16, 1, 1, 2, 2},
                          Case{1, 1, 29, 17, 33, 4, {1, 1, 5}, 32, 0, 0, 1, 3},
                          Case{2, 11, 6, 9, 8, 2, {1, 2, 1}, 16, 0, 0, 3, 1},
                          Case{1, 5, 9, 21, 18, 4, {1, 1, 2}, 16, 0, 1, 1, 2}}) {
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT(c.height << " x " << c.width << " x " << c.channels << ", "
                                    << c.taps_down << " x " << c.taps_across << " taps, tile "
                                    << c.tile) {
            CheckedProgram(text_of(c)).check(std::map<std::string, int64_t>{}, tolerance_of(c));
        }
    }
}

BOOST_AUTO_TEST_CASE(strides, *boost::unit_test::label("slow")) {
    for (const Case& c : {Case{1, 9, 17, 16, 16, 4, {1, 1, 2}, 16, 1, 1, 3, 3, 2},
                          Case{2, 13, 11, 12, 20, 3, {1, 2, 2}, 32, 1, 0, 3, 3, 2},
                          Case{1, 14, 7, 33, 40, 2, {1, 2, 2}, 16, 1, 1, 3, 3, 2},
                          Case{1, 12, 18, 17, 18, 4, {1, 1, 2}, 32, 1, 1, 4, 4, 2},
                          Case{1, 11, 9, 9, 8, 2, {1, 2, 1}, 16, 2, 2, 5, 5, 2},
                          Case{3, 10, 16, 8, 9, 3, {1, 1, 2}, 16, 0, 2, 4, 4, 3}}) {
        BOOST_TEST_CONTEXT(c.height << " x " << c.width << " x " << c.channels << ", "
                                    << c.taps_down << " taps, stride " << c.stride << ", tile "
                                    << c.tile) {
            CheckedProgram(text_of(c)).check(std::map<std::string, int64_t>{}, tolerance_of(c));
        }
    }
}

/// Images that blocks do not divide, of one channel's vector and of many.
BOOST_AUTO_TEST_CASE(blocks_by_lines, *boost::unit_test::label("slow")) {
    for (Case c : {Case{2, 9, 13, 12, 20, 4, {1, 2, 3}, 32, 1, 1},
                   Case{3, 5, 6, 9, 17, 2, {2, 2, 3}, 16, 0, 2},
                   Case{1, 40, 40, 64, 64, 4, {1, 2, 6}, 16, 1, 1},
                   Case{2, 9, 17, 16, 40, 4, {2, 1, 5}, 16, 1, 1, 3, 3, 2}}) {
        c.by_lines = true;
        BOOST_TEST_CONTEXT(c.images << " x " << c.height << " x " << c.width << " x " << c.channels
                                    << ", tile " << c.tile) {
            CheckedProgram(text_of(c)).check(std::map<std::string, int64_t>{}, tolerance_of(c));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_batch_known_late, *boost::unit_test::label("slow")) {
    Case c{0, 10, 11, 24, 33, 4, {1, 2, 3}, 32, 1, 1};
    for (const bool by_lines : {false, true}) {
        c.by_lines = by_lines;
        CheckedProgram program(text_of(c));
        for (const int64_t n : {1, 2, 5}) program.check({{"N", n}}, tolerance_of(c));
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_stays_where_it_belongs, *boost::unit_test::label("slow")) {
    const float odd[] = {std::numeric_limits<float>::quiet_NaN(),
                         std::numeric_limits<float>::infinity(),
                         -std::numeric_limits<float>::infinity(), 3e38f};
    for (const auto& [tile, taps, stride] : std::vector<std::array<int64_t, 3>>{
             {2, 3, 1}, {4, 3, 1}, {2, 2, 1}, {3, 2, 1}, {4, 2, 1}, {4, 3, 2}, {2, 4, 2}}) {
        const Case c{1, 12, 12, 16, 32, tile, {1, 1, 3}, 32, 1, 1, taps, taps, stride};
        CheckedProgram program(text_of(c));
        for (const float value : odd) {
            BOOST_TEST_CONTEXT("tile " << tile << ", " << taps << " taps, stride " << stride << ", "
                                       << value) {
                std::vector<Array> in = program.inputs({});
                in[0].data<float>()[(5 * 12 + 6) * 16 + 3] = value;
                const double scale = std::isfinite(value) ? 3e38 : 1;
                program.check(in, tolerance_of(c) * scale);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
