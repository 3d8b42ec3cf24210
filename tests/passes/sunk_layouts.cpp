// Layouts that pass through what resizes, gates, normalises and reshapes images, compiled against
// references.
#include <functional>

#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::string number(int64_t value) { return std::to_string(value); }

const char* const same_size =
    " {dilation = [1, 1], groups = 1, pad_begin = [1, 1], pad_end = [1, 1], stride = [1, 1]}\n";

/// An image of `channels` channels made by a convolution: %0 of [N, channels, h, w].
std::string image_text(const std::string& n, int64_t channels, int64_t h, int64_t w,
                       const std::string& more_inputs) {
    const std::string c = number(channels), size = ", " + number(h) + ", " + number(w) + "]";
    return "program p\nsymbol N = 1..3\n\ngraph forward\n%x = input : f32[" + n + ", 3" + size +
           "\n%w = input : f32[" + c + ", 3, 3, 3]\n%v = input : f32[5, " + c + ", 3, 3]\n" +
           more_inputs + "%0 = conv(%x, %w) : f32[" + n + ", " + c + size + same_size;
}

void check_both(const std::function<std::string(const std::string& n)>& text) {
    for (const char* n : {"2", "N"}) {
        CheckedProgram program(text(n));
        for (const int64_t count : {2, 1}) {
            if (std::string(n) == "2" && count != 2) continue;
            program.check({{"N", count}}, 1e-2);
        }
    }
}

struct Size {
    int64_t channels, h, w;
};
const Size sizes[] = {{16, 5, 7}, {17, 1, 1}, {20, 3, 1}, {24, 1, 9}, {9, 5, 7}, {33, 4, 3}};

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_sunk_layouts)

BOOST_AUTO_TEST_CASE(repeated_pixels, *boost::unit_test::label("slow")) {
    for (const Size& s : sizes) {
        check_both([&](const std::string& n) {
            const std::string c = number(s.channels), h = number(s.h), w = number(s.w),
                              h2 = number(2 * s.h), w3 = number(3 * s.w), f = "f32[" + n + ", ";
            return image_text(n, s.channels, s.h, s.w, "") + "%1 = reshape(%0) : " + f + c + ", " +
                   h + ", 1, " + w + "] {shape = [" + n + ", " + c + ", " + h + ", 1, " + w +
                   "]}\n%2 = expand(%1) : " + f + c + ", " + h + ", 2, " + w + "] {shape = [" + n +
                   ", " + c + ", " + h + ", 2, " + w + "]}\n%3 = reshape(%2) : " + f + c + ", " +
                   h2 + ", " + w + ", 1] {shape = [" + n + ", " + c + ", " + h2 + ", " + w +
                   ", 1]}\n%4 = expand(%3) : " + f + c + ", " + h2 + ", " + w + ", 3] {shape = [" +
                   n + ", " + c + ", " + h2 + ", " + w + ", 3]}\n%5 = reshape(%4) : " + f + c +
                   ", " + h2 + ", " + w3 + "] {shape = [" + n + ", " + c + ", " + h2 + ", " + w3 +
                   "]}\n%6 = conv(%5, %v) : " + f + "5, " + h2 + ", " + w3 + "]" + same_size +
                   "return %6, %5\n";
        });
    }
}

BOOST_AUTO_TEST_CASE(chosen_and_gated_pixels, *boost::unit_test::label("sampled")) {
    Sample sample(2);
    for (const Size& s : sizes) {
        if (!sample.takes()) continue;
        check_both([&](const std::string& n) {
            const std::string c = number(s.channels), h = number(s.h), w = number(s.w),
                              f = "f32[" + n + ", " + c + ", ";
            return image_text(n, s.channels, s.h, s.w,
                              "%g = input : f32[" + n + ", " + c + "]\n%m = input : f32[" + n +
                                  ", 1, 6, " + w + "]\n") +
                   "%i = constant {value = i64[6]{0, 0, " + number(s.h / 2) + ", " +
                   number(s.h - 1) + ", 0, " + number(s.h - 1) +
                   "}}\n%1 = index_select(%0, %i) : " + f + "6, " + w +
                   "] {axis = 2}\n%2 = reshape(%g) : " + f + "1, 1] {shape = [" + n + ", " + c +
                   ", 1, 1]}\n%3 = mul(%1, %2) : " + f + "6, " + w + "]\n%4 = mul(%3, %m) : " + f +
                   "6, " + w + "]\n%5 = conv(%4, %v) : f32[" + n + ", 5, 6, " + w + "]" +
                   same_size + "return %5\n";
        });
    }
}

/// A norm of groups of channels, along an axis of [n, groups, size], between two readers.
std::string groups_text(const std::string& n, const Size& s, int64_t groups, int64_t axis) {
    const std::string f = "f32[" + n + ", ",
                      planes = number(s.channels) + ", " + number(s.h) + ", " + number(s.w) + "]",
                      rows = number(groups) + ", " + number(s.channels / groups * s.h * s.w) + "]";
    return image_text(n, s.channels, s.h, s.w, "") + "%1 = reshape(%0) : " + f + rows +
           " {shape = [" + n + ", " + rows + "}\n%2 = layer_norm(%1) : " + f + rows +
           " {axis = " + number(axis) + ", eps = 1e-05}\n%3 = reshape(%2) : " + f + planes +
           " {shape = [" + n + ", " + planes + "}\n%4 = sigmoid(%3) : " + f + planes +
           "\n%5 = conv(%4, %v) : " + f + "5, " + number(s.h) + ", " + number(s.w) + "]" +
           same_size + "return %5, %4\n";
}

BOOST_AUTO_TEST_CASE(groups_of_channels, *boost::unit_test::label("sampled")) {
    Sample sample(3);
    for (const Size& s : sizes) {
        for (const int64_t groups : {int64_t{1}, s.channels % 3 == 0 ? 3 : s.channels}) {
            if (!sample.takes()) continue;
            check_both([&](const std::string& n) { return groups_text(n, s, groups, 2); });
        }
    }
}

/// What has the same shapes.
BOOST_AUTO_TEST_CASE(a_norm_along_the_groups_is_another) {
    check_both([&](const std::string& n) { return groups_text(n, {24, 1, 9}, 3, 1); });
}

BOOST_AUTO_TEST_CASE(pixels_as_rows, *boost::unit_test::label("slow")) {
    for (const Size& s : sizes) {
        check_both([&](const std::string& n) {
            const std::string c = number(s.channels), h = number(s.h), w = number(s.w),
                              hw = number(s.h * s.w), f = "f32[" + n + ", ", planes = c + ", " + hw,
                              rows = hw + ", " + c, image = c + ", " + h + ", " + w;
            return image_text(n, s.channels, s.h, s.w, "") + "%1 = reshape(%0) : " + f + planes +
                   "] {shape = [" + n + ", " + planes + "]}\n%2 = permute(%1) : " + f + rows +
                   "] {perm = [0, 2, 1]}\n%3 = matmul(%2, %1) : " + f + hw + ", " + hw +
                   "]\n%4 = softmax(%3) : " + f + hw + ", " + hw +
                   "] {axis = 2}\n%5 = permute(%4) : " + f + hw + ", " + hw +
                   "] {perm = [0, 2, 1]}\n%6 = matmul(%1, %5) : " + f + planes +
                   "]\n%7 = reshape(%6) : " + f + image + "] {shape = [" + n + ", " + image +
                   "]}\n%8 = add(%7, %0) : " + f + image + "]\n%9 = conv(%8, %v) : " + f + "5, " +
                   h + ", " + w + "]" + same_size + "return %9\n";
        });
    }
}

BOOST_AUTO_TEST_CASE(rows_as_image, *boost::unit_test::label("sampled")) {
    Sample sample(2);
    for (const Size& s : {Size{16, 5, 9}, {17, 1, 8}, {9, 8, 8}, {40, 3, 11}, {16, 5, 7}}) {
        if (!sample.takes()) continue;
        check_both([&](const std::string& n) {
            const std::string c = number(s.channels), h = number(s.h), w = number(s.w),
                              hw = number(s.h * s.w), f = "f32[" + n + ", ", planes = c + ", " + hw,
                              rows = hw + ", " + c, image = c + ", " + h + ", " + w;
            return "program p\nsymbol N = 1..3\n\ngraph forward\n%x = input : " + f + rows +
                   "]\n%w = input : f32[" + c + ", 1, 3, 3]\n%0 = permute(%x) : " + f + planes +
                   "] {perm = [0, 2, 1]}\n%1 = reshape(%0) : " + f + image + "] {shape = [" + n +
                   ", " + image + "]}\n%2 = conv(%1, %w) : " + f + image +
                   "] {dilation = [1, 1], groups = " + c +
                   ", pad_begin = [1, 1], pad_end = [1, 1], stride = [1, 1]}\n%3 = reshape(%2) : " +
                   f + planes + "] {shape = [" + n + ", " + planes + "]}\n%4 = gelu(%3) : " + f +
                   planes + "] {approximate = \"none\"}\n%5 = permute(%4) : " + f + rows +
                   "] {perm = [0, 2, 1]}\nreturn %5\n";
        });
    }
}

BOOST_AUTO_TEST_SUITE_END()
