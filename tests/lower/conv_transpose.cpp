#include <lithe/lithe.h>

#include <string>

#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::string number(int64_t value) { return std::to_string(value); }

struct Case {
    int64_t height, width, channels, filters, kernel, stride, pad, extra;
};

std::string text_of(const Case& c) {
    const auto size = [&](int64_t image) {
        return (image - 1) * c.stride + c.kernel - 2 * c.pad + c.extra;
    };
    const auto pair = [](int64_t value) {
        return "[" + number(value) + ", " + number(value) + "]";
    };
    const std::string y = " : f32[2, " + number(c.filters) + ", " + number(size(c.height)) + ", " +
                          number(size(c.width)) + "]";
    return "program p\n\ngraph forward\n%x = input : f32[2, " + number(c.channels) + ", " +
           number(c.height) + ", " + number(c.width) + "]\n%w = input : f32[" + number(c.channels) +
           ", " + number(c.filters) + ", " + number(c.kernel) + ", " + number(c.kernel) +
           "]\n%b = input : f32[" + number(c.filters) + "]\n%0 = conv_transpose(%x, %w, %b)" + y +
           " {dilation = [1, 1], groups = 1, output_padding = " + pair(c.extra) +
           ", pad_begin = " + pair(c.pad) + ", pad_end = " + pair(c.pad) +
           ", stride = " + pair(c.stride) + "}\n%1 = relu(%0)" + y + "\nreturn %1\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_conv_transpose)

BOOST_AUTO_TEST_CASE(strides_and_paddings, *boost::unit_test::label("slow")) {
    for (const Case& c : {Case{4, 5, 7, 12, 4, 2, 1, 0}, Case{3, 3, 20, 3, 2, 2, 0, 0},
                          Case{1, 1, 10, 33, 4, 1, 0, 0}, Case{5, 4, 3, 5, 3, 2, 1, 1},
                          Case{6, 7, 9, 16, 3, 3, 0, 2}, Case{5, 6, 4, 8, 5, 3, 2, 1},
                          Case{4, 4, 6, 6, 3, 1, 2, 0}, Case{3, 4, 5, 6, 1, 2, 0, 1},
                          // Channels enough for a panel of each neighbour.
                          Case{4, 5, 7, 32, 4, 2, 1, 0}, Case{5, 4, 3, 16, 3, 2, 1, 1},
                          Case{5, 6, 4, 48, 5, 3, 2, 1}, Case{3, 3, 2, 64, 7, 3, 4, 0},
                          Case{5, 17, 11, 64, 2, 2, 0, 0}, Case{1, 1, 130, 32, 3, 3, 0, 0},
                          Case{7, 5, 6, 32, 4, 2, 0, 1}, Case{4, 23, 5, 16, 4, 4, 2, 0},
                          Case{6, 5, 4, 32, 2, 3, 0, 2}, Case{9, 9, 8, 32, 3, 2, 0, 0},
                          // Results of fewer rounds of the stride than there are places.
                          Case{4, 5, 3, 5, 3, 2, 2, 0}, Case{5, 4, 6, 8, 3, 4, 2, 0},
                          Case{6, 5, 4, 32, 4, 2, 3, 0}, Case{5, 6, 4, 32, 2, 2, 2, 0},
                          Case{7, 6, 5, 16, 3, 2, 3, 0}, Case{6, 7, 4, 16, 4, 4, 3, 1}}) {
        BOOST_TEST_CONTEXT(c.kernel << " taps, stride " << c.stride << ", padding " << c.pad) {
            const double terms = static_cast<double>(c.channels * c.kernel * c.kernel);
            CheckedProgram(text_of(c)).check(std::map<std::string, int64_t>{}, 2.25 * terms * 6e-8);
        }
    }
}

/// That kernels of convolutions make it, and what eager mode makes.
void check_convolved(const auto& up, const char* type, const Sizes& sizes) {
    const Forward forward = [up](const Tensors& in) mutable { return Tensors{up->forward(in[0])}; };
    BOOST_TEST_CONTEXT(type) {
        CompiledModel compiled = compile_subject({up.ptr(), forward}, type, compile_alone());
        const std::string text = ir::print(compiled.compiled().program);
        BOOST_TEST(text.find("conv_transpose(") == std::string::npos);
        const Tensors in{numbers(sizes, DType::f32, 1.5, 3)};
        check_equal(compiled(in)[0], forward(in)[0], 16 * 25 * 1.5 * 6e-8);
    }
}

struct CroppedImpl : nn::Module {
    CroppedImpl() { up = register_module("up", nn::ConvTranspose2d(Options(16, 8, 3).stride(2))); }
    Tensor forward(const Tensor& x) {
        const Tensor y = up->forward(x);
        return y.slice(2, 0, y.size(2) - 1).slice(3, 1, y.size(3) - 2);
    }
    using Options = nn::ConvTranspose2dOptions;
    nn::ConvTranspose2d up{nullptr};
};

/// Results of fewer rounds of the stride than there are places, by a crop and by padding.
BOOST_AUTO_TEST_CASE(few_rounds_are_convolutions, *boost::unit_test::label("slow")) {
    check_convolved(nn::ModuleHolder<CroppedImpl>(), "x:f32[2,16,15,23]", {2, 16, 15, 23});
    using Options = nn::ConvTranspose3dOptions;
    check_convolved(nn::ConvTranspose3d(Options(16, 2, 3).stride(4).padding(2)),
                    "x:f32[1,16,3,5,4]", {1, 16, 3, 5, 4});
}

BOOST_AUTO_TEST_CASE(groups_are_convolutions_each, *boost::unit_test::label("slow")) {
    using Options = nn::ConvTranspose2dOptions;
    check_convolved(nn::ConvTranspose2d(Options(12, 12, 5).stride(3).padding(2).groups(3)),
                    "x:f32[N=1..3,12,12,7]", {2, 12, 12, 7});
    check_convolved(
        nn::ConvTranspose2d(Options(6, 15, {4, 2}).stride({2, 1}).groups(3).bias(false)),
        "x:f32[1,6,5,9]", {1, 6, 5, 9});
}

BOOST_AUTO_TEST_CASE(dilation_alone_is_a_convolution) {
    using Options = nn::ConvTranspose2dOptions;
    check_convolved(nn::ConvTranspose2d(Options(12, 7, 3).dilation({2, 3}).padding({1, 6})),
                    "x:f32[N=1..3,12,9,11]", {3, 12, 9, 11});
    check_convolved(nn::ConvTranspose2d(Options(9, 8, {3, 2}).dilation({1, 4}).groups(1)),
                    "x:f32[1,9,4,H=1..40]", {1, 9, 4, 17});
    using Line = nn::ConvTranspose1dOptions;
    check_convolved(nn::ConvTranspose1d(Line(16, 8, 5).dilation(3)), "x:f32[2,16,19]", {2, 16, 19});
}

BOOST_AUTO_TEST_SUITE_END()
