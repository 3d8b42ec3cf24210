// Rarer functions: values as PyTorch gives them, and compiled ones equal to eager.
#include "compiler/compiled_model.h"
#include "dsl/indexing.h"
#include "tests/support/check_gradient.h"
#include "tests/support/compile_options.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN(),
                 inf = std::numeric_limits<double>::infinity();

/// Functions of one f32[N, 4], in one model.
struct ManyImpl : nn::Module {
    std::vector<Tensor> forward(const Tensor& x) {
        Tensor y = x.clone();
        y[0] = 2.5;
        y[1] = x[0] * 2;
        return {cumprod(x, 1),
                std::get<0>(cummax(x, 1)),
                std::get<1>(cummin(x, 1)),
                logcumsumexp(x, 1),
                kron(x, x),
                std::get<0>(median(x, 1)),
                unfold(x, 1, 2, 1),
                hypot(x, x + 1),
                logaddexp(x, x * 2),
                cdist(x, x * 2),
                erfc(x),
                lgamma(x),
                y,
                searchsorted(arange(4).to(DType::f32), x)};
    }
};
LITHE_MODULE(Many);

}  // namespace

BOOST_AUTO_TEST_SUITE(ops_rare_ops)

BOOST_AUTO_TEST_CASE(bits_and_shifts) {
    const Tensor a = tensor({6, -3, 5}), b = tensor({3, 2, 70});
    check_equal(bitwise_and(a, b), tensor({2, 0, 4}));
    check_equal(bitwise_or(a, b), tensor({7, -1, 71}));
    check_equal(bitwise_xor(a, b), tensor({5, -1, 67}));
    check_equal(bitwise_not(a), tensor({-7, 2, -6}));
    check_equal(bitwise_left_shift(a, b), tensor({48, -12, 0}));
    check_equal(bitwise_right_shift(a, b), tensor({0, -1, 0}));
    check_equal(bitwise_not(tensor({true, false})), tensor({false, true}));
    check_equal(a & b, bitwise_and(a, b));
    check_equal(a | b, bitwise_or(a, b));
    check_equal(a ^ 1, tensor({7, -4, 4}));
    check_equal(2 ^ a, tensor({4, -1, 7}));
    check_equal(~a, bitwise_not(a));
    check_equal(a << 1, tensor({12, -6, 10}));
    check_equal(a >> 1, tensor({3, -2, 2}));
    check_equal(a % 4, tensor({2, 1, 1}));
    check_equal((a > 0) & ~(b > 3), tensor({true, false, false}));
    Tensor mask = a > 0;
    mask |= b > 1;
    mask &= a != 6;
    mask ^= tensor({true, true, false});
    check_equal(mask, tensor({true, false, true}));
    check_error("bitwise_and.dtype", [] { bitwise_and(ones({2}), ones({2})); });
}

BOOST_AUTO_TEST_CASE(special_functions) {
    check_equal(erfc(tensor({0.0, 10.0, -inf})), tensor({1.0, std::erfc(10.0), 2.0}), 1e-7);
    check_equal(erfinv(tensor({0.0, 1.0, -1.0, 2.0})), tensor({0.0, inf, -inf, nothing}));
    check_equal(lgamma(tensor({1.0, 0.0, 0.5})), tensor({0.0, inf, std::lgamma(0.5)}), 1e-7);
    check_equal(digamma(tensor({1.0, -1.0})), tensor({-0.5772156649015329, nothing}), 1e-7);
    check_equal(polygamma(1, tensor({1.0})), tensor({M_PI * M_PI / 6}), 1e-7);
    check_equal(hypot(tensor({3.0, inf, 0.0}), tensor({4.0, nothing, 0.0})),
                tensor({5.0, inf, 0.0}), 1e-7);
    check_equal(logaddexp(tensor({0.0, -inf, 1000.0}), tensor({0.0, -inf, 0.0})),
                tensor({std::log(2.0), -inf, 1000.0}), 1e-6);
    check_equal(copysign(tensor({1.0, -2.0}), tensor({-0.0, 3.0})), tensor({-1.0, 2.0}));
    check_equal(fmax(tensor({nothing, 1.0}), tensor({2.0, nothing})), tensor({2.0, 1.0}));
    check_equal(heaviside(tensor({-1.0, 0.0, 2.0}), tensor({0.5})), tensor({0.0, 0.5, 1.0}));
}

BOOST_AUTO_TEST_CASE(order_and_running_reductions) {
    const Tensor x = tensor({3.0, 1.0, 2.0, 2.0});
    check_equal(std::get<0>(kthvalue(x, 2)), tensor(2.0f));
    check_equal(median(x), tensor(2.0f));
    check_equal(median(tensor({1.0, nothing})), tensor(float(nothing)));
    check_equal(cumprod(x, 0), tensor({3.0, 3.0, 6.0, 12.0}));
    check_equal(std::get<0>(cummax(x, 0)), tensor({3.0, 3.0, 3.0, 3.0}));
    check_equal(std::get<1>(cummin(x, 0)), tensor({0, 1, 1, 1}));
    check_equal(nansum(tensor({1.0, nothing, 2.0})), tensor(3.0f));
    check_equal(searchsorted(tensor({1.0, 2.0, 2.0}), tensor({2.0, 0.0, 9.0})), tensor({1, 0, 3}));
    check_equal(bucketize(tensor({2.0}), tensor({1.0, 2.0, 2.0}), false, true), tensor({3}));
    check_error("kthvalue.k", [&] { kthvalue(x, 5); });
}

BOOST_AUTO_TEST_CASE(products_and_arrangements) {
    const Tensor a = arange(4).to(DType::f32).reshape({2, 2});
    check_equal(kron(a, ones({1, 2})),
                tensor({0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0}).reshape({2, 4}));
    check_equal(cross(tensor({1.0, 0.0, 0.0}), tensor({0.0, 1.0, 0.0})), tensor({0.0, 0.0, 1.0}));
    check_equal(tensordot(a, a, {0, 1}, {0, 1}), tensor(14.0f));
    check_equal(trace(a), tensor(3.0f));
    check_equal(rot90(a), tensor({1.0, 3.0, 0.0, 2.0}).reshape({2, 2}));
    check_equal(unfold(arange(5), 0, 2, 2), tensor({0, 1, 2, 3}).reshape({2, 2}));
    check_equal(take_along_dim(a, tensor({1, 0}).reshape({2, 1}), 1),
                tensor({1.0, 2.0}).reshape({2, 1}));
    check_equal(hstack({arange(2), arange(1)}), tensor({0, 1, 0}));
    check_error("cross.size", [&] { cross(a, a); });
}

BOOST_AUTO_TEST_CASE(an_indexed_tensor_is_written) {
    Tensor x = zeros({2, 3});
    x[0] = 1;
    x[1] = tensor({4.0, 5.0, 6.0});
    check_equal(x, tensor({1.0, 1.0, 1.0, 4.0, 5.0, 6.0}).reshape({2, 3}));
    Tensor row = x[0];
    row = zeros({3});  // a variable is bound anew
    check_equal(x[0], ones({3}));
    x.index({indexing::Ellipsis, 1}) = 7;
    check_equal(x.select(1, 1), full({2}, 7.0));
    // What an index tensor gives is a copy: nobody would see what is written there.
    check_error("tensor.write_to_copy", [&] { x[tensor({0, 1})] = 5; });
    check_error("tensor.write_to_copy", [&] { x.index({tensor({0, 1}), 0}) = zeros({2}); });
}

BOOST_AUTO_TEST_CASE(a_bool_is_no_axis) {
    const Tensor x = tensor({1.0, 2.0, 4.0, 9.0}).reshape({2, 2});
    check_equal(x.std(false), lithe::std(x, {}, 0));
    check_equal(x.var(true), var(x, {}, 1));
    check_equal(x.var(1, /*correction=*/0), var(x, 1, 0));
}

BOOST_AUTO_TEST_CASE(places_are_found_and_written) {
    const Tensor x = tensor({3.0, 1.0, 3.0, 2.0});
    const auto [values, inverse, counts] = _unique2(x, true, true, true);
    check_equal(values, tensor({1.0, 2.0, 3.0}));
    check_equal(inverse, tensor({2, 0, 2, 1}));
    check_equal(counts, tensor({1, 1, 2}));
    const Tensors places = where(x > 2.5);
    check_equal(places.at(0), tensor({0, 2}));
    check_equal(index_put(x, {tensor({0, 0})}, tensor({1.0, 1.0}), true),
                tensor({5.0, 1.0, 3.0, 2.0}));
    check_equal(masked_scatter(x, x > 2.5, tensor({7.0, 8.0})), tensor({7.0, 1.0, 8.0, 2.0}));
    check_equal(scatter_reduce(x, 0, tensor({0, 0, 1}), tensor({9.0, 4.0, 0.5}), "amax", false),
                tensor({9.0, 0.5, 3.0, 2.0}));
    check_equal(repeat_interleave(x, tensor({1, 0, 2, 0})), tensor({3.0, 3.0, 3.0}));
    check_equal(bincount(tensor({1, 3, 1})), tensor({0, 2, 0, 1}));
    check_error("scatter_reduce.reduce", [&] { scatter_reduce(x, 0, tensor({0}), x, "max"); });
    check_error("masked_scatter.source", [&] { masked_scatter(x, x > 0, tensor({1.0})); });
}

BOOST_AUTO_TEST_CASE(gradients) {
    const Tensor x = numbers({3, 4}), y = numbers({3, 4}, DType::f64, 1.5, 3);
    check_gradient([](const Tensors& t) { return cumprod(t[0], 1); }, {x});
    check_gradient([](const Tensors& t) { return std::get<0>(cummax(t[0], 1)); }, {x});
    check_gradient([](const Tensors& t) { return logcumsumexp(t[0], 1); }, {x}, false);
    check_gradient([](const Tensors& t) { return hypot(t[0], t[1]); }, {x, y});
    check_gradient([](const Tensors& t) { return logaddexp(t[0], t[1]); }, {x, y});
    check_gradient([](const Tensors& t) { return cdist(t[0], t[1]); }, {x, y}, false);
    check_gradient([](const Tensors& t) { return tensordot(t[0], t[1], 1, 1); }, {x, y});
    check_gradient([](const Tensors& t) { return std::get<0>(median(t[0], 1)); }, {x});
}

BOOST_AUTO_TEST_CASE(compiled_equals_eager) {
    Many net;
    CompiledModel compiled = compile(net, "x:f32[N=2..9,4]", compile_options());
    for (const int64_t rows : {2, 5}) {
        const Tensor x = numbers({rows, 4}, DType::f32);
        const std::vector<Tensor> want = net->forward(x);
        const Tensors got = compiled(Tensors{x});
        BOOST_REQUIRE_EQUAL(got.size(), want.size());
        for (size_t i = 0; i < want.size(); ++i) {
            BOOST_TEST_CONTEXT("result " << i) { check_equal(got[i], want[i], 2e-6); }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
