#include "compiler/forward.h"

#include <lithe/lithe.h>

#include "compiler/compiled_model.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {

BOOST_AUTO_TEST_SUITE(forward)

// forward(x, output_size = nullopt): a model may be a layer alone.
BOOST_AUTO_TEST_CASE(leaves_out_optional_arguments_that_are_no_tensors) {
    nn::ConvTranspose2d layer(nn::ConvTranspose2dOptions(2, 3, 2).stride(2));
    const Tensor x = full({1, 2, 4, 4}, 1.0);
    const Tensors y = subject_of(layer).forward({x});
    BOOST_REQUIRE_EQUAL(y.size(), 1U);
    BOOST_CHECK(equal(y[0], layer(x)));
}

// forward(src, src_mask = {}, src_key_padding_mask = {}).
BOOST_AUTO_TEST_CASE(leaves_out_tensors_that_have_a_default) {
    nn::TransformerEncoderLayer layer(
        nn::TransformerEncoderLayerOptions(8, 2).dim_feedforward(16).dropout(0));
    layer->eval();
    const Tensor x = numbers({3, 2, 8}, DType::f32), mask = zeros({3, 3});
    const Subject subject = subject_of(layer);
    BOOST_CHECK(equal(subject.forward({x})[0], layer(x)));
    BOOST_CHECK(equal(subject.forward({x, mask})[0], layer(x, mask)));
    check_error("forward.arguments", [&] { subject.forward({}); });
    check_error("forward.arguments", [&] { subject.forward({x, mask, mask, mask}); });

    CompiledModel compiled = compile(layer, "src:f32[3,N=1..4,8]", compile_options());
    check_equal(compiled(x), layer(x), 1e-5);
}

/// y = x * scale, or x + 1 where that is asked for.
struct OptionsImpl : nn::Module {
    Tensor forward(const Tensor& x, double scale = 2, bool add = false) {
        return add ? x + 1 : x * scale;
    }
};
LITHE_MODULE(Options);

BOOST_AUTO_TEST_CASE(leaves_out_numbers_that_have_a_default) {
    Options model;
    BOOST_CHECK(equal(subject_of(model).forward({full({2}, 3.0)})[0], full({2}, 6.0)));
    check_error("forward.arguments",
                [&] { subject_of(model).forward({full({2}, 3.0), full({2}, 1.0)}); });
}

BOOST_AUTO_TEST_CASE(counts_its_tensors) {
    nn::Linear layer(2, 3);
    const Tensor x = full({1, 2}, 1.0);
    BOOST_CHECK_EXCEPTION(subject_of(layer).forward({x, x}), UserError,
                          [](const UserError& error) { return error.id() == "forward.arguments"; });
    BOOST_CHECK_EXCEPTION(subject_of(layer).forward({}), UserError,
                          [](const UserError& error) { return error.id() == "forward.arguments"; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
