// Winograd convolution in three kernels: transformed patches, one product, results.
#include <cmath>
#include <limits>
#include <string>

#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Case {
    int64_t images, height, width, channels, filters, tile, panel, pad_begin, pad_end;
    int64_t rows = 0;  ///< of a tile, where filters are transformed in the run; 0: they are before
};

std::string number(int64_t value) { return std::to_string(value); }

/// relu(conv + r); images = 0 stands for the symbol N.
std::string text_of(const Case& c) {
    const auto list = [](std::initializer_list<std::string> sizes) {
        std::string text;
        for (const std::string& size : sizes) text += (text.empty() ? "[" : ", ") + size;
        return text + "]";
    };
    const auto pair = [&](int64_t value) { return list({number(value), number(value)}); };
    const std::string n = c.images == 0 ? "N" : number(c.images);
    const int64_t height = c.height + c.pad_begin + c.pad_end - 2,
                  width = c.width + c.pad_begin + c.pad_end - 2;
    const int64_t each = (height + c.tile - 1) / c.tile * ((width + c.tile - 1) / c.tile);
    const std::string patches = c.images == 0 ? number(each) + "*N" : number(each * c.images);
    const std::string elements = number((c.tile + 2) * (c.tile + 2));
    const int64_t panels = (c.filters + c.panel - 1) / c.panel;
    const std::string y = " : f32" + list({n, number(height), number(width), number(c.filters)});
    const std::string window = "pad_begin = " + pair(c.pad_begin) +
                               ", pad_end = " + pair(c.pad_end) + ", tile = " + number(c.tile) +
                               "}\n";
    return "program p\n" + std::string(c.images == 0 ? "symbol N = 1..5\n" : "") +
           "\ngraph forward\n%x = input : f32" +
           list({n, number(c.height), number(c.width), number(c.channels)}) + "\n%w = input : f32" +
           list({number(c.filters), number(c.channels), "3", "3"}) + "\n%b = input : f32" +
           list({number(c.filters)}) + "\n%r = input" + y +
           (c.rows > 0
                ? "\n%0 = pack_filters(%w) : f32" +
                      list({number(panels), "3", "3", number(c.channels), number(c.panel)}) + " {"
                : "\n%0 = pack_winograd(%w) : f32" +
                      list({elements, number(panels), number(c.channels), number(c.panel)}) +
                      " {by_element = true, ") +
           "panel = " + number(c.panel) + (c.rows > 0 ? "" : ", tile = " + number(c.tile)) +
           "}\n%1 = winograd_data(%x) : f32" + list({elements, patches, number(c.channels)}) +
           " {" + window + (c.rows > 0 ? "%2 = winograd_products" : "%2 = packed_linear") +
           "(%1, %0) : f32" + list({elements, patches, number(panels * c.panel)}) +
           (c.rows > 0 ? " {tile = " + number(c.tile) + ", tile_rows = " + number(c.rows)
                       : " {columns = " + number(panels * c.panel) + ", tile_rows = 5") +
           "}\n%3 = winograd_result(%2, %x, %0, %b)" + y + " {columns = " + number(c.filters) +
           ", " + window + "%4 = add(%3, %r)" + y + "\n%5 = relu(%4)" + y + "\nreturn %5\n";
}

/// As for the form in one kernel.
double tolerance_of(const Case& c) {
    return 9 * static_cast<double>(c.channels) * 2.25 * 6e-8 * 16;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_winograd_stages)

BOOST_AUTO_TEST_CASE(awkward_sizes, *boost::unit_test::label("sampled")) {
    Sample sample(3);
    for (const Case& c : {Case{1, 8, 8, 16, 16, 4, 16, 1, 1}, Case{2, 9, 13, 12, 20, 4, 32, 1, 1},
                          Case{1, 7, 7, 33, 40, 2, 16, 1, 1}, Case{3, 5, 6, 9, 17, 4, 16, 0, 2},
                          Case{1, 14, 3, 100, 8, 2, 32, 0, 1}, Case{1, 21, 40, 64, 64, 4, 48, 1, 1},
                          Case{2, 3, 3, 1, 1, 2, 16, 1, 1}}) {
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT(c.images << " x " << c.height << " x " << c.width << " x " << c.channels
                                    << ", tile " << c.tile) {
            CheckedProgram(text_of(c)).check(std::map<std::string, int64_t>{}, tolerance_of(c));
        }
    }
}

BOOST_AUTO_TEST_CASE(filters_that_are_transformed_in_the_run, *boost::unit_test::label("slow")) {
    for (const Case& c :
         {Case{1, 8, 8, 16, 16, 4, 16, 1, 1, 4}, Case{2, 9, 13, 48, 20, 4, 32, 1, 1, 8},
          Case{1, 7, 7, 80, 40, 2, 48, 1, 1, 4}, Case{3, 5, 6, 128, 17, 4, 16, 0, 2, 3},
          Case{1, 3, 3, 16, 1, 2, 64, 1, 1, 1}, Case{1, 21, 40, 160, 64, 4, 16, 1, 1, 12}}) {
        BOOST_TEST_CONTEXT(c.images << " x " << c.height << " x " << c.width << " x " << c.channels
                                    << ", tile " << c.tile) {
            CheckedProgram(text_of(c)).check(std::map<std::string, int64_t>{}, tolerance_of(c));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_next_taps_are_asked_for, *boost::unit_test::label("slow")) {
    // Pieces of 80 and of 16 channels.
    for (const auto& [channels, is_asked] : {std::pair(160, true), {16, false}}) {
        const CheckedProgram program(text_of(Case{1, 21, 40, channels, 64, 4, 16, 1, 1, 12}));
        const bool asks = program.statement().find("prefetch(in1") != std::string::npos;
        BOOST_TEST(asks == is_asked, channels << " channels");
    }
}

BOOST_AUTO_TEST_CASE(a_batch_known_late, *boost::unit_test::label("slow")) {
    const Case c{0, 10, 11, 24, 33, 4, 32, 1, 1};
    CheckedProgram program(text_of(c));
    for (const int64_t n : {1, 2, 5}) program.check({{"N", n}}, tolerance_of(c));
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_stays_where_it_belongs, *boost::unit_test::label("slow")) {
    const float odd[] = {std::numeric_limits<float>::quiet_NaN(),
                         std::numeric_limits<float>::infinity(),
                         -std::numeric_limits<float>::infinity(), 3e38f};
    for (const auto& [tile, rows] : {std::pair(2, 0), {4, 0}, {2, 12}, {4, 9}}) {
        const Case c{1, 12, 12, 16, 32, tile, 32, 1, 1, rows};
        // The reference of the stages spoils whole patches where the plain one does not.
        const std::string y = " : f32[1, 12, 12, 32]";
        const std::string plain =
            "program p\n\ngraph forward\n%x = input : f32[1, 12, 12, 16]\n%w = input : f32[32, 16, "
            "3, 3]\n%b = input : f32[32]\n%r = input" +
            y + "\n%0 = pack_winograd(%w) : f32[1, " + number((tile + 2) * (tile + 2)) +
            ", 16, 32] {panel = 32, tile = " + number(tile) + "}\n%1 = winograd_conv(%x, %0, %b)" +
            y + " {block = [1, 1, 3], columns = 32, pad_begin = [1, 1], pad_end = [1, 1], tile = " +
            number(tile) + "}\n%2 = add(%1, %r)" + y + "\n%3 = relu(%2)" + y + "\nreturn %3\n";
        ir::Program reference = ir::parse_program(plain);
        CheckedProgram program(text_of(c));
        for (const float value : odd) {
            BOOST_TEST_CONTEXT("tile " << tile << ", rows " << rows << ", " << value) {
                std::vector<Array> in = program.inputs({});
                in[0].data<float>()[(5 * 12 + 6) * 16 + 3] = value;
                const double scale = std::isfinite(value) ? 3e38 : 1;
                const std::vector<Array> want =
                    ir::Interpreter(reference).run(*reference.graph("forward"), in);
                Tensors operands;
                for (const Array& array : in) operands.push_back(Tensor::from(array));
                check_equal(program(operands)[0], Tensor::from(want[0]), tolerance_of(c) * scale);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
