#include "tests/support/check_gradient.h"

using namespace lithe;
using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(ops_reduction)

BOOST_AUTO_TEST_CASE(values_by_axes) {
    const Tensor x = tensor({{1.0, 5.0, 3.0}, {4.0, 2.0, 9.0}});
    check_equal(x.sum(), full({}, 24.0));
    check_equal(x.sum(0), tensor({5.0, 7.0, 12.0}));
    check_equal(x.sum(-1, true), tensor({{9.0}, {15.0}}));
    check_equal(x.sum({0, 1}), full({}, 24.0));
    check_equal(x.mean(1), tensor({3.0, 5.0}));
    check_equal(x.amax(0), tensor({4.0, 5.0, 9.0}));
    check_equal(x.amin(1), tensor({1.0, 2.0}));
    check_equal(x.prod(1), tensor({15.0, 72.0}));
    check_equal(x.argmax(), full({}, 5));
    check_equal(x.argmax(0), tensor({1, 0, 1}));
    check_equal(x.argmin(1), tensor({0, 1}));
    check_equal((x > 4).any(1), tensor({true, true}));
    check_equal((x > 1).all(0), tensor({false, true, true}));
    check_equal(x.cumsum(1), tensor({{1.0, 6.0, 9.0}, {4.0, 6.0, 15.0}}));
    check_equal(x.var(1), tensor({4.0, 13.0}));
    check_equal(tensor({true, true, false}).sum(), full({}, 2));
    const auto [values, indices] = x.max(1);
    check_equal(values, tensor({5.0, 9.0}));
    check_equal(indices, tensor({1, 2}));
}

BOOST_AUTO_TEST_CASE(nothing_to_reduce) {
    check_equal(zeros({0, 3}).sum(0), zeros({3}));
    check_equal(ones({2, 0}).prod(1), ones({2}));
    check_equal(zeros({0}, DType::boolean).any(), full({}, false));
    check_equal(zeros({0}, DType::boolean).all(), full({}, true));
    check_error("amax.empty", [] { zeros({0, 3}).amax(0); });
    check_error("argmax.empty", [] { zeros({0}).argmax(); });
    check_error("sum.axis", [] { zeros({2, 3}).sum(2); });
    check_error("sum.axis", [] { zeros({2, 3}).sum({0, -2}); });
}

BOOST_AUTO_TEST_CASE(nan_is_largest) {
    const Tensor x = tensor({1.0, NAN, 3.0, NAN});
    check_equal(x.amax(), full({}, double(NAN)));
    check_equal(x.amin(), full({}, double(NAN)));
    check_equal(x.argmax(), full({}, 1));
    check_equal(x.argmin(), full({}, 1));
    check_equal(x.argsort(), tensor({0, 2, 1, 3}));
    check_equal(x.argsort(-1, true), tensor({1, 3, 2, 0}));
}

BOOST_AUTO_TEST_CASE(sorting_is_stable) {
    const Tensor x = tensor({{3, 1, 3, 2}, {0, 0, -1, 5}});
    const auto [values, order] = x.sort(1);
    check_equal(values, tensor({{1, 2, 3, 3}, {-1, 0, 0, 5}}));
    check_equal(order, tensor({{1, 3, 0, 2}, {2, 0, 1, 3}}));
    const auto [top, places] = x.topk(2);
    check_equal(top, tensor({{3, 3}, {5, 0}}));
    check_equal(places, tensor({{0, 2}, {3, 0}}));
    check_error("topk.count", [&] { x.topk(5); });
}

BOOST_AUTO_TEST_CASE(softmax_is_safe) {
    const Tensor x = tensor({{1000.0, 1000.0}, {-INFINITY, 0.0}, {-INFINITY, -INFINITY}});
    check_equal(x.softmax(1), tensor({{0.5, 0.5}, {0.0, 1.0}, {double(NAN), double(NAN)}}));
    check_equal(x.slice(0, 0, 2).log_softmax(1),
                tensor({{-std::log(2.0), -std::log(2.0)}, {-INFINITY, 0.0}}), 1e-7);
    check_equal(logsumexp(x, 1), tensor({1000.0 + std::log(2.0), 0.0, -INFINITY}), 1e-7);
}

BOOST_AUTO_TEST_CASE(gradients_equal_finite_differences) {
    const Tensor x = numbers({2, 3, 2});
    check_gradient([](const Tensors& t) { return t[0].sum({0, 2}); }, {x});
    check_gradient([](const Tensors& t) { return t[0].mean(1, true); }, {x});
    check_gradient([](const Tensors& t) { return t[0].amax(1); }, {x});
    check_gradient([](const Tensors& t) { return t[0].amin({0, 1}); }, {x});
    check_gradient([](const Tensors& t) { return t[0].prod(1); }, {x});
    check_gradient([](const Tensors& t) { return std::get<0>(t[0].max(2)); }, {x});
    check_gradient([](const Tensors& t) { return t[0].var({0, 1}); }, {x});
    check_gradient([](const Tensors& t) { return t[0].std(1); }, {x});
    check_gradient([](const Tensors& t) { return t[0].norm(2, 1); }, {x});
    check_gradient([](const Tensors& t) { return t[0].norm(3, {0, 2}); }, {x});
    check_gradient([](const Tensors& t) { return t[0].cumsum(1); }, {x});
    check_gradient([](const Tensors& t) { return t[0].softmax(1); }, {x});
    check_gradient([](const Tensors& t) { return t[0].log_softmax(-1); }, {x});
    check_gradient([](const Tensors& t) { return logsumexp(t[0], {0, 1}); }, {x});
    check_gradient([](const Tensors& t) { return std::get<0>(t[0].sort(1)); }, {x});
}

BOOST_AUTO_TEST_CASE(product_beside_zeros) {
    Tensor x = tensor({{2.0, 0.0, 3.0}, {0.0, 0.0, 5.0}}).requires_grad_();
    x.prod(1).sum().backward();
    check_equal(x.grad(), tensor({{0.0, 6.0, 0.0}, {0.0, 0.0, 0.0}}));
}

BOOST_AUTO_TEST_CASE(norm_has_gradient_zero_at_zero) {
    Tensor x = zeros({3}).requires_grad_();
    x.norm().backward();
    check_equal(x.grad(), zeros({3}));
}

BOOST_AUTO_TEST_SUITE_END()
