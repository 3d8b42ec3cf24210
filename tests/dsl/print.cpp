#include "dsl/print.h"

#include <iostream>
#include <sstream>

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

BOOST_AUTO_TEST_CASE(numbers_are_written_as_numbers) {
    std::ostringstream text;
    text << tensor({2.5}).item() << ' ' << tensor({7}).item() << ' ' << tensor({true}).item() << ' '
         << Scalar(-3) << ' ' << Scalar(0.125) << ' ' << Scalar(Dim::symbol("N") + 1);
    BOOST_TEST(text.str() == "2.5 7 true -3 0.125 N + 1");
}

BOOST_AUTO_TEST_CASE(options_are_written_as_libtorch_does) {
    std::ostringstream text;
    text << TensorOptions() << zeros({1}, dtype(DType::f64).requires_grad(true)).options();
    BOOST_TEST(text.str() ==
               "TensorOptions(dtype=f32 (default), device=cpu, layout=Strided, requires_grad=false)"
               "TensorOptions(dtype=f64, device=cpu, layout=Strided, requires_grad=false)");
}

BOOST_AUTO_TEST_CASE(a_tensor_prints_its_type) {
    std::ostringstream text;
    std::streambuf* const before = std::cerr.rdbuf(text.rdbuf());
    zeros({2, 3}).print();
    Tensor().print();
    std::cerr.rdbuf(before);
    BOOST_TEST(text.str() == "[f32[2, 3]]\n[UndefinedTensor]\n");
}

BOOST_AUTO_TEST_CASE(numbers_say_what_they_are_by_libtorch_s_names) {
    const Scalar half = tensor({0.5}).item(), seven(7), yes(true);
    BOOST_TEST(half.toFloat() == 0.5f);
    BOOST_TEST(half.toDouble() == 0.5);
    BOOST_TEST(half.to<float>() == 0.5f);
    BOOST_TEST(seven.toInt() == 7);
    BOOST_TEST(seven.toLong() == 7);
    BOOST_TEST(seven.toDouble() == 7.0);
    BOOST_TEST(yes.toBool());
    BOOST_TEST(half.isFloatingPoint());
    BOOST_TEST(!half.isIntegral(true));
    BOOST_TEST(seven.isIntegral(false));
    BOOST_TEST(yes.isBoolean());
    BOOST_TEST(!yes.isIntegral(false));
    BOOST_TEST(yes.isIntegral(true));
    BOOST_TEST(half.equal(0.5));
    BOOST_TEST((half.type() == DType::f64 && seven.type() == DType::i64));
    BOOST_TEST(tensor({0.5}).item<bool>());
    BOOST_TEST(!tensor({0}).item().toBool());
}

BOOST_AUTO_TEST_SUITE_END()
