// Padding in front of windows, and crops behind convolutions, as padding of their own.
#include <fmt/format.h>
#include <lithe/lithe.h>

#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;
namespace F = lithe::nn::functional;

namespace {

/// Sums of `terms` products of at most 1.5 / sqrt(terms); Winograd's transforms enlarge data and
/// filters by at most 13.5 and results by at most 16 before they cancel.
double tolerance_of(int64_t terms) {
    return 1.5 * std::sqrt(static_cast<double>(terms)) * 6e-8 * 64;
}

/// Compiled against eager; returns the program that was compiled.
std::string check(const Forward& forward, const std::shared_ptr<nn::Module>& module,
                  const std::string& type, const std::vector<Sizes>& images, int64_t terms) {
    std::string text;
    BOOST_TEST_CONTEXT(type) {
        CompiledModel compiled = compile_subject({module, forward}, type, compile_alone());
        text = ir::print(compiled.compiled().program);
        for (const Sizes& sizes : images) {
            const Tensors in{numbers(sizes, DType::f32, 1.5, 3)}, got = compiled(in);
            check_equal(got[0], forward(in)[0], tolerance_of(terms));
        }
    }
    return text;
}

struct Line {
    int64_t channels, filters, length, taps, dilation;
    int64_t stride = 1;
    int64_t groups = 1;
};

nn::Conv1dOptions options_of(const Line& line) {
    return nn::Conv1dOptions(line.channels, line.filters, line.taps)
        .dilation(line.dilation)
        .stride(line.stride)
        .groups(line.groups);
}

const Line lines[] = {
    {.channels = 32, .filters = 32, .length = 400, .taps = 3, .dilation = 1},
    {.channels = 32, .filters = 32, .length = 400, .taps = 3, .dilation = 8},
    {.channels = 32, .filters = 40, .length = 403, .taps = 3, .dilation = 4},
    {.channels = 25, .filters = 25, .length = 96, .taps = 7, .dilation = 16},
    {.channels = 64, .filters = 64, .length = 128, .taps = 3, .dilation = 64},
    {.channels = 64, .filters = 33, .length = 70, .taps = 2, .dilation = 5},
    {.channels = 1, .filters = 25, .length = 61, .taps = 7, .dilation = 1},
    {.channels = 16, .filters = 16, .length = 50, .taps = 4, .dilation = 1, .stride = 2},
    {.channels = 16, .filters = 16, .length = 50, .taps = 3, .dilation = 2, .groups = 16},
    {.channels = 9, .filters = 6, .length = 11, .taps = 3, .dilation = 9, .groups = 3},
};

/// Of a known size, and of one with a name.
void check_line(const Line& line, const Forward& forward, const std::shared_ptr<nn::Module>& conv) {
    const int64_t terms = line.channels * line.taps / line.groups;
    const auto image = [&](int64_t n, int64_t length) { return Sizes{n, line.channels, length}; };
    check(forward, conv, fmt::format("x:f32[N=1..3,{},{}]", line.channels, line.length),
          {image(1, line.length), image(3, line.length)}, terms);
    check(forward, conv, fmt::format("x:f32[1,{},T=1..500]", line.channels),
          {image(1, line.length), image(1, 37)}, terms);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_join_padding)

BOOST_AUTO_TEST_CASE(causal_lines, *boost::unit_test::label("slow")) {
    for (const Line& line : lines) {
        nn::Conv1d conv(options_of(line));
        const int64_t pad = (line.taps - 1) * line.dilation;
        const Forward forward = [conv, pad](const Tensors& in) mutable {
            return Tensors{relu(conv->forward(F::pad(in[0], F::PadFuncOptions({pad, 0}))))};
        };
        check_line(line, forward, conv.ptr());
    }
}

BOOST_AUTO_TEST_CASE(chomped_lines, *boost::unit_test::label("slow")) {
    for (const Line& line : lines) {
        if (line.stride != 1) continue;
        const int64_t pad = (line.taps - 1) * line.dilation;
        nn::Conv1d conv(options_of(line).padding(pad));
        const Forward forward = [conv, pad](const Tensors& in) mutable {
            return Tensors{relu(conv->forward(in[0]).slice(2, 0, -pad))};
        };
        check_line(line, forward, conv.ptr());
    }
}

/// Two layers and what is added around them: of a length that the dilations divide nothing moves.
BOOST_AUTO_TEST_CASE(residual_lines, *boost::unit_test::label("slow")) {
    nn::Conv1d a(nn::Conv1dOptions(32, 32, 3).dilation(4)),
        b(nn::Conv1dOptions(32, 32, 3).dilation(8));
    nn::ModuleList modules(a, b);
    const Forward forward = [a, b](const Tensors& in) mutable {
        Tensor y = relu(a->forward(F::pad(in[0], F::PadFuncOptions({8, 0}))));
        y = relu(b->forward(F::pad(y, F::PadFuncOptions({16, 0}))));
        return Tensors{relu(in[0] + y)};
    };
    for (const int64_t length : {256, 250}) {
        const std::string text =
            check(forward, modules.ptr(), fmt::format("x:f32[2,32,{}]", length), {{2, 32, length}},
                  2 * 32 * 3);
        const bool moves =
            text.find("= pad(") != std::string::npos || text.find("= slice(") != std::string::npos;
        if (length == 256) BOOST_TEST(!moves);
    }
}

BOOST_AUTO_TEST_CASE(images, *boost::unit_test::label("sampled")) {
    Sample sample(2);
    for (const auto& [channels, filters, height, width, stride] :
         {std::tuple{3, 20, 17, 22, 2}, {32, 32, 16, 16, 1}, {17, 9, 5, 31, 1}}) {
        if (!sample.takes()) continue;
        nn::Conv2d conv(nn::Conv2dOptions(channels, filters, 3).stride(stride).bias(false));
        const Forward forward = [conv](const Tensors& in) mutable {
            const Tensor x = F::pad(in[0], F::PadFuncOptions({0, 1, 2, 1}));
            return Tensors{conv->forward(x).slice(3, 0, -1)};
        };
        check(forward, conv.ptr(), fmt::format("x:f32[N=1..3,{},{},{}]", channels, height, width),
              {{1, channels, height, width}, {3, channels, height, width}}, channels * 9);
    }
}

BOOST_AUTO_TEST_CASE(pools, *boost::unit_test::label("slow")) {
    const Forward forward = [](const Tensors& in) {
        const F::PadFuncOptions zeros({1, 1, 0, 1});
        const Tensor least = F::pad(in[0], F::PadFuncOptions({1, 0, 1, 1}).value(-INFINITY));
        const auto flat = [](const Tensor& x) { return flatten(x, 1); };
        return Tensors{cat(
            {flat(F::max_pool2d(least, F::MaxPool2dFuncOptions(3).stride(2))),
             flat(F::max_pool2d(F::pad(relu(in[0]), zeros), F::MaxPool2dFuncOptions(3).stride(2))),
             flat(F::avg_pool2d(F::pad(in[0], zeros), F::AvgPool2dFuncOptions(3).stride(2))),
             flat(F::avg_pool2d(
                 F::pad(in[0], zeros),
                 F::AvgPool2dFuncOptions(3).stride(2).ceil_mode(true).count_include_pad(false))),
             flat(F::max_pool2d(F::pad(in[0], zeros), F::MaxPool2dFuncOptions(3).stride(2)))},
            1)};
    };
    nn::Identity identity;
    for (const auto& [height, width] : {std::pair{9, 9}, {8, 21}, {3, 2}}) {
        check(forward, identity.ptr(), fmt::format("x:f32[N=1..3,5,{},{}]", height, width),
              {{1, 5, height, width}, {3, 5, height, width}}, 9);
    }
}

BOOST_AUTO_TEST_CASE(transposed, *boost::unit_test::label("slow")) {
    for (const auto& [channels, filters, length, taps, stride] :
         {std::tuple{16, 12, 30, 4, 2}, {32, 32, 17, 16, 8}, {7, 1, 9, 5, 3}}) {
        nn::ConvTranspose1d conv(
            nn::ConvTranspose1dOptions(channels, filters, taps).stride(stride));
        const int64_t extra = taps - stride;
        const Forward forward = [conv, extra](const Tensors& in) mutable {
            const Tensor y = conv->forward(in[0]);
            return Tensors{cat({y.slice(2, 0, -extra), conv->forward(-in[0]).slice(2, extra)}, 1)};
        };
        check(forward, conv.ptr(), fmt::format("x:f32[N=1..3,{},{}]", channels, length),
              {{1, channels, length}, {3, channels, length}}, channels * taps);
        check(forward, conv.ptr(), fmt::format("x:f32[1,{},T=1..99]", channels),
              {{1, channels, length}, {1, channels, 5}}, channels * taps);
    }
}

BOOST_AUTO_TEST_SUITE_END()
