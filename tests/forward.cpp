#include "compiler/forward.h"

#include <lithe/lithe.h>

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
