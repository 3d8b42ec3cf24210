#include "compiler/passes/picked_pixels.h"

#include <fmt/format.h>
#include <lithe/lithe.h>

#include "compiler/lower/target.h"
#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Case {
    int64_t height, width, in, filters;
    Sizes stride{2, 2};
};

/// Whether a compiled program copies pixels that are a stride apart.
bool picks_pixels(const CompiledModel& compiled) {
    return ir::print(compiled.compiled().program).find("slice(") != std::string::npos;
}

/// Compiled against eager; sums of products of weights of at most 1 / sqrt(terms).
void check(const Case& c) {
    const bool is_expected = c.stride != Sizes{1, 1} && c.filters >= 64 &&
                             lower::find_target("host").has_few_registers();
    nn::Conv2d conv(nn::Conv2dOptions(c.in, c.filters, 1).stride({c.stride[0], c.stride[1]}));
    const std::string type = fmt::format("x:f32[N=1..3,{},{},{}]", c.in, c.height, c.width);
    const Forward forward = [conv](const Tensors& in) mutable {
        return Tensors{relu(conv->forward(relu(in[0])))};
    };
    BOOST_TEST_CONTEXT(type << " to " << c.filters) {
        CompiledModel compiled = compile_subject({conv.ptr(), forward}, type, compile_alone());
        BOOST_TEST(picks_pixels(compiled) == is_expected);
        for (const int64_t n : {1, 3}) {
            const Tensor x = numbers({n, c.in, c.height, c.width}, DType::f32, 1.5, 3);
            const Tensors in{x}, got = compiled(in);
            check_equal(got[0], forward(in)[0],
                        16 * 1.5 * std::sqrt(static_cast<double>(c.in)) * 6e-8 * 8);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_picked_pixels)

BOOST_AUTO_TEST_CASE(compiled_equals_eager) {
    check({.height = 14, .width = 14, .in = 300, .filters = 64});
    check({.height = 13, .width = 9, .in = 17, .filters = 72});
    check({.height = 9, .width = 8, .in = 33, .filters = 100, .stride = {3, 2}});
    check({.height = 5, .width = 7, .in = 8, .filters = 64, .stride = {1, 4}});
}

BOOST_AUTO_TEST_CASE(lines_of_few_tiles_are_joined) {
    check({.height = 6, .width = 28, .in = 300, .filters = 40, .stride = {1, 1}});
    check({.height = 3, .width = 33, .in = 70, .filters = 16, .stride = {1, 1}});
}

BOOST_AUTO_TEST_SUITE_END()
