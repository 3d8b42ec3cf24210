#include "dsl/windows.h"

#include <vector>

#include "compiler/compiled_model.h"
#include "dsl/nn.h"
#include "lithe/torch.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

using Window = Tensor (*)(int64_t, bool, const TensorOptions&);

/// PyTorch's values, in f64.
const std::vector<std::pair<Window, std::vector<double>>> recorded = {
    {hann_window, {0.0, 0.345491502813, 0.904508497187, 0.904508497187, 0.345491502813}},
    {hamming_window, {0.08, 0.397852182588, 0.912147817412, 0.912147817412, 0.397852182588}},
    {blackman_window, {0.0, 0.200770143263, 0.849229856737, 0.849229856737, 0.200770143263}},
    {bartlett_window, {0.0, 0.4, 0.8, 0.8, 0.4}},
};

struct WindowedImpl : nn::Module {
    Tensor forward(const Tensor& x) { return x * hann_window(x.size(1)); }
};
LITHE_MODULE(Windowed);

}  // namespace

BOOST_AUTO_TEST_SUITE(dsl_windows)

BOOST_AUTO_TEST_CASE(are_pytorch_s) {
    for (const auto& [window, values] : recorded) {
        check_equal(window(5, true, kDouble), tensor(values, kDouble), 1e-11);
        std::vector<double> symmetric = values;
        symmetric.push_back(values[0]);
        check_equal(window(6, false, kDouble), tensor(symmetric, kDouble), 1e-11);
        BOOST_TEST(window(1, true, {}).item<float>() == 1);
        BOOST_TEST(window(0, true, {}).numel() == 0);
        BOOST_TEST((window(3, true, {}).dtype() == DType::f32));
    }
    check_error("hann_window.length", [] { hann_window(-1); });
}

BOOST_AUTO_TEST_CASE(serve_every_length_of_a_trace) {
    Windowed net;
    CompiledModel compiled = compile(net, "x:f32[2,T=2..500]", compile_options());
    for (const int64_t length : {2, 7, 400}) {
        const Tensor x = numbers({2, length}, DType::f32);
        check_equal(compiled(x), net(x), 1e-6);
    }
}

BOOST_AUTO_TEST_SUITE_END()
