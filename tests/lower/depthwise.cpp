#include <fmt/format.h>
#include <lithe/lithe.h>

#include <string>

#include "tests/support/check_compiled.h"
#include "tests/support/level_models.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Case {
    int64_t images, height, width, channels, kernel, stride, dilation, pad_begin, pad_end;
    int64_t depth = 1;  ///< channels and filters of a group
};

/// relu(conv of narrow groups), channels last in memory; images = 0 stands for the symbol N.
std::string text_of(const Case& c) {
    const auto size = [&](int64_t image) {
        return (image + c.pad_begin + c.pad_end - c.dilation * (c.kernel - 1) - 1) / c.stride + 1;
    };
    const std::string n = c.images == 0 ? "N" : std::to_string(c.images);
    const int64_t height = size(c.height), width = size(c.width);
    const std::string y = fmt::format("f32[{}, {}, {}, {}]", n, c.channels, height, width);
    std::string text = "program p\n";
    if (c.images == 0) text += "symbol N = 1..3\n";
    text += fmt::format(
        "\ngraph forward\n%x = input : f32[{}, {}, {}, {}]\n%w = input : f32[{}, {}, {}, {}]\n"
        "%b = input : f32[{}]\n%0 = permute(%x) : f32[{}, {}, {}, {}] {{perm = [0, 3, 1, 2]}}\n",
        n, c.height, c.width, c.channels, c.channels, c.depth, c.kernel, c.kernel, c.channels, n,
        c.channels, c.height, c.width);
    text += fmt::format(
        "%1 = conv(%0, %w, %b) : {} {{dilation = [{}, {}], groups = {}, pad_begin = [{}, {}], "
        "pad_end = [{}, {}], stride = [{}, {}]}}\n%2 = relu(%1) : {}\n",
        y, c.dilation, c.dilation, c.channels / c.depth, c.pad_begin, c.pad_begin, c.pad_end,
        c.pad_end, c.stride, c.stride, y);
    return text + fmt::format(
                      "%3 = permute(%2) : f32[{}, {}, {}, {}] {{perm = [0, 2, 3, 1]}}\nreturn %3\n",
                      n, height, width, c.channels);
}

double tolerance_of(const Case& c) {
    return static_cast<double>(c.kernel * c.kernel * c.depth) * 2.25 * 6e-8;
}

bool is_depthwise(const CheckedProgram& program) {
    const std::vector<std::string> families = families_of(program.compiled());
    return std::find(families.begin(), families.end(), "depthwise") != families.end();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_depthwise)

BOOST_AUTO_TEST_CASE(awkward_sizes, *boost::unit_test::label("sampled")) {
    Sample sample(7);
    for (const Case& c : {Case{1, 14, 14, 32, 3, 1, 1, 1, 1}, Case{2, 9, 13, 20, 3, 2, 1, 1, 1},
                          Case{1, 7, 7, 33, 5, 1, 1, 2, 2}, Case{1, 11, 5, 12, 5, 2, 1, 1, 2},
                          Case{3, 8, 9, 3, 3, 1, 2, 2, 2}, Case{1, 30, 31, 100, 3, 1, 1, 0, 0},
                          Case{1, 3, 2, 16, 3, 1, 1, 1, 1}, Case{1, 113, 113, 17, 3, 2, 1, 0, 1}}) {
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT(c.height << " x " << c.width << " x " << c.channels << ", " << c.kernel
                                    << " taps") {
            CheckedProgram program(text_of(c));
            BOOST_TEST(is_depthwise(program));
            program.check(std::map<std::string, int64_t>{}, tolerance_of(c));
        }
    }
}

/// A convolution of one axis is one of an image that is one pixel high.
BOOST_AUTO_TEST_CASE(of_one_axis, *boost::unit_test::label("slow")) {
    for (const auto& [channels, kernel, dilation, stride] :
         {std::tuple{48, 15, 1, 1}, {33, 3, 4, 1}, {16, 5, 1, 2}}) {
        const int64_t pad = dilation * (kernel / 2);
        nn::Conv1d front(channels, channels, 1), conv(nn::Conv1dOptions(channels, channels, kernel)
                                                          .dilation(dilation)
                                                          .stride(stride)
                                                          .padding(pad)
                                                          .groups(channels));
        nn::ModuleList modules(front, conv);
        const Forward forward = [=](const Tensors& in) mutable {
            return Tensors{relu(conv->forward(front->forward(in[0])))};
        };
        BOOST_TEST_CONTEXT(channels << " channels, " << kernel << " taps") {
            CompiledModel compiled =
                compile_subject({modules.ptr(), forward},
                                fmt::format("x:f32[N=1..3,{},37]", channels), compile_alone());
            const std::string text = ir::print(compiled.compiled().program);
            BOOST_TEST(text.find("depthwise_conv(") != std::string::npos);
            for (const int64_t n : {1, 3}) {
                const Tensors in{numbers({n, channels, 37}, DType::f32, 1.5, 3)};
                check_equal(compiled(in)[0], forward(in)[0], 2.25 * 64 * 6e-8);
            }
        }
    }
}

/// Of a window of one line some see nothing but padding.
BOOST_AUTO_TEST_CASE(one_tap_and_padding) {
    nn::Conv2d front(16, 16, 1), behind(16, 5, 1),
        conv(nn::Conv2dOptions(16, 16, 1).stride(4).padding(3).groups(16));
    nn::ModuleList modules(front, conv, behind);
    for (const bool has_front : {false, true}) {
        const Forward forward = [=](const Tensors& in) mutable {
            const Tensor x = has_front ? front->forward(in[0]) : in[0];
            return Tensors{behind->forward(gelu(conv->forward(x)))};
        };
        CompiledModel compiled =
            compile_subject({modules.ptr(), forward}, "x:f32[5,16,4,13]", compile_alone());
        const Tensors in{numbers({5, 16, 4, 13}, DType::f32, 1.5, 3)};
        check_equal(compiled(in)[0], forward(in)[0], 2.25 * 64 * 6e-8);
    }
}

BOOST_AUTO_TEST_CASE(groups_of_several_channels, *boost::unit_test::label("slow")) {
    for (const Case& c :
         {Case{1, 14, 14, 128, 3, 1, 1, 1, 1, 4}, Case{2, 9, 13, 20, 3, 2, 1, 1, 1, 4},
          Case{1, 7, 7, 34, 5, 1, 1, 2, 2, 2}, Case{1, 11, 5, 12, 5, 2, 1, 1, 2, 4},
          Case{3, 8, 9, 8, 3, 1, 2, 2, 2, 2}, Case{1, 30, 31, 104, 3, 1, 1, 0, 0, 8},
          Case{1, 3, 2, 16, 1, 1, 1, 0, 0, 4}, Case{1, 29, 29, 24, 3, 2, 1, 0, 1, 8},
          Case{1, 9, 9, 32, 7, 1, 1, 3, 3, 2}, Case{0, 10, 10, 40, 3, 1, 1, 1, 1, 4}}) {
        BOOST_TEST_CONTEXT(c.height << " x " << c.width << " x " << c.channels << ", groups of "
                                    << c.depth << ", " << c.kernel << " taps") {
            CheckedProgram program(text_of(c));
            std::map<std::string, int64_t> sizes;
            if (c.images == 0) sizes["N"] = 3;
            program.check(sizes, tolerance_of(c));
            const int64_t lanes = program.compiled().target.vector_bytes / 4;
            BOOST_TEST(is_depthwise(program) == (c.depth < lanes));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_batch_known_late) {
    const Case c{0, 10, 10, 24, 3, 1, 1, 1, 1};
    CheckedProgram program(text_of(c));
    for (const int64_t n : {1, 3}) program.check({{"N", n}}, tolerance_of(c));
}

BOOST_AUTO_TEST_SUITE_END()
