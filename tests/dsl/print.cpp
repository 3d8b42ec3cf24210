#include "dsl/print.h"

#include "tests/support/tensors.h"

using namespace lithe;

BOOST_AUTO_TEST_SUITE(print)

BOOST_AUTO_TEST_CASE(as_python_prints) {
    BOOST_TEST(str(tensor({1.0, 2.5})) == "tensor([1.0000, 2.5000])");
    BOOST_TEST(str(tensor({{1.0, -2.0}, {3.0, 4.0}})) ==
               "tensor([[ 1., -2.],\n        [ 3.,  4.]])");
    BOOST_TEST(str(tensor({1, 20})) == "tensor([ 1, 20])");
    BOOST_TEST(str(tensor({true, false})) == "tensor([ True, False])");
    BOOST_TEST(str(full({}, 3)) == "tensor(3)");
    BOOST_TEST(str(tensor({1.0}, DType::f64)) == "tensor([1.], dtype=torch.float64)");
    BOOST_TEST(str(zeros({0})) == "tensor([])");
    BOOST_TEST(str(tensor({1e-6, 1.0})) == "tensor([1.0000e-06, 1.0000e+00])");
    BOOST_TEST(str(tensor({double(NAN), double(INFINITY), 1.5})) ==
               "tensor([   nan,    inf, 1.5000])");
    BOOST_TEST(str(ones({1}).requires_grad_()) == "tensor([1.], requires_grad=True)");
    BOOST_TEST(str(arange(2000)) == "tensor([   0,    1,    2, ..., 1997, 1998, 1999])");
}

BOOST_AUTO_TEST_SUITE_END()
