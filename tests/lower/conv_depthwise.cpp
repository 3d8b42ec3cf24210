#include <fmt/format.h>

#include <string>

#include "compiler/lower/target.h"
#include "tests/support/check_compiled.h"
#include "tests/support/level_models.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Case {
    int64_t images = 1, height, width, in, channels;
    int64_t kernel = 3, stride = 1, dilation = 1, pad_begin = 1, pad_end = 1;
    int64_t front_kernel = 1, front_stride = 1;
    int64_t depth = 1;  ///< channels and filters of a group
};

std::string conv(const std::string& operands, const std::string& type, int64_t groups,
                 int64_t stride, int64_t dilation, int64_t begin, int64_t end) {
    return fmt::format(
        "conv({}){} {{dilation = [{}, {}], groups = {}, pad_begin = [{}, {}], "
        "pad_end = [{}, {}], stride = [{}, {}]}}\n",
        operands, type, dilation, dilation, groups, begin, begin, end, end, stride, stride);
}

/// relu(depthwise(act(conv(x) + b)) + c) in the author's order of axes; images = 0 stands for the
/// symbol N.
std::string text_of(const Case& c, const std::string& act) {
    const int64_t front_pad = c.front_kernel / 2;
    const auto front = [&](int64_t image) {
        return (image + 2 * front_pad - c.front_kernel) / c.front_stride + 1;
    };
    const auto size = [&](int64_t image) {
        return (front(image) + c.pad_begin + c.pad_end - c.dilation * (c.kernel - 1) - 1) /
                   c.stride +
               1;
    };
    const std::string n = c.images == 0 ? "N" : std::to_string(c.images);
    const auto type = [&](int64_t height, int64_t width) {
        return fmt::format(" : f32[{}, {}, {}, {}]", n, c.channels, height, width);
    };
    const std::string hidden = type(front(c.height), front(c.width));
    const std::string y = type(size(c.height), size(c.width));
    std::string text = "program p\n";
    if (c.images == 0) text += "symbol N = 1..3\n";
    text += fmt::format(
        "\ngraph forward\n%x = input : f32[{}, {}, {}, {}]\n%w = input : f32[{}, {}, {}, {}]\n"
        "%b = input : f32[{}]\n%v = input : f32[{}, {}, {}, {}]\n%c = input : f32[{}]\n",
        n, c.in, c.height, c.width, c.channels, c.in, c.front_kernel, c.front_kernel, c.channels,
        c.channels, c.depth, c.kernel, c.kernel, c.channels);
    text += "%0 = " + conv("%x, %w, %b", hidden, 1, c.front_stride, 1, front_pad, front_pad);
    text += "%1 = " + act + "(%0)" + hidden + "\n%2 = mul(%1, %0)" + hidden + "\n";
    text += "%3 = " + conv("%2, %v, %c", y, c.channels / c.depth, c.stride, c.dilation, c.pad_begin,
                           c.pad_end);
    return text + "%4 = relu(%3)" + y + "\nreturn %4\n";
}

/// Values in front of the depthwise sum are at most h = 2.25 in + 1.5, squared; their errors are of
/// in products, and pass through the square.
double tolerance_of(const Case& c) {
    const auto terms = static_cast<double>(c.in * c.front_kernel * c.front_kernel);
    const double largest = 2.25 * terms + 1.5;
    const auto taps = static_cast<double>(c.kernel * c.kernel * c.depth);
    const double front_error = 2 * largest * (2.25 * terms + 4) * 6e-8;
    return taps * 1.5 * (front_error + taps * largest * largest * 6e-8);
}

void check(const Case& c, const std::string& act, bool is_one_kernel) {
    BOOST_TEST_CONTEXT(c.height << " x " << c.width << ", " << c.in << " to " << c.channels << ", "
                                << c.kernel << " taps, " << act) {
        CheckedProgram program(text_of(c, act));
        const std::vector<std::string> families = families_of(program.compiled());
        const bool is_there =
            std::find(families.begin(), families.end(), "conv_depthwise") != families.end();
        BOOST_TEST(is_there == is_one_kernel);
        if (c.images > 0) {
            program.check(std::map<std::string, int64_t>{}, tolerance_of(c));
        } else {
            for (const int64_t n : {1, 3}) program.check({{"N", n}}, tolerance_of(c));
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_conv_depthwise)

BOOST_AUTO_TEST_CASE(awkward_sizes, *boost::unit_test::label("sampled")) {
    Sample sample(11);
    for (const Case& c : std::vector<Case>{
             {.height = 14, .width = 14, .in = 8, .channels = 32},
             {.height = 1, .width = 1, .in = 1, .channels = 16},
             {.images = 2, .height = 9, .width = 13, .in = 5, .channels = 48, .stride = 2},
             {.height = 7,
              .width = 7,
              .in = 24,
              .channels = 144,
              .kernel = 5,
              .pad_begin = 2,
              .pad_end = 2},
             {.height = 11,
              .width = 5,
              .in = 3,
              .channels = 96,
              .kernel = 5,
              .stride = 2,
              .pad_begin = 1,
              .pad_end = 2},
             {.images = 3,
              .height = 8,
              .width = 9,
              .in = 7,
              .channels = 16,
              .dilation = 2,
              .pad_begin = 2,
              .pad_end = 2},
             {.height = 30, .width = 31, .in = 11, .channels = 80, .pad_begin = 0, .pad_end = 0},
             {.height = 3, .width = 2, .in = 2, .channels = 16},
             {.height = 57,
              .width = 61,
              .in = 4,
              .channels = 16,
              .stride = 2,
              .pad_begin = 0,
              .pad_end = 1},
             {.height = 6,
              .width = 6,
              .in = 4,
              .channels = 16,
              .kernel = 7,
              .pad_begin = 5,
              .pad_end = 5}}) {
        for (const char* act : {"relu", "sigmoid"}) {
            if (sample.takes()) check(c, act, true);
        }
    }
}

BOOST_AUTO_TEST_CASE(windows_in_front) {
    check(
        {.height = 33, .width = 29, .in = 3, .channels = 32, .front_kernel = 3, .front_stride = 2},
        "relu", true);
}

BOOST_AUTO_TEST_CASE(a_batch_known_late) {
    check({.images = 0, .height = 10, .width = 10, .in = 6, .channels = 48}, "relu", true);
}

BOOST_AUTO_TEST_CASE(channels_that_fill_no_vectors, *boost::unit_test::label("slow")) {
    for (const int64_t channels : {3, 17, 24, 58, 120, 200, 264, 392}) {
        for (const char* act : {"relu", "sigmoid"}) {
            check({.height = 10, .width = 9, .in = 9, .channels = channels}, act, true);
        }
    }
    check({.images = 0,
           .height = 9,
           .width = 12,
           .in = 4,
           .channels = 40,
           .kernel = 5,
           .stride = 2,
           .pad_begin = 2,
           .pad_end = 2},
          "relu", true);
}

BOOST_AUTO_TEST_CASE(groups_of_several_channels, *boost::unit_test::label("sampled")) {
    Sample sample(5);
    const int64_t half = lower::find_target("host").lanes() / 2;  // a whole vector is a product
    for (const Case& c : std::vector<Case>{
             {.height = 9, .width = 10, .in = 6, .channels = 64, .depth = 4},
             {.height = 7, .width = 15, .in = 5, .channels = 40, .stride = 2, .depth = 2},
             {.images = 2, .height = 6, .width = 5, .in = 3, .channels = 24, .depth = half}}) {
        for (const char* act : {"relu", "sigmoid"}) {
            if (sample.takes()) check(c, act, true);
        }
    }
}

// From 64 KB on; 40 channels of the image fill 62 of them.
BOOST_AUTO_TEST_CASE(panels_are_asked_for_ahead) {
    for (const int64_t in : {40, 44}) {
        const Case c{.height = 6, .width = 5, .in = in, .channels = 384};
        CheckedProgram program(text_of(c, "relu"));
        BOOST_TEST((program.statement().find("prefetch") != std::string::npos) == (in == 44));
        program.check(std::map<std::string, int64_t>{}, tolerance_of(c));
    }
}

BOOST_AUTO_TEST_SUITE_END()
