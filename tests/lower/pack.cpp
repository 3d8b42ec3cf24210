// Weights in panels, plain and transformed for Winograd convolution, with a batch norm's factor in
// front: by the packing families, which read every element once.
#include <cmath>
#include <limits>

#include "compiler/ir/winograd.h"
#include "tests/support/check_compiled.h"
#include "tests/support/level_models.h"

namespace lithe::tests {
namespace {

std::string number(int64_t value) { return std::to_string(value); }

std::string type_of(const Sizes& sizes) {
    std::string text;
    for (const int64_t size : sizes) text += (text.empty() ? "" : ", ") + number(size);
    return "f32[" + text + "]";
}

/// `what` of filters[K, C, height, width], each filter with a factor of its own.
std::string packing(const std::string& what, const Sizes& w, const std::string& attrs,
                    const Sizes& result) {
    const auto type = [](const Sizes& sizes) { return " : " + type_of(sizes); };
    return "program p\n\ngraph forward\n%w = input" + type(w) + "\n%s = input" +
           type({w[0], 1, 1, 1}) + "\n%0 = mul(%w, %s)" + type(w) + "\n%1 = " + what + "(%0)" +
           type(result) + " {" + attrs + "}\nreturn %1\n";
}

void check_family(const CheckedProgram& program, const std::string& family) {
    BOOST_TEST(families_of(program.compiled()) == std::vector<std::string>{family},
               boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_pack)

BOOST_AUTO_TEST_CASE(filters) {
    for (const Sizes& w : {Sizes{32, 16, 1, 1},
                           {33, 8, 1, 1},
                           {7, 19, 3, 3},
                           {64, 3, 7, 7},
                           {1, 1, 3, 1},
                           {40, 100, 1, 3},
                           {256, 64, 3, 3}}) {
        for (const int64_t panel : {16, 32, 5}) {
            BOOST_TEST_CONTEXT(w[0] << " x " << w[1] << " x " << w[2] << " x " << w[3] << ", "
                                    << panel) {
                CheckedProgram program(
                    packing("pack_filters", w, "panel = " + number(panel),
                            {(w[0] + panel - 1) / panel, w[2], w[3], w[1], panel}));
                check_family(program, "pack");
                program.check(std::map<std::string, int64_t>{}, 0);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(rows_of_a_batch) {
    for (const Sizes& w : {Sizes{1, 48, 16}, {3, 50, 33}, {2, 15, 40}, {2, 97, 200}, {5, 1, 8}}) {
        for (const int64_t panel : {16, 48, 12}) {
            const int64_t panels = (w[1] + panel - 1) / panel;
            CheckedProgram program(
                "program p\n\ngraph forward\n%w = input : " + type_of(w) +
                "\n%0 = pack_panels(%w) : " + type_of({w[0], panels, w[2], panel}) +
                " {panel = " + number(panel) + ", transposed = false}\nreturn %0\n");
            BOOST_TEST_CONTEXT(w[0] << " x " << w[1] << " x " << w[2] << ", " << panel) {
                check_family(program, "pack");
                program.check(std::map<std::string, int64_t>{}, 0);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(columns_whose_channels_are_moved_behind_their_taps) {
    for (const Sizes& w : {Sizes{64, 32, 7, 7}, {50, 16, 1, 3}, {17, 5, 3, 2}, {33, 20, 4, 1}}) {
        const int64_t run = w[1] * w[2] * w[3], panels = (w[0] + 31) / 32;
        const Sizes matrix{w[0], run};
        CheckedProgram program("program p\n\ngraph forward\n%w = input : " + type_of(w) +
                               "\n%0 = permute(%w) : " + type_of({w[0], w[2], w[3], w[1]}) +
                               " {perm = [0, 2, 3, 1]}\n%1 = reshape(%0) : " + type_of(matrix) +
                               " {shape = [" + number(w[0]) + ", " + number(run) +
                               "]}\n%2 = pack_panels(%1) : " + type_of({panels, run, 32}) +
                               " {panel = 32, transposed = false}\nreturn %2\n");
        BOOST_TEST_CONTEXT(w[0] << " x " << w[1] << " x " << w[2] << " x " << w[3]) {
            check_family(program, "pack");
            program.check(std::map<std::string, int64_t>{}, 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(transformed_filters) {
    struct Case {
        Sizes w;
        int64_t tile, panel, stride = 1;
        bool by_element = false;
    };
    for (const Case& c : {Case{{32, 16, 3, 3}, 4, 32}, Case{{17, 9, 3, 3}, 2, 16},
                          Case{{40, 33, 3, 3}, 4, 48, 1, true}, Case{{8, 3, 2, 2}, 3, 16, 1, true},
                          Case{{50, 7, 1, 3}, 4, 32}, Case{{5, 8, 3, 3}, 4, 16, 2},
                          Case{{128, 64, 3, 3}, 4, 32, 1, true}, Case{{1, 1, 3, 1}, 2, 4}}) {
        const ir::WinogradAxes axes(c.tile, {c.w[2], c.w[3]}, {c.stride, c.stride});
        const int64_t panels = (c.w[0] + c.panel - 1) / c.panel, elements = axes.elements();
        const Sizes result = c.by_element ? Sizes{elements, panels, c.w[1], c.panel}
                                          : Sizes{panels, elements, c.w[1], c.panel};
        const std::string stride = number(c.stride);
        CheckedProgram program(packing("pack_winograd", c.w,
                                       std::string(c.by_element ? "by_element = true, " : "") +
                                           "panel = " + number(c.panel) + ", stride = [" + stride +
                                           ", " + stride + "], tile = " + number(c.tile),
                                       result));
        BOOST_TEST_CONTEXT(c.w[0] << " x " << c.w[1] << ", tile " << c.tile) {
            check_family(program, "winograd_filters");
            // Two sums of three products each, of factors of at most 1.4 and taps of at most 2.25.
            program.check(std::map<std::string, int64_t>{}, 6 * 9 * 2.25 * 1.4 * 1.4 * 6e-8);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_tap_that_is_not_finite_spoils_only_what_it_is_part_of) {
    CheckedProgram program(
        packing("pack_winograd", {16, 4, 3, 3}, "panel = 16, tile = 4", {1, 36, 4, 16}));
    for (const float value :
         {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        std::vector<Array> in = program.inputs({});
        in[0].data<float>()[(3 * 4 + 2) * 9] = value;  // filter 3, channel 2, tap (0, 0)
        const Tensors out = program({Tensor::from(in[0]), Tensor::from(in[1])});
        const Array result = out[0].array();
        for (int64_t i = 0; i < result.count(); ++i) {
            const bool is_filter = i % 16 == 3 && i / 16 % 4 == 2;
            const int64_t element = i / 64;  // the last of a row or column has no part of tap 0
            const bool is_part = is_filter && element / 6 != 5 && element % 6 != 5;
            BOOST_TEST(std::isfinite(result.at(i)) == !is_part, "element " << i);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
