// Eigenvalues and singular values by rotations, as compiled models have them, against those of
// eager mode.
#include "tests/support/compiled_function.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// Eigenvalues as far apart as the digits of a double.
Tensor hilbert(int64_t n) {
    const Tensor i = arange(n, DType::f64);
    return 1 / (unsqueeze(i, 1) + i + 1);
}

Tensor symmetric(int64_t n) {
    const Tensor a = numbers({n, n}, DType::f64);
    return a + a.t();
}

/// Singular values far from each other.
Tensor spread(int64_t rows, int64_t columns) {
    const Tensor scale = diag(arange(columns, DType::f64) + 1);
    return numbers({rows, columns}, DType::f64) * 0.1 + narrow(scale, 0, 0, rows);
}

Tensor mT(const Tensor& x) { return transpose(x, -2, -1); }

std::string spec_of(const Tensor& x) {
    return "x:f64[N=1..9," + x.size(0).str() + "," + x.size(1).str() + "]";
}

void check_close(const Tensor& a, const Tensor& b, double bound) {
    BOOST_REQUIRE_EQUAL(a.type().str(), b.type().str());
    BOOST_TEST(amax(abs(a - b)).item<double>() <= bound);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ops_linalg_spectrum, *boost::unit_test::label("long"))

BOOST_AUTO_TEST_CASE(compiled_eigenvalues_equal_those_of_eager_mode,
                     *boost::unit_test::label("sampled")) {
    const NoGradGuard no_grad;
    const Tensor same = eye(5, DType::f64) * 3.0, zero = zeros({4, 4}, DType::f64);
    Sample sample(5);
    for (const Tensor& a : {symmetric(1), symmetric(2), symmetric(3), symmetric(8), symmetric(17),
                            hilbert(7), same, zero}) {
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT(a.type().str()) {
            CompiledFunction f(
                [](const Tensors& x) {
                    const auto [l, v] = linalg::eigh(x[0]);
                    return Tensors{l, v};
                },
                spec_of(a));
            const Tensor batch = stack({a, -a}, 0);
            const Tensors got = f.model()(Tensors{batch}), want = f.eager(Tensors{batch});
            const double scale = 1 + amax(abs(a)).item<double>() * static_cast<double>(a.size(0));
            const Tensor &l = got[0], &v = got[1];
            check_close(l, want[0], 1e-13 * scale);
            check_close(matmul(v * unsqueeze(l, -2), mT(v)), batch, 1e-13 * scale);
            check_close(matmul(mT(v), v), expand(eye(a.size(0), DType::f64), v.sizes()), 1e-13);
        }
    }
}

BOOST_AUTO_TEST_CASE(vectors_have_one_sign) {
    const NoGradGuard no_grad;
    CompiledFunction eigen(
        [](const Tensors& x) { return Tensors{std::get<1>(linalg::eigh(x[0]))}; }, "x:f64[6,6]");
    eigen.check({spread(6, 6) + spread(6, 6).t()}, 1e-11);
    CompiledFunction singular(
        [](const Tensors& x) {
            const auto [u, s, vt] = linalg::svd(x[0], false);
            return Tensors{u, s, vt};
        },
        "x:f64[4,7]");
    singular.check({spread(4, 7)}, 1e-11);
}

BOOST_AUTO_TEST_CASE(compiled_singular_values_equal_those_of_eager_mode,
                     *boost::unit_test::label("slow")) {
    const NoGradGuard no_grad;
    // Of rank 1, and a column of zeros.
    const Tensor line = numbers({5, 1}, DType::f64), one = matmul(line, ones({1, 3}, DType::f64));
    const Tensor gap = numbers({4, 3}, DType::f64) * tensor({1.0, 0.0, 1.0}).to(DType::f64);
    for (const Tensor& a :
         {numbers({1, 1}, DType::f64), numbers({5, 2}, DType::f64), numbers({3, 7}, DType::f64),
          numbers({9, 9}, DType::f64), hilbert(6), one, gap, zeros({3, 2}, DType::f64)}) {
        for (const bool is_full : {false, true}) {
            BOOST_TEST_CONTEXT(a.type().str() << ", full: " << is_full) {
                CompiledFunction f(
                    [&](const Tensors& x) {
                        const auto [u, s, vt] = linalg::svd(x[0], is_full);
                        return Tensors{u, s, vt};
                    },
                    spec_of(a));
                const Tensor batch = stack({a, a * 2}, 0);
                const Tensors got = f.model()(Tensors{batch}), want = f.eager(Tensors{batch});
                const Tensor &u = got[0], &s = got[1], &vt = got[2];
                const int64_t k = s.size(-1);
                check_close(s, want[1], 1e-13);
                const Tensor first = narrow(u, -1, 0, k) * unsqueeze(s, -2);
                check_close(matmul(first, narrow(vt, -2, 0, k)), batch, 1e-13);
                for (const Tensor& q : {u, mT(vt)}) {
                    const Tensor products = matmul(mT(q), q);
                    check_close(products, expand(eye(q.size(-1), DType::f64), products.sizes()),
                                1e-12);
                }
                BOOST_TEST(u.type().str() == want[0].type().str());
                BOOST_TEST(vt.type().str() == want[2].type().str());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(pseudo_inverses_and_ranks_compile, *boost::unit_test::label("slow")) {
    const NoGradGuard no_grad;
    CompiledFunction f(
        [](const Tensors& x) {
            return Tensors{linalg::pinv(x[0]), linalg::matrix_rank(x[0]),
                           linalg::matrix_norm(x[0], 2), linalg::matrix_norm(x[0], "nuc")};
        },
        "x:f32[N=1..9,4,3]");
    f.check({numbers({2, 4, 3}, DType::f32)}, 1e-5);
}

BOOST_AUTO_TEST_SUITE_END()
