// Linear algebra: what the results must satisfy, gradients, and compiled equal to eager.
#include "compiler/compiled_model.h"
#include "tests/support/check_gradient.h"
#include "tests/support/compile_options.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// A batch of matrices with a clear inverse.
Tensor regular(const Sizes& sizes) {
    return numbers(sizes) + eye(sizes.back(), DType::f64).to(DType::f64) * 3;
}

Tensor definite(const Sizes& sizes) {
    const Tensor a = regular(sizes);
    return matmul(a, transpose(a, -2, -1));
}

struct SolverImpl : nn::Module {
    std::vector<Tensor> forward(const Tensor& a) {
        const auto [sign, size] = linalg::slogdet(a);
        const Tensor square = matmul(a, transpose(a, -2, -1));
        const auto [q, r] = linalg::qr(a);
        return {linalg::inv(a), linalg::det(a), sign, size, linalg::cholesky(square), q, r};
    }
};
LITHE_MODULE(Solver);

}  // namespace

BOOST_AUTO_TEST_SUITE(ops_linalg)

BOOST_AUTO_TEST_CASE(what_is_solved_fits) {
    for (const Sizes& sizes : std::vector<Sizes>{{1, 1}, {4, 4}, {2, 3, 3}, {0, 2, 2}}) {
        const Tensor a = regular(sizes), one = expand(eye(sizes.back(), DType::f64), a.sizes());
        check_equal(matmul(a, linalg::inv(a)), one, 1e-12);
        check_equal(matmul(a, linalg::solve(a, a * 2)), a * 2, 1e-12);
        const Tensor l = linalg::cholesky(definite(sizes));
        check_equal(matmul(l, transpose(l, -2, -1)), definite(sizes), 1e-12);
        const auto [q, r] = linalg::qr(a);
        check_equal(matmul(q, r), a, 1e-12);
        check_equal(matmul(transpose(q, -2, -1), q), one, 1e-12);
        const auto [values, vectors] = linalg::eigh(definite(sizes));
        check_equal(matmul(vectors * unsqueeze(values, -2), transpose(vectors, -2, -1)),
                    definite(sizes), 1e-10);
        const auto [u, s, vt] = linalg::svd(a);
        check_equal(matmul(u * unsqueeze(s, -2), vt), a, 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(determinants) {
    check_equal(det(tensor({0.0, 2.0, 3.0, 0.0}).reshape({2, 2})), tensor(-6.0f));
    check_equal(det(tensor({1.0, 2.0, 2.0, 4.0}).reshape({2, 2})), tensor(0.0f));
    const auto [sign, size] = slogdet(tensor({0.0, 2.0, 3.0, 0.0}).reshape({2, 2}));
    check_equal(sign, tensor(-1.0f));
    check_equal(size, tensor(std::log(6.0f)), 1e-7);
}

BOOST_AUTO_TEST_CASE(gradients) {
    const Tensor a = regular({2, 3, 3}), b = numbers({2, 3, 2}, DType::f64, 1.0, 3);
    const auto symmetric = [](const Tensor& x) { return x + transpose(x, -2, -1); };
    check_gradient([](const Tensors& t) { return linalg::inv(t[0]); }, {a});
    check_gradient([](const Tensors& t) { return linalg::det(t[0]); }, {a});
    check_gradient([](const Tensors& t) { return std::get<1>(linalg::slogdet(t[0])); }, {a});
    check_gradient([](const Tensors& t) { return linalg::solve(t[0], t[1]); }, {a, b});
    check_gradient([](const Tensors& t) { return std::get<0>(linalg::qr(t[0])); }, {a});
    check_gradient([&](const Tensors& t) { return linalg::cholesky(symmetric(t[0])); },
                   {definite({3, 3})});
    check_gradient([&](const Tensors& t) { return linalg::eigvalsh(symmetric(t[0])); },
                   {regular({3, 3})}, false);
    check_gradient(
        [&](const Tensors& t) {
            const auto [l, v] = linalg::eigh(symmetric(t[0]));
            return v * v;  // whatever the signs
        },
        {regular({3, 3})}, false);
    check_gradient([](const Tensors& t) { return linalg::svdvals(t[0]); }, {regular({3, 3})},
                   false);
    check_gradient(
        [](const Tensors& t) {
            const auto [u, s, vt] = linalg::svd(t[0], false);
            return matmul(u * u, vt * vt);
        },
        {narrow(regular({4, 4}), 1, 0, 2)}, false);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_refused) {
    const Tensor singular = tensor({1.0, 2.0, 2.0, 4.0}).reshape({2, 2});
    check_error("linalg.singular", [&] { linalg::inv(singular); });
    check_error("linalg.square", [&] { linalg::det(ones({2, 3})); });
    check_error("linalg.rows", [&] { linalg::solve(eye(3), ones({2, 2})); });
    check_error("linalg.not_positive_definite", [&] { linalg::cholesky(-eye(2)); });
    check_error("linalg.qr_mode", [&] { linalg::qr(singular, "some"); });
}

BOOST_AUTO_TEST_CASE(compiled_equals_eager) {
    Solver net;
    CompiledModel compiled = compile(net, "a:f32[N=1..9,3,3]", compile_options());
    for (const int64_t count : {1, 5}) {
        const Tensor a = regular({count, 3, 3}).to(DType::f32);
        const std::vector<Tensor> want = net->forward(a);
        const Tensors got = compiled(Tensors{a});
        BOOST_REQUIRE_EQUAL(got.size(), want.size());
        for (size_t i = 0; i < want.size(); ++i) {
            BOOST_TEST_CONTEXT("result " << i) { check_equal(got[i], want[i], 2e-5); }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
