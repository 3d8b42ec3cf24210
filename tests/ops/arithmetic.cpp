#include "tests/support/check_gradient.h"

using namespace lithe;
using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(ops_arithmetic)

BOOST_AUTO_TEST_CASE(operators_broadcast) {
    const Tensor a = tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}), b = tensor({10.0, 20.0, 30.0});
    check_equal(a + b, tensor({{11.0, 22.0, 33.0}, {14.0, 25.0, 36.0}}));
    check_equal(b - a, tensor({{9.0, 18.0, 27.0}, {6.0, 15.0, 24.0}}));
    check_equal(a * b, tensor({{10.0, 40.0, 90.0}, {40.0, 100.0, 180.0}}));
    check_equal(b / a, tensor({{10.0, 10.0, 10.0}, {2.5, 4.0, 5.0}}));
    check_equal(-a, tensor({{-1.0, -2.0, -3.0}, {-4.0, -5.0, -6.0}}));
    check_equal(a > 3, tensor({{false, false, false}, {true, true, true}}));
}

BOOST_AUTO_TEST_CASE(numbers_promote_as_in_pytorch) {
    const Tensor whole = tensor({1, 2, 3}), real = tensor({1.0, 2.0}), flag = tensor({true, false});
    BOOST_TEST(str((whole + 1).sizes()) == "[3]");
    BOOST_TEST(((whole + 1).dtype() == DType::i64));
    BOOST_TEST(((whole + 1.5).dtype() == DType::f32));
    BOOST_TEST(((whole / 2).dtype() == DType::f32));
    BOOST_TEST(((real * 2).dtype() == DType::f32));
    BOOST_TEST(((real.to(DType::f64) * 2.5).dtype() == DType::f64));
    BOOST_TEST(((flag + 1).dtype() == DType::i64));
    BOOST_TEST(((whole + full({}, 1.0, DType::f64)).dtype() == DType::f64));
    BOOST_TEST(((real + full({}, 1.0, DType::f64)).dtype() == DType::f32));
}

BOOST_AUTO_TEST_CASE(shapes_that_do_not_broadcast_are_refused) {
    check_error("broadcast.shapes", [] { zeros({2, 3}) + zeros({2, 4}); });
}

BOOST_AUTO_TEST_CASE(gradients_equal_finite_differences) {
    const Tensor a = numbers({3, 4}), b = numbers({4}, DType::f64, 1.5, 1) + 3.0;
    check_gradient([](const Tensors& x) { return x[0] + x[1]; }, {a, b});
    check_gradient([](const Tensors& x) { return x[0] - x[1]; }, {a, b});
    check_gradient([](const Tensors& x) { return x[0] * x[1]; }, {a, b});
    check_gradient([](const Tensors& x) { return x[0] / x[1]; }, {a, b});
    check_gradient([](const Tensors& x) { return relu(-x[0]); }, {a});
}

BOOST_AUTO_TEST_SUITE_END()
