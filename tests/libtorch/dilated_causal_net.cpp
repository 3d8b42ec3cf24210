#include "tests/libtorch/models/dilated_causal_net.h"

#include "tests/libtorch/training.h"

using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(libtorch_dilated_causal_net)

BOOST_AUTO_TEST_CASE(learns_and_compiles, *boost::unit_test::label("slow")) {
    torch::manual_seed(11);
    dilated_causal_net::WaveNet net;
    const auto x = torch::randn({3, 1, 20});
    const auto target = torch::randint(16, {3, 20}, torch::kLong);
    torch::optim::Adagrad optimizer(net->parameters(), torch::optim::AdagradOptions(0.05));
    check_learns(optimizer, 20, 0.95,
                 [&] { return torch::cross_entropy_loss(net->forward(x), target); });
    check_compiled(
        net, "x:f32[N=1..4,1,T=1..40]",
        {{torch::randn({1, 1, 1})}, {torch::randn({4, 1, 33})}, {torch::randn({2, 1, 40})}});
}

BOOST_AUTO_TEST_SUITE_END()
