// Operands that repeat numbers along axes, of kernels that read vectors from memory.
#include <lithe/lithe.h>

#include "tests/support/compiled_function.h"

using namespace lithe;
using namespace lithe::tests;
namespace F = lithe::nn::functional;

namespace {

/// Of sums of 121 terms in four layers, some of them Winograd's.
constexpr double tolerance = 16 * 121 * 2.25 * 6e-8;

Tensor convolved(const Tensor& x, const Tensor& w, const Tensor& bias, int64_t groups = 1) {
    const int64_t around = w.size(2) / 2;
    return F::conv2d(x, w, F::Conv2dFuncOptions().bias(bias).groups(groups).padding(around));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_expanded)

BOOST_AUTO_TEST_CASE(one_number_behind_weights) {
    manual_seed(1);
    auto module = std::make_shared<FunctionModule>();
    const Tensor w = module->parameter("w", randn({16, 8, 3, 3})),
                 deep = module->parameter("deep", randn({16, 1, 3, 3})),
                 point = module->parameter("point", randn({24, 16, 1, 1})),
                 matrix = module->parameter("matrix", randn({32, 24})),
                 t = module->parameter("t", full({1}, 0.25));
    CompiledFunction net(
        module,
        [=](const Tensors& in) -> Tensors {
            Tensor x = relu(convolved(in[0], w, {}) + t);
            x = F::hardsigmoid(convolved(x, deep, {}, 16));
            x = relu(convolved(x, point, {}) + t);
            return {F::linear(x.permute({0, 2, 3, 1}), matrix) + t};
        },
        "x:f32[2,8,9,11]");
    net.check({randn({2, 8, 9, 11})}, tolerance);
}

BOOST_AUTO_TEST_CASE(bias) {
    manual_seed(2);
    auto module = std::make_shared<FunctionModule>();
    const Tensor w = module->parameter("w", randn({16, 8, 3, 3})),
                 deep = module->parameter("deep", randn({16, 1, 3, 3})),
                 point = module->parameter("point", randn({16, 16, 1, 1})),
                 matrix = module->parameter("matrix", randn({32, 16})),
                 b = module->parameter("b", full({1}, 0.25));
    CompiledFunction net(
        module,
        [=](const Tensors& in) -> Tensors {
            const Tensor all = b.expand({16});
            Tensor x = relu(convolved(in[0], w, all));
            x = relu(convolved(x, deep, all, 16));
            x = relu(convolved(x, point, all));
            return {F::linear(x.permute({0, 2, 3, 1}), matrix, b.expand({32}))};
        },
        "x:f32[2,8,9,11]");
    net.check({randn({2, 8, 9, 11})}, tolerance);
}

BOOST_AUTO_TEST_CASE(image) {
    manual_seed(3);
    auto module = std::make_shared<FunctionModule>();
    const Tensor w = module->parameter("w", randn({16, 8, 3, 3})),
                 deep = module->parameter("deep", randn({1, 1, 3, 3})),
                 matrix = module->parameter("matrix", randn({32, 9}));
    CompiledFunction net(
        module,
        [=](const Tensors& in) -> Tensors {
            const Tensor y = convolved(in[0].expand({3, 8, 9, 9}), w, {});
            const Tensor z = convolved(y, deep.expand({16, 1, 3, 3}), {}, 16);
            return {z, F::linear(in[0].expand({5, 8, 9, 9}), matrix)};
        },
        "x:f32[1,8,9,9]");
    net.check({randn({1, 8, 9, 9})}, tolerance);
}

BOOST_AUTO_TEST_SUITE_END()
