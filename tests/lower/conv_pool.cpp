#include <fmt/format.h>

#include <limits>
#include <string>

#include "tests/support/check_compiled.h"
#include "tests/support/level_models.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Case {
    int64_t images = 1, height, width, in, channels;
    int64_t kernel = 3, stride = 1;                                  ///< of the convolution
    int64_t window = 2, step = 2, begin = 0, end = 0, dilation = 1;  ///< of the pooling
};

/// pool(act(conv(x) + b)) + c in the author's order of axes; images = 0 stands for the symbol N.
std::string text_of(const Case& c, const std::string& act, bool is_mean) {
    const int64_t pad = c.kernel / 2;
    const auto line = [&](int64_t image) { return (image + 2 * pad - c.kernel) / c.stride + 1; };
    const auto places = [&](int64_t image) {
        return (line(image) + c.begin + c.end - c.dilation * (c.window - 1) - 1) / c.step + 1;
    };
    const std::string n = c.images == 0 ? "N" : std::to_string(c.images);
    const auto type = [&](int64_t height, int64_t width) {
        return fmt::format("[{}, {}, {}, {}]", n, c.channels, height, width);
    };
    const std::string hidden = type(line(c.height), line(c.width)),
                      y = type(places(c.height), places(c.width));
    std::string text = "program p\n";
    if (c.images == 0) text += "symbol N = 1..3\n";
    text += fmt::format(
        "\ngraph forward\n%x = input : f32[{}, {}, {}, {}]\n%w = input : f32[{}, {}, {}, {}]\n"
        "%b = input : f32[{}]\n%c = input : f32[{}, 1, 1]\n",
        n, c.in, c.height, c.width, c.channels, c.in, c.kernel, c.kernel, c.channels, c.channels);
    text += fmt::format(
        "%0 = conv(%x, %w, %b) : f32{} {{dilation = [1, 1], groups = 1, pad_begin = [{}, {}], "
        "pad_end = [{}, {}], stride = [{}, {}]}}\n%1 = {}(%0) : f32{}\n",
        hidden, pad, pad, pad, pad, c.stride, c.stride, act, hidden);
    const std::string more =
        is_mean ? fmt::format("count_include_pad = false, divisor = 0, pad_counted = [{}, {}], ",
                              c.begin, c.begin)
                : "";
    text += fmt::format(
        "%2 = {}(%1) : f32{}{} {{{}dilation = [{}, {}], kernel = [{}, {}], pad_begin = [{}, {}], "
        "pad_end = [{}, {}], stride = [{}, {}]}}\n",
        is_mean ? "avg_pool" : "max_pool", y, is_mean ? "" : ", i64" + y, more, c.dilation,
        c.dilation, c.window, c.window, c.begin, c.begin, c.end, c.end, c.step, c.step);
    return text + "%3 = add(%2" + (is_mean ? "" : ".0") + ", %c) : f32" + y + "\nreturn %3\n";
}

/// Sums of taps times channels products of at most 2.25, and a window's of those.
double tolerance_of(const Case& c) {
    const auto terms = static_cast<double>(c.in * c.kernel * c.kernel);
    return (2.25 * terms + 3) * (terms + static_cast<double>(c.window * c.window)) * 6e-8;
}

void check(const Case& c, Sample& sample, bool is_one_kernel = true) {
    for (const char* act : {"relu", "sigmoid"}) {
        for (const bool is_mean : {false, true}) {
            if (!sample.takes() || (is_mean && c.dilation > 1)) continue;
            BOOST_TEST_CONTEXT(c.height << " x " << c.width << ", " << c.in << " to " << c.channels
                                        << ", " << act << (is_mean ? ", mean" : ", max")) {
                CheckedProgram program(text_of(c, act, is_mean));
                const std::vector<std::string> families = families_of(program.compiled());
                const bool is_there =
                    std::find(families.begin(), families.end(), "conv_pool") != families.end();
                BOOST_TEST(is_there == is_one_kernel);
                if (c.images > 0) {
                    program.check(std::map<std::string, int64_t>{}, tolerance_of(c));
                    continue;
                }
                for (const int64_t n : {1, 3}) program.check({{"N", n}}, tolerance_of(c));
            }
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_conv_pool)

BOOST_AUTO_TEST_CASE(awkward_sizes, *boost::unit_test::label("sampled")) {
    Sample sample(7);
    check({.height = 14, .width = 14, .in = 3, .channels = 32}, sample);
    check({.height = 1, .width = 1, .in = 5, .channels = 16, .window = 1, .step = 1}, sample);
    check({.images = 2,
           .height = 29,
           .width = 23,
           .in = 3,
           .channels = 64,
           .kernel = 7,
           .stride = 2,
           .window = 3,
           .begin = 1,
           .end = 1},
          sample);
    check({.height = 31, .width = 37, .in = 4, .channels = 80, .kernel = 1, .window = 3}, sample);
    check({.height = 9,
           .width = 8,
           .in = 3,
           .channels = 48,
           .window = 3,
           .step = 1,
           .begin = 1,
           .end = 1},
          sample);
    check({.height = 17, .width = 11, .in = 7, .channels = 16, .window = 2, .step = 3}, sample);
    check({.height = 13, .width = 13, .in = 6, .channels = 32, .window = 3, .end = 1}, sample);
    check({.height = 12,
           .width = 19,
           .in = 2,
           .channels = 16,
           .window = 3,
           .begin = 1,
           .end = 1,
           .dilation = 2},
          sample);
    check({.height = 40,
           .width = 21,
           .in = 1,
           .channels = 112,
           .window = 5,
           .step = 5,
           .begin = 2,
           .end = 2},
          sample);
}

/// Of one vector and of more; those where registers are many would have lanes without a channel.
BOOST_AUTO_TEST_CASE(channels_that_fill_no_vectors, *boost::unit_test::label("sampled")) {
    const bool is_one_kernel = lower::find_target("host").has_few_registers();
    Sample sample(7);
    for (const int64_t channels : {6, 9, 20, 24}) {
        check({.height = 10, .width = 9, .in = 6, .channels = channels}, sample, is_one_kernel);
        check({.images = 2,
               .height = 13,
               .width = 11,
               .in = 1,
               .channels = channels,
               .kernel = 5,
               .window = 3,
               .begin = 1,
               .end = 1},
              sample, is_one_kernel);
    }
}

BOOST_AUTO_TEST_CASE(a_batch_known_late, *boost::unit_test::label("sampled")) {
    Sample sample(3);
    check({.images = 0,
           .height = 10,
           .width = 12,
           .in = 6,
           .channels = 48,
           .window = 3,
           .begin = 1,
           .end = 1},
          sample);
}

BOOST_AUTO_TEST_CASE(kept_apart, *boost::unit_test::label("sampled")) {
    Sample sample(5);
    check({.height = 12, .width = 12, .in = 3, .channels = 16, .window = 6}, sample, false);
    check({.height = 6, .width = 700, .in = 1, .channels = 32, .window = 3, .step = 2}, sample,
          false);
}

// Where the convolution has them, and nowhere else; the largest of an empty window's rest is -inf.
BOOST_AUTO_TEST_CASE(nan_and_infinities) {
    const Case c{
        .height = 12, .width = 12, .in = 3, .channels = 16, .window = 3, .begin = 1, .end = 1};
    for (const bool is_mean : {false, true}) {
        CheckedProgram program(text_of(c, "neg", is_mean));
        std::vector<Array> inputs = program.inputs({});
        inputs[0].data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
        inputs[0].data<float>()[77] = std::numeric_limits<float>::infinity();
        inputs[0].data<float>()[200] = -std::numeric_limits<float>::infinity();
        program.check(inputs, tolerance_of(c));
    }
}

BOOST_AUTO_TEST_SUITE_END()
