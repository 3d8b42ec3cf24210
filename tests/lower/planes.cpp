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
    int64_t images = 1, channels = 3, height, width;
    int64_t kernel = 3, stride = 1, dilation = 1, pad_begin = 1, pad_end = 1;
    int64_t filters_each = 1;  ///< of a channel

    std::string window() const {
        return fmt::format(
            "dilation = [{}, {}], pad_begin = [{}, {}], pad_end = [{}, {}], stride = [{}, {}]",
            dilation, dilation, pad_begin, pad_begin, pad_end, pad_end, stride, stride);
    }
};

int64_t places(const Case& c, int64_t image) {
    return (image + c.pad_begin + c.pad_end - c.dilation * (c.kernel - 1) - 1) / c.stride + 1;
}

std::string sizes_of(const Case& c, int64_t channels) {
    return fmt::format("[{}, {}, {}, {}]", c.images == 0 ? "N" : std::to_string(c.images), channels,
                       places(c, c.height), places(c, c.width));
}

/// relu of what `node` makes of planes in memory; images = 0 stands for the symbol N.
std::string text_of(const Case& c, const std::string& inputs, const std::string& node,
                    int64_t channels) {
    return fmt::format(
        "program p\n{}\ngraph forward\n%x = input : f32[{}, {}, {}, {}]\n{}%0 = {}\n"
        "%1 = relu({}) : f32{}\nreturn %1\n",
        c.images == 0 ? "symbol N = 1..3\n" : "", c.images == 0 ? "N" : std::to_string(c.images),
        c.channels, c.height, c.width, inputs, node, node.starts_with("max_pool") ? "%0.0" : "%0",
        sizes_of(c, channels));
}

std::string depthwise_text(const Case& c) {
    const int64_t filters = c.channels * c.filters_each;
    return text_of(c,
                   fmt::format("%w = input : f32[{}, 1, {}, {}]\n%b = input : f32[{}]\n", filters,
                               c.kernel, c.kernel, filters),
                   fmt::format("conv(%x, %w, %b) : f32{} {{groups = {}, {}}}", sizes_of(c, filters),
                               c.channels, c.window()),
                   filters);
}

std::string pool_attributes(const Case& c) {
    return fmt::format("kernel = [{}, {}], {}", c.kernel, c.kernel, c.window());
}

std::string average_text(const Case& c, bool counts_pad) {
    return text_of(
        c, "",
        fmt::format("avg_pool(%x) : f32{} {{count_include_pad = {}, divisor = 0, pad_counted = "
                    "[{}, {}], {}}}",
                    sizes_of(c, c.channels), counts_pad, c.pad_end, c.pad_end, pool_attributes(c)),
        c.channels);
}

std::string largest_text(const Case& c) {
    const std::string sizes = sizes_of(c, c.channels);
    return text_of(
        c, "", fmt::format("max_pool(%x) : f32{}, i64{} {{{}}}", sizes, sizes, pool_attributes(c)),
        c.channels);
}

double tolerance_of(const Case& c) {
    return static_cast<double>(c.kernel * c.kernel) * 2.25 * 6e-8;
}

void check(const Case& c, const std::string& text) {
    BOOST_TEST_CONTEXT(c.channels << " planes of " << c.height << " x " << c.width << ", "
                                  << c.kernel << " taps, stride " << c.stride) {
        CheckedProgram program(text);
        const std::vector<std::string> families = families_of(program.compiled());
        const bool is_there =
            std::any_of(families.begin(), families.end(), [](const std::string& family) {
                return family == "planes" || family == "plane_largest";
            });
        BOOST_TEST(is_there == (places(c, c.width) >= 8));  // else vectors would be empty
        if (c.images > 0) {
            program.check(std::map<std::string, int64_t>{}, tolerance_of(c));
        } else {
            for (const int64_t n : {1, 3}) program.check({{"N", n}}, tolerance_of(c));
        }
    }
}

const std::vector<Case>& awkward_cases() {
    static const std::vector<Case> cases{
        {.height = 14, .width = 14},
        {.height = 1, .width = 1},
        {.images = 2, .channels = 5, .height = 9, .width = 13, .stride = 2},
        {.channels = 2, .height = 7, .width = 47, .kernel = 5, .pad_begin = 2, .pad_end = 2},
        {.height = 11, .width = 5, .kernel = 5, .stride = 2, .pad_begin = 1, .pad_end = 2},
        {.height = 30, .width = 31, .pad_begin = 0, .pad_end = 0},
        {.channels = 17, .height = 3, .width = 2},
        {.height = 57, .width = 61, .stride = 2, .pad_begin = 0, .pad_end = 1},
        {.height = 40, .width = 112, .kernel = 7, .stride = 3, .pad_begin = 3, .pad_end = 3},
        {.height = 16, .width = 32, .kernel = 2, .stride = 2, .pad_begin = 0, .pad_end = 0},
        {.height = 9, .width = 67, .kernel = 7, .stride = 4, .pad_begin = 3, .pad_end = 2},
        {.channels = 2, .height = 5, .width = 97, .kernel = 4, .stride = 2, .pad_end = 2},
        {.height = 90, .width = 203, .stride = 2},
        {.height = 131, .width = 64, .kernel = 2, .pad_begin = 0, .pad_end = 0},
        {.height = 9, .width = 80, .kernel = 2, .stride = 5, .pad_begin = 0, .pad_end = 0},
        {.height = 6, .width = 20, .kernel = 1, .pad_begin = 0, .pad_end = 0},
        {.images = 0, .height = 10, .width = 19}};
    return cases;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_planes)

BOOST_AUTO_TEST_CASE(depthwise_convolutions, *boost::unit_test::label("sampled")) {
    Sample sample(5);
    for (Case c : awkward_cases()) {
        for (const int64_t filters : {1, 2}) {
            c.filters_each = filters;
            if (sample.takes()) check(c, depthwise_text(c));
        }
    }
    for (const int64_t dilation : {2, 3}) {
        const Case c{.height = 13, .width = 18, .dilation = dilation, .pad_begin = 2, .pad_end = 3};
        check(c, depthwise_text(c));
        check(c, largest_text({.height = 13, .width = 18, .dilation = dilation}));
    }
}

BOOST_AUTO_TEST_CASE(averages, *boost::unit_test::label("sampled")) {
    Sample sample(5);
    for (const Case& c : awkward_cases()) {
        for (const bool counts_pad : {true, false}) {
            if (sample.takes()) check(c, average_text(c, counts_pad));
        }
    }
}

BOOST_AUTO_TEST_CASE(largest_elements, *boost::unit_test::label("sampled")) {
    Sample sample(5);
    for (const Case& c : awkward_cases()) {
        if (sample.takes()) check(c, largest_text(c));
    }
}

// Windows may begin with lines and columns outside of the image, and end there.
BOOST_AUTO_TEST_CASE(largest_elements_beside_the_image) {
    for (const Case& c : std::vector<Case>{
             {.height = 9, .width = 40, .stride = 3},
             {.height = 5, .width = 33, .kernel = 5, .stride = 4, .pad_begin = 2, .pad_end = 1},
             {.height = 4, .width = 20, .stride = 2, .dilation = 2, .pad_begin = 1, .pad_end = 1},
             {.height = 3, .width = 17, .kernel = 2, .stride = 2},
             {.channels = 1, .height = 5, .width = 20000, .stride = 2}})
        check(c, largest_text(c));
}

BOOST_AUTO_TEST_CASE(largest_elements_among_nan) {
    const Case c{.channels = 2, .height = 21, .width = 37, .stride = 2};
    std::string text = largest_text(c);
    text.replace(text.find("relu"), 4, "clone");
    CheckedProgram program(text);
    Array x = Array::empty(DType::f32, {1, 2, 21, 37});
    for (int64_t i = 0; i < x.count(); ++i) {
        x.data<float>()[i] = i % 29 == 0 ? std::numeric_limits<float>::quiet_NaN()
                                         : static_cast<float>(i * 37 % 101 - 50);
    }
    program.check(std::vector<Array>{x}, 0);
}

BOOST_AUTO_TEST_CASE(nothing_but_infinities_and_nan) {
    const Case c{.channels = 1, .height = 3, .width = 18};
    std::string text = largest_text(c);
    text.replace(text.find("relu"), 4, "clone");
    CheckedProgram program(text);
    Array x = Array::empty(DType::f32, {1, 1, 3, 18});
    std::fill_n(x.data<float>(), x.count(), -std::numeric_limits<float>::infinity());
    x.data<float>()[20] = std::numeric_limits<float>::quiet_NaN();
    program.check(std::vector<Array>{x}, 0);
}

BOOST_AUTO_TEST_SUITE_END()
