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
    int64_t images = 1, channels = 1, filters = 2, height, width;
    Sizes taps{3, 3};
    int64_t pad = 1, line_stride = 1, dilation = 1;

    int64_t places(int64_t image, size_t axis) const {
        const int64_t stride = axis == 0 ? line_stride : 1;
        return (image + 2 * pad - dilation * (taps[axis] - 1) - 1) / stride + 1;
    }
};

/// `behind` of a convolution with a bias; images = 0 stands for the symbol N.
std::string text_of(const Case& c, const std::string& behind = "relu") {
    const std::string images = c.images == 0 ? "N" : std::to_string(c.images);
    const std::string type = fmt::format("f32[{}, {}, {}, {}]", images, c.filters,
                                         c.places(c.height, 0), c.places(c.width, 1));
    return fmt::format(
        "program p\n{}\ngraph forward\n%x = input : f32[{}, {}, {}, {}]\n"
        "%w = input : f32[{}, {}, {}, {}]\n%b = input : f32[{}]\n"
        "%0 = conv(%x, %w, %b) : {} {{dilation = [{}, {}], groups = 1, pad_begin = [{}, {}], "
        "pad_end = [{}, {}], stride = [{}, 1]}}\n%1 = {}(%0) : {}\nreturn %1\n",
        c.images == 0 ? "symbol N = 1..9\n" : "", images, c.channels, c.height, c.width, c.filters,
        c.channels, c.taps[0], c.taps[1], c.filters, type, c.dilation, c.dilation, c.pad, c.pad,
        c.pad, c.pad, c.line_stride, behind, type);
}

/// Whether so many filters leave most of a vector of them idle.
bool are_few(int64_t filters) { return 3 * filters <= 2 * lower::find_target("host").lanes(); }

void check(const Case& c, bool is_by_planes = true, const std::string& behind = "relu") {
    BOOST_TEST_CONTEXT(c.images << " of " << c.channels << " x " << c.height << " x " << c.width
                                << " by " << c.filters << ", " << behind) {
        CheckedProgram program(text_of(c, behind));
        const std::vector<std::string> families = families_of(program.compiled());
        const bool is_there =
            std::find(families.begin(), families.end(), "plane_conv") != families.end();
        BOOST_TEST(is_there == is_by_planes);
        const double terms = static_cast<double>(c.channels * c.taps[0] * c.taps[1]);
        const double tolerance = (terms + 1) * 2.25 * 6e-8;
        if (c.images > 0) {
            program.check(std::map<std::string, int64_t>{}, tolerance);
        } else {
            for (const int64_t n : {1, 2, 9}) program.check({{"N", n}}, tolerance);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_plane_conv)

BOOST_AUTO_TEST_CASE(awkward_sizes, *boost::unit_test::label("sampled")) {
    Sample sample(4);
    for (const int64_t filters : {1, 2, 3, 5, 6, 7}) {
        if (!sample.takes()) continue;
        check({.channels = 2, .filters = filters, .height = 11, .width = 31}, are_few(filters));
    }
    check({.images = 3, .filters = 6, .height = 28, .width = 28, .taps = {5, 5}, .pad = 2},
          are_few(6));
    check({.images = 2, .channels = 3, .height = 1, .width = 17, .taps = {1, 1}, .pad = 0});
    check({.channels = 8, .filters = 1, .height = 2, .width = 16, .taps = {3, 1}});
    check({.filters = 3, .height = 13, .width = 16, .taps = {1, 9}, .pad = 4});
    check({.channels = 3, .height = 17, .width = 47, .taps = {5, 3}, .pad = 2, .line_stride = 2});
    check({.channels = 2, .height = 19, .width = 33, .pad = 2, .dilation = 2});
    check({.channels = 1, .filters = 4, .height = 40, .width = 90, .taps = {7, 7}, .pad = 0});
    // Large enough for several threads.
    check({.channels = 3, .filters = 3, .height = 101, .width = 97, .taps = {5, 5}, .pad = 2});
    check({.images = 4, .channels = 3, .filters = 2, .height = 61, .width = 64, .taps = {5, 5}});
}

BOOST_AUTO_TEST_CASE(images_known_late) {
    check({.images = 0, .channels = 2, .filters = 6, .height = 14, .width = 30, .taps = {5, 5}},
          are_few(6));
    check({.images = 0, .channels = 1, .filters = 1, .height = 200, .width = 100});
}

BOOST_AUTO_TEST_CASE(long_functions_behind) {
    for (const char* behind : {"sigmoid", "tanh"})
        check({.channels = 2, .filters = 5, .height = 9, .width = 35}, true, behind);
}

BOOST_AUTO_TEST_CASE(others_have_channels_last) {
    check({.channels = 2, .filters = 30, .height = 9, .width = 32}, false);  // fill vectors
    check({.channels = 9, .filters = 2, .height = 9, .width = 32}, false);
    check({.channels = 2, .filters = 2, .height = 9, .width = 2}, false);
    check({.images = 1, .filters = 1, .height = 3, .width = 20000, .taps = {3, 3}}, false);
}

BOOST_AUTO_TEST_SUITE_END()
