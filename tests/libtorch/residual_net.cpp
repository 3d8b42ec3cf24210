#include "tests/libtorch/models/residual_net.h"

#include "tests/libtorch/training.h"

using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(libtorch_residual_net)

BOOST_AUTO_TEST_CASE(learns_and_compiles, *boost::unit_test::label("slow")) {
    torch::manual_seed(1);
    residual_net::ResNet10 net;
    const auto x = torch::randn({6, 3, 12, 12});
    const auto target = torch::tensor({0, 1, 2, 3, 4, 5}, torch::kLong);
    torch::optim::SGD optimizer(net->parameters(), torch::optim::SGDOptions(0.05).momentum(0.9));
    net->train();
    check_learns(optimizer, 8, 0.5,
                 [&] { return torch::nn::functional::cross_entropy(net->forward(x), target); });
    check_compiled(net, "x:f32[N=1..8,3,12,12]",
                   batches({1, 3, 8}, [](int64_t n) { return torch::randn({n, 3, 12, 12}); }));
}

BOOST_AUTO_TEST_SUITE_END()
