#include <fmt/format.h>
#include <lithe/lithe.h>

#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

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

/// Rows of taps that meet padding alone add nothing, wherever a window stands.
BOOST_AUTO_TEST_CASE(rows_of_padding_are_left_out, *boost::unit_test::label("sampled")) {
    struct Case {
        int64_t height, stride, dilation, pad;
    };
    Sample sample(3);
    for (const Case& c : {Case{9, 1, 6, 6}, Case{7, 2, 1, 1}, Case{14, 1, 12, 12}, Case{8, 2, 3, 3},
                          Case{5, 3, 4, 6}}) {
        if (!sample.takes()) continue;
        nn::Conv2d conv(nn::Conv2dOptions(20, 37, 3)
                            .stride({c.stride, 1})
                            .dilation({c.dilation, 1})
                            .padding({c.pad, 0}));
        const Forward forward = [conv](const Tensors& in) mutable {
            return Tensors{relu(conv->forward(in[0]))};
        };
        CompileOptions options = compile_alone();
        options.exact = true;  // without Winograd
        BOOST_TEST_CONTEXT("height " << c.height << ", dilation " << c.dilation) {
            CompiledModel compiled = compile_subject(
                {conv.ptr(), forward}, fmt::format("x:f32[N=1..3,20,{},19]", c.height), options);
            const std::string text = ir::print(compiled.compiled().program);
            BOOST_TEST(text.find("image_rows") != std::string::npos);
            for (const int64_t n : {1, 3}) {
                const Tensors in{numbers({n, 20, c.height, 19}, DType::f32, 1.5, 3)};
                check_equal(compiled(in)[0], forward(in)[0], tolerance_of(180));
            }
        }
    }
}

/// Of each panel, two lines: by tiles of one line of pixels, by several lines, by one tile alone,
/// by blocks of more pixels than the second-level cache holds.
BOOST_AUTO_TEST_CASE(filters_from_far_away_are_asked_for_ahead, *boost::unit_test::label("slow")) {
    struct Case {
        int height, width, kernel;
        bool is_ahead;
    };
    for (const Case& c : {Case{3, 5, 1, true}, Case{1, 19, 1, true}, Case{7, 7, 3, true},
                          Case{1, 7, 1, false}, Case{12, 13, 1, true}}) {
        BOOST_TEST_CONTEXT(c.height << " x " << c.width << " pixels, filters of " << c.kernel) {
            const auto number = [](int value) { return std::to_string(value); };
            const std::string height = number(c.height - c.kernel + 1);
            const std::string result =
                ") : f32[2, " + height + ", " + number(c.width - c.kernel + 1) + ", 1280]";
            CheckedProgram program(
                "program p\n\ngraph forward\n%x = input : f32[2, " + number(c.height) + ", " +
                number(c.width) + ", 512]\n%w = input : f32[40, " + number(c.kernel) + ", " +
                number(c.kernel) + ", 512, 32]\n%0 = packed_conv(%x, %w" + result +
                " {columns = 1280, dilation = [1, 1], stride = [1, 1], "
                "tile_rows = 8}\n%1 = relu(%0" +
                result + "\nreturn %1\n");
            BOOST_TEST((program.statement().find("prefetch") != std::string::npos) == c.is_ahead);
            program.check(std::map<std::string, int64_t>{},
                          tolerance_of(512 * c.kernel * c.kernel));
        }
    }
}

/// Groups of two panels, and of one that is narrower than any vector.
BOOST_AUTO_TEST_CASE(groups, *boost::unit_test::label("sampled")) {
    const auto text = [](int channels, int width) {
        const std::string panels = std::to_string(64 / width), size = std::to_string(width);
        return "program p\nsymbol N = 1..3\nsymbol W = 3..40\n\ngraph forward\n%x = input : f32[N, "
               "5, W, " +
               std::to_string(2 * channels) + "]\n%w = input : f32[" + panels + ", 2, 3, " +
               std::to_string(channels) + ", " + size +
               "]\n%b = input : f32[64]\n%0 = packed_conv(%x, %w, %b) : f32[N, 4, W - 2, 64] "
               "{columns = 64, dilation = [1, 1], groups = 2, stride = [1, 1], tile_rows = 7}\n"
               "%1 = exp(%0) : f32[N, 4, W - 2, 64]\nreturn %1\n";
    };
    Sample sample(3);
    for (const auto& [channels, width] : {std::pair(3, 16), {1, 32}, {5, 4}, {8, 2}}) {
        if (!sample.takes()) continue;
        CheckedProgram program(text(channels, width));
        program.check({{"N", 3}, {"W", 19}}, 8 * tolerance_of(6 * channels));
        program.check({{"N", 1}, {"W", 3}}, 8 * tolerance_of(6 * channels));
    }
}

// Panels get zeros behind the filters of a group, which nobody sees.
BOOST_AUTO_TEST_CASE(groups_that_fill_no_vectors, *boost::unit_test::label("sampled")) {
    const auto text = [](int groups, int channels, int filters) {
        const int all = groups * filters;
        return fmt::format(
            "program p\nsymbol N = 1..3\n\ngraph forward\n%x = input : f32[N, {}, 7, 9]\n"
            "%w = input : f32[{}, {}, 3, 3]\n%b = input : f32[{}]\n"
            "%0 = conv(%x, %w, %b) : f32[N, {}, 4, 5] {{dilation = [1, 1], groups = {}, "
            "pad_begin = [1, 1], pad_end = [1, 1], stride = [2, 2]}}\n"
            "%1 = relu(%0) : f32[N, {}, 4, 5]\nreturn %1\n",
            groups * channels, all, channels, all, all, groups, all);
    };
    struct Case {
        int groups, channels, filters;
    };
    Sample sample(3);
    for (const Case& c : {Case{3, 24, 24}, {2, 5, 3}, {4, 2, 20}, {5, 3, 7}, {2, 4, 40}}) {
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT(c.groups << " groups of " << c.channels << " to " << c.filters) {
            CheckedProgram program(text(c.groups, c.channels, c.filters));
            BOOST_TEST((program.statement().find("acc") != std::string::npos));
            for (const int64_t n : {1, 3}) program.check({{"N", n}}, tolerance_of(9 * c.channels));
        }
    }
}

// 16 numbers per channel for 20 x 20 pixels go into the filters: no kernel of the image's size is
// left but the convolution's.
BOOST_AUTO_TEST_CASE(numbers_per_channel_of_the_image) {
    const std::string conv =
        " {dilation = [1, 1], groups = 1, pad_begin = [0, 0], pad_end = [0, 0], stride = [1, 1]}\n";
    const std::string text =
        "program p\n\ngraph forward\n%x = input : f32[1, 3, 20, 20]\n%u = input : f32[16, 3, 1, "
        "1]\n"
        "%t = input : f32[1, 4, 1, 1]\n%v = input : f32[16, 4, 1, 1]\n"
        "%w = input : f32[24, 16, 1, 1]\n%0 = conv(%x, %u) : f32[1, 16, 20, 20]" +
        conv + "%1 = conv(%t, %v) : f32[1, 16, 1, 1]" + conv +
        "%2 = mul(%0, %1) : f32[1, 16, 20, 20]\n%3 = conv(%2, %w) : f32[1, 24, 20, 20]" + conv +
        "return %3\n";
    CheckedProgram program(text);
    int multiplied = 0;
    for (const auto& node : program.compiled().program.graph("forward")->nodes()) {
        const bool is_product = node->body() && !node->body()->nodes().empty() &&
                                node->body()->nodes().back()->is("mul");
        if (is_product) multiplied += static_cast<int>(node->type().count().constant());
    }
    BOOST_TEST(multiplied > 0);
    BOOST_TEST(multiplied < 20 * 20 * 16);
    // Products of up to 6.75 and 9, and errors of either sum.
    program.check(std::map<std::string, int64_t>{}, 4 * 6.75 * 9 * tolerance_of(16));
}

BOOST_AUTO_TEST_SUITE_END()
