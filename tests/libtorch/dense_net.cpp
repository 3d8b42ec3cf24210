#include "tests/libtorch/models/dense_net.h"

#include "tests/libtorch/training.h"

using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(libtorch_dense_net)

BOOST_AUTO_TEST_CASE(learns_and_compiles, *boost::unit_test::label("slow")) {
    torch::manual_seed(3);
    dense_net::DenseNet net;
    const auto x = torch::randn({4, 3, 16, 16});
    const auto target = torch::tensor({1, 0, 1, 2}, torch::kInt64);
    torch::optim::RMSprop optimizer(net->parameters(), torch::optim::RMSpropOptions(1e-3));
    torch::nn::CrossEntropyLoss criterion;
    check_learns(optimizer, 10, 0.8, [&] { return criterion(net->forward(x), target); });
    check_compiled(net, "x:f32[N=1..6,3,16,16]",
                   batches({1, 2, 6}, [](int64_t n) { return torch::randn({n, 3, 16, 16}); }));
}

BOOST_AUTO_TEST_SUITE_END()
