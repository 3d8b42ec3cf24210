#include <lithe/lithe.h>

#include <string>

#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

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

BOOST_AUTO_TEST_CASE(strides_and_paddings, *boost::unit_test::label("sampled")) {
    Sample sample(5);
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
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT(c.kernel << " taps, stride " << c.stride << ", padding " << c.pad) {
            const double terms = static_cast<double>(c.channels * c.kernel * c.kernel);
            CheckedProgram(text_of(c)).check(std::map<std::string, int64_t>{}, 2.25 * terms * 6e-8);
        }
    }
}

/// Results of fewer rounds of the stride than there are places, by a crop and by padding: kernels
/// of convolutions make them.
BOOST_AUTO_TEST_CASE(few_rounds_are_convolutions) {
    const auto check = [](const auto& up, const Forward& forward, const Sizes& sizes,
                          const char* type) {
        CompiledModel compiled = compile_subject({up.ptr(), forward}, type, compile_alone());
        const std::string text = ir::print(compiled.compiled().program);
        BOOST_TEST(text.find("conv_transpose(") == std::string::npos);
        const Tensors in{numbers(sizes, DType::f32, 1.5, 3)};
        check_equal(compiled(in)[0], forward(in)[0], 16 * 9 * 1.5 * 6e-8);
    };
    nn::ConvTranspose2d plane(nn::ConvTranspose2dOptions(16, 8, 3).stride(2));
    check(
        plane,
        [plane](const Tensors& in) mutable {
            const Tensor y = plane->forward(in[0]);
            return Tensors{y.slice(2, 0, y.size(2) - 1).slice(3, 1, y.size(3) - 2)};
        },
        {2, 16, 15, 23}, "x:f32[2,16,15,23]");
    nn::ConvTranspose3d volume(nn::ConvTranspose3dOptions(16, 2, 3).stride(4).padding(2));
    check(
        volume, [volume](const Tensors& in) mutable { return Tensors{volume->forward(in[0])}; },
        {1, 16, 3, 5, 4}, "x:f32[1,16,3,5,4]");
}

BOOST_AUTO_TEST_SUITE_END()
