#include "dsl/call.h"

#include <optional>
#include <tuple>
#include <vector>

#include "dsl/layers/linear.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

struct PlainImpl : nn::Module {
    Tensor forward(const Tensor& x, double factor = 2) { return x * factor; }
};

/// Optional tensors, a list and a number, all with defaults.
struct ManyDefaultsImpl : nn::Module {
    Tensor forward(const Tensor& x, const std::optional<Tensor>& scale = {},
                   const Tensor& shift = {}, const std::vector<Tensor>& more = {},
                   int64_t times = 1, std::optional<Tensor> last = std::nullopt,
                   const std::tuple<Tensor, Tensor>& pair = {}) {
        Tensor y = x * static_cast<double>(times);
        if (scale) y = y * *scale;
        if (shift.defined()) y = y + shift;
        for (const Tensor& part : more) y = y + part;
        if (std::get<0>(pair).defined()) y = y + std::get<1>(pair);
        return last ? y - *last : y;
    }
};
LITHE_MODULE(ManyDefaults);

/// Two ways to be called: no parameter has one type.
struct OverloadedImpl : nn::Module {
    Tensor forward(const Tensor& x, const Tensor& a, const Tensor& b) {
        return x + (a.defined() ? 1 : 0) + (b.defined() ? 10 : 0);
    }
    Tensor forward(const Tensor& x, const Tensor& a, const Tensor& b, std::optional<Tensor> c) {
        return forward(x, a, b) + (c ? 100 : 0);
    }
};
LITHE_MODULE(Overloaded);

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

BOOST_AUTO_TEST_CASE(takes_braces_for_any_of_the_arguments) {
    ManyDefaults net;
    int calls = 0;
    net->register_forward_hook([&](nn::Module&, const Tensors&, const Tensors&) { ++calls; });
    const Tensor x = ones({2}), two = full({2}, 2.0);
    check_equal(net->forward(x, {}), x);
    check_equal(net->forward(x, {}, {}), x);
    check_equal(net->forward(x, {}, {}, {}), x);
    check_equal(net->forward(x, {}, two), full({2}, 3.0));
    check_equal(net->forward(x, two, {}, {}, 3), full({2}, 6.0));
    check_equal(net->forward(x, {}, {}, std::vector<Tensor>{two}, 3), full({2}, 5.0));
    check_equal(net->forward(x, {}, two, {}, 3, {}), full({2}, 5.0));
    check_equal(net->forward(x, {}, {}, {}, 3, two, {}), full({2}, 1.0));
    check_equal(net->forward(x, {}, {}, {}, 3, {}, std::make_tuple(two, two)), full({2}, 5.0));
    BOOST_CHECK_EQUAL(calls, 9);
}

BOOST_AUTO_TEST_CASE(takes_braces_where_forward_is_overloaded) {
    Overloaded net;
    const Tensor x = zeros({2}), one = ones({2});
    check_equal(net->forward(x, {}, {}), x);
    check_equal(net->forward(x, {}, one), full({2}, 10.0));
    check_equal(net->forward(x, one, {}, one), full({2}, 101.0));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
