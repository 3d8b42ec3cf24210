#include "compiler/passes/few_filters.h"

#include <fmt/format.h>
#include <lithe/lithe.h>

#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Case {
    int64_t height, width, in, filters;
    Sizes taps;
    int64_t pad = 0, stride = 1, dilation = 1;
};

/// Compiled against eager; sums of products of weights of at most 1 / sqrt(terms).
void check(const Case& c, bool is_apart = true) {
    nn::Conv2d conv(nn::Conv2dOptions(c.in, c.filters, {c.taps[0], c.taps[1]})
                        .padding(c.pad)
                        .stride(c.stride)
                        .dilation(c.dilation));
    const std::string type = fmt::format("x:f32[N=1..3,{},{},{}]", c.in, c.height, c.width);
    const Forward forward = [conv](const Tensors& in) mutable {
        return Tensors{relu(conv->forward(in[0]))};
    };
    BOOST_TEST_CONTEXT(type << " to " << c.filters) {
        CompiledModel compiled = compile_subject({conv.ptr(), forward}, type, compile_alone());
        const std::string text = ir::print(compiled.compiled().program);
        BOOST_TEST((text.find("slice(") != std::string::npos) == is_apart);
        const double terms = static_cast<double>(c.in * c.taps[0] * c.taps[1]);
        for (const int64_t n : {1, 3}) {
            const Tensor x = numbers({n, c.in, c.height, c.width}, DType::f32, 1.5, 3);
            const Tensors in{x}, got = compiled(in);
            check_equal(got[0], forward(in)[0], 16 * 1.5 * std::sqrt(terms) * 6e-8 * 8);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_few_filters)

BOOST_AUTO_TEST_CASE(compiled_equals_eager) {
    check({.height = 19, .width = 23, .in = 32, .filters = 3, .taps = {7, 7}, .pad = 3});
    check({.height = 9, .width = 17, .in = 40, .filters = 1, .taps = {3, 3}, .pad = 1});
    check({.height = 7, .width = 9, .in = 41, .filters = 2, .taps = {1, 9}});
    check({.height = 16, .width = 21, .in = 48, .filters = 1, .taps = {5, 7}, .stride = 2});
    check({.height = 15,
           .width = 14,
           .in = 33,
           .filters = 3,
           .taps = {3, 5},
           .pad = 2,
           .dilation = 2});
    check({.height = 12, .width = 12, .in = 16, .filters = 12, .taps = {3, 3}}, false);
}

BOOST_AUTO_TEST_SUITE_END()
