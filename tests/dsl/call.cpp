#include "dsl/call.h"

#include "dsl/layers/linear.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

struct PlainImpl : nn::Module {
    Tensor forward(const Tensor& x, double factor = 2) { return x * factor; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(call)

BOOST_AUTO_TEST_CASE(fires_the_hooks_of_modules_that_no_holder_keeps) {
    PlainImpl by_value;
    const auto by_pointer = std::make_shared<PlainImpl>();
    int calls = 0;
    const auto count = [&](nn::Module&, const Tensors&, const Tensors& out) {
        ++calls;
        return out[0] + 1;
    };
    by_value.register_forward_hook(count);
    by_pointer->register_forward_hook(count);
    check_equal(nn::call(by_value, ones({2})), full({2}, 3.0));
    check_equal(nn::call(*by_pointer, ones({2}), 5.0), full({2}, 6.0));
    BOOST_CHECK_EQUAL(calls, 2);
    by_value.forward(ones({2}));
    BOOST_CHECK_EQUAL(calls, 2);
}

BOOST_AUTO_TEST_CASE(fires_once_for_what_a_holder_keeps) {
    nn::Linear layer(2, 3);
    int calls = 0;
    layer->register_forward_hook([&](nn::Module&, const Tensors&, const Tensors&) { ++calls; });
    nn::LinearImpl& impl = *layer;
    nn::call(impl, ones({1, 2}));
    BOOST_CHECK_EQUAL(calls, 1);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
