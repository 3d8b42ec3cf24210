#include "tests/libtorch/models/inverted_residual_net.h"

#include "tests/libtorch/training.h"

using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(libtorch_inverted_residual_net)

BOOST_AUTO_TEST_CASE(learns_and_compiles, *boost::unit_test::label("slow")) {
    torch::manual_seed(2);
    inverted_residual_net::MobileNetV2 net;
    const auto x = torch::randn({4, 3, 17, 17});
    const auto target = torch::tensor({1, 3, 5, 7}, torch::kLong);
    torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(3e-3));
    check_learns(optimizer, 12, 0.8,
                 [&] { return torch::nll_loss(torch::log_softmax(net(x), 1), target); });
    check_compiled(net, "x:f32[N=1..8,3,17,17]",
                   batches({1, 5}, [](int64_t n) { return torch::randn({n, 3, 17, 17}); }));
}

BOOST_AUTO_TEST_SUITE_END()
