// Products with one column, and convolutions of one filter of one tap: sums along rows.
#include <fmt/format.h>
#include <lithe/lithe.h>

#include <limits>

#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Case {
    std::string type;  ///< of x
    std::vector<Sizes> sizes;
    bool has_bias = true;
};

void check(const Case& c, bool is_sum = true) {
    const int64_t inner = c.sizes[0].back();
    nn::Linear linear(nn::LinearOptions(inner, 1).bias(c.has_bias));
    const Forward forward = [linear](const Tensors& in) mutable {
        return Tensors{sigmoid(linear->forward(in[0]))};
    };
    BOOST_TEST_CONTEXT(c.type) {
        CompiledModel compiled =
            compile_subject({linear.ptr(), forward}, "x:" + c.type, compile_alone());
        const std::string text = ir::print(compiled.compiled().program);
        BOOST_TEST((text.find("packed_linear") == std::string::npos) == is_sum);
        for (const Sizes& sizes : c.sizes) {
            const Tensors in{numbers(sizes, DType::f32, 1.5, 3)}, got = compiled(in);
            // Sums of weights of at most 1 / sqrt(inner); a sigmoid's slope is at most a quarter.
            const double sum = 1.5 * std::sqrt(static_cast<double>(inner));
            check_equal(got[0], forward(in)[0], sum * static_cast<double>(inner) * 6e-8 + 2e-7);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_one_column)

BOOST_AUTO_TEST_CASE(compiled_equals_eager) {
    for (const int64_t inner : {32, 37, 64, 256, 1001})
        check({fmt::format("f32[7,{}]", inner), {{7, inner}}});
    check({"f32[1,96]", {{1, 96}}});
    check({"f32[N=1..64,5,100]", {{1, 5, 100}, {3, 5, 100}, {64, 5, 100}}});
    check({"f32[6,5,33]", {{6, 5, 33}}, false});
    check({"f32[6,31]", {{6, 31}}}, false);
}

/// One filter behind another convolution, whose channels are last, and on the image of the author.
BOOST_AUTO_TEST_CASE(sums_of_channels) {
    for (const bool is_behind : {false, true}) {
        nn::Conv2d front(nn::Conv2dOptions(5, 33, 3).padding(1)), last(33, 1, 1);
        nn::ModuleList modules(front, last);
        const Forward forward = [=](const Tensors& in) mutable {
            return Tensors{sigmoid(last->forward(is_behind ? front->forward(in[0]) : in[0]))};
        };
        const int64_t channels = is_behind ? 5 : 33;
        BOOST_TEST_CONTEXT("behind " << is_behind) {
            CompiledModel compiled =
                compile_subject({modules.ptr(), forward},
                                fmt::format("x:f32[N=1..4,{},9,19]", channels), compile_alone());
            const std::string text = ir::print(compiled.compiled().program);
            BOOST_TEST(text.find("sum(") != std::string::npos);
            for (const int64_t n : {1, 4}) {
                const Tensors in{numbers({n, channels, 9, 19}, DType::f32, 1.5, 3)};
                // Of up to 45 and 33 products; a sigmoid's slope is at most a quarter.
                check_equal(compiled(in)[0], forward(in)[0], 1.5 * 45 * 6 * 6e-8);
            }
        }
    }
    nn::Conv2d wide(nn::Conv2dOptions(40, 1, 3).padding(1)), few(31, 1, 1);
    for (const auto& [conv, channels] : {std::pair{wide, 40}, std::pair{few, 31}}) {
        const Forward forward = [conv = conv](const Tensors& in) mutable {
            return Tensors{nn::Conv2d(conv)->forward(in[0])};
        };
        const CompiledModel compiled = compile_subject(
            {conv.ptr(), forward}, fmt::format("x:f32[1,{},9,19]", channels), compile_alone());
        BOOST_TEST(ir::print(compiled.compiled().program).find("sum(") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(not_a_number_passes) {
    nn::Linear linear(40, 1);
    const Forward forward = [linear](const Tensors& in) mutable {
        return Tensors{linear->forward(in[0])};
    };
    CompiledModel compiled =
        compile_subject({linear.ptr(), forward}, "x:f32[2,40]", compile_alone());
    Array x = Array::empty(DType::f32, {2, 40});
    std::fill_n(x.data<float>(), 80, 1.f);
    x.data<float>()[39] = std::numeric_limits<float>::quiet_NaN();
    const Tensors got = compiled(Tensors{Tensor::from(x)});
    BOOST_TEST(std::isnan(got[0].array().dense().data<float>()[0]));
    BOOST_TEST(!std::isnan(got[0].array().dense().data<float>()[1]));
}

BOOST_AUTO_TEST_SUITE_END()
