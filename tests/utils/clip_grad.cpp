#include "dsl/utils.h"

#include <lithe/lithe.h>

#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

namespace utils = nn::utils;

Tensor with_gradient(const std::vector<double>& values, const std::vector<double>& gradient) {
    Tensor x = tensor(values).requires_grad_();
    x.grad() = tensor(gradient);
    return x;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nn_utils)

BOOST_AUTO_TEST_CASE(gradients_are_clipped_by_their_norm) {
    const Tensor a = with_gradient({0, 0}, {3, 0}), b = with_gradient({0}, {4}),
                 unused = tensor({1.0}).requires_grad_();
    BOOST_CHECK_CLOSE(utils::get_total_norm({a.grad(), b.grad()}), 5, 1e-5);
    BOOST_CHECK_CLOSE(utils::clip_grad_norm_({a, b, unused}, 1), 5, 1e-5);
    BOOST_CHECK_CLOSE(a.grad().array().at(0), 3 / (5 + 1e-6), 1e-4);
    BOOST_CHECK_CLOSE(b.grad().array().at(0), 4 / (5 + 1e-6), 1e-4);
    utils::clip_grad_norm_({a, b}, 10);  // not longer than that: stays
    BOOST_CHECK_CLOSE(b.grad().array().at(0), 0.8, 1e-4);
    const Tensor c = with_gradient({0, 0}, {-6, 2});
    BOOST_CHECK_CLOSE(utils::clip_grad_norm_(c, 3, INFINITY), 6, 1e-5);
    BOOST_CHECK_CLOSE(c.grad().array().at(0), -3, 1e-4);
    BOOST_CHECK_CLOSE(utils::clip_grad_norm_(c, 100, 1), 4, 1e-4);
    const Tensor bad = with_gradient({0}, {INFINITY});
    check_error("clip_grad.nonfinite",
                [&] { utils::clip_grad_norm_(bad, 1, 2, /*error_if_nonfinite=*/true); });
    BOOST_CHECK(std::isinf(bad.grad().array().at(0)));
    BOOST_CHECK_EQUAL(utils::clip_grad_norm_(Tensors{unused}, 1), 0);
}

BOOST_AUTO_TEST_CASE(gradients_are_clipped_by_their_value) {
    const Tensor a = with_gradient({0, 0, 0}, {-5, 0.25, 7});
    utils::clip_grad_value_(a, 0.5);
    check_equal(a.grad(), tensor({-0.5, 0.25, 0.5}));
}

BOOST_AUTO_TEST_CASE(parameters_go_into_a_vector_and_back) {
    nn::Linear net(3, 2);
    const Tensor vector = utils::parameters_to_vector(net->parameters());
    BOOST_CHECK_EQUAL(vector.type().str(), "f32[8]");
    BOOST_CHECK(vector.requires_grad());
    utils::vector_to_parameters(vector.detach() * 2, net->parameters());
    check_equal(utils::parameters_to_vector(net->parameters()).detach(), vector.detach() * 2);
    BOOST_CHECK(net->weight.requires_grad());
    check_error("vector_to_parameters.size",
                [&] { utils::vector_to_parameters(zeros({7}), net->parameters()); });
    check_error("parameters_to_vector.empty", [&] { utils::parameters_to_vector({}); });
}

BOOST_AUTO_TEST_CASE(batch_norms_are_fused_into_the_layer_before) {
    manual_seed(2);
    nn::Conv2d conv(nn::Conv2dOptions(2, 3, 3).bias(false));
    nn::BatchNorm2d norm(3);
    nn::Linear fc(4, 3);
    nn::BatchNorm1d norm1(3);
    for (int i = 0; i < 3; ++i) {
        norm(conv(randn({4, 2, 5, 5})));
        norm1(fc(randn({6, 4})));
    }
    check_error("fuse.training", [&] { utils::fuse_conv_bn_eval(conv, norm); });
    conv->eval(), norm->eval(), fc->eval(), norm1->eval();
    const Tensor x = numbers({2, 2, 5, 5}, DType::f32), z = numbers({2, 4}, DType::f32);
    check_equal(utils::fuse_conv_bn_eval(conv, norm)(x).detach(), norm(conv(x)).detach(), 1e-5);
    check_equal(utils::fuse_linear_bn_eval(fc, norm1)(z).detach(), norm1(fc(z)).detach(), 1e-5);
    BOOST_CHECK(!conv->bias.defined());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
