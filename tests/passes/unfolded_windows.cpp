#include "compiler/passes/unfolded_windows.h"

#include <fmt/format.h>
#include <lithe/lithe.h>

#include "compiler/lower/target.h"
#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Case {
    int64_t height, width, in, filters;
    Sizes kernel{3, 3}, stride{1, 1}, dilation{1, 1}, padding{1, 1};
    bool is_unfolded = true;
};

/// Whether a compiled program multiplies rows that it copied from the image.
bool multiplies_windows(const CompiledModel& compiled) {
    const std::string text = ir::print(compiled.compiled().program);
    return text.find("packed_linear(") != std::string::npos &&
           text.find("packed_conv(") == std::string::npos &&
           text.find("slice(") != std::string::npos;
}

/// Compiled against eager; sums of products of weights of at most 1 / sqrt(terms).
void check(const Case& c) {
    nn::Conv2d conv(nn::Conv2dOptions(c.in, c.filters, {c.kernel[0], c.kernel[1]})
                        .stride({c.stride[0], c.stride[1]})
                        .dilation({c.dilation[0], c.dilation[1]})
                        .padding({c.padding[0], c.padding[1]}));
    const std::string type = fmt::format("x:f32[N=1..3,{},{},{}]", c.in, c.height, c.width);
    const Forward forward = [conv](const Tensors& in) mutable {
        return Tensors{relu(conv->forward(relu(in[0])))};
    };
    BOOST_TEST_CONTEXT(type << " to " << c.filters) {
        CompileOptions options = compile_alone();
        options.exact = true;  // without Winograd
        CompiledModel compiled = compile_subject({conv.ptr(), forward}, type, options);
        BOOST_TEST(multiplies_windows(compiled) ==
                   (c.is_unfolded && lower::find_target("host").has_few_registers()));
        const auto terms = static_cast<double>(c.in * c.kernel[0] * c.kernel[1]);
        for (const int64_t n : {1, 3}) {
            const Tensors in{numbers({n, c.in, c.height, c.width}, DType::f32, 1.5, 3)};
            check_equal(compiled(in)[0], forward(in)[0], 16 * 1.5 * std::sqrt(terms) * 6e-8 * 8);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_unfolded_windows)

/// Lines of seven pixels, strides and dilations that differ, less than a line's tile, one pixel.
BOOST_AUTO_TEST_CASE(few_pixels, *boost::unit_test::label("slow")) {
    check({.height = 7, .width = 7, .in = 129, .filters = 129});
    check({.height = 5, .width = 14, .in = 130, .filters = 128, .stride = {1, 2}});
    check({.height = 7, .width = 9, .in = 115, .filters = 136, .dilation = {1, 2}});
    check(
        {.height = 3, .width = 2, .in = 172, .filters = 130, .kernel = {3, 2}, .padding = {1, 0}});
    check({.height = 4, .width = 4, .in = 65, .filters = 128, .kernel = {4, 4}, .padding = {0, 0}});
}

/// Lines that tiles fill, many pixels, few filters, short sums.
BOOST_AUTO_TEST_CASE(others_stay) {
    check({.height = 6, .width = 6, .in = 129, .filters = 128, .is_unfolded = false});
    check({.height = 7, .width = 11, .in = 129, .filters = 128, .is_unfolded = false});
    check({.height = 7, .width = 7, .in = 129, .filters = 120, .is_unfolded = false});
    check({.height = 7, .width = 7, .in = 100, .filters = 128, .is_unfolded = false});
}

BOOST_AUTO_TEST_SUITE_END()
