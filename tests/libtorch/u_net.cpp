#include "tests/libtorch/models/u_net.h"

#include "tests/libtorch/training.h"

using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(libtorch_u_net)

BOOST_AUTO_TEST_CASE(learns_and_compiles, *boost::unit_test::label("slow")) {
    torch::manual_seed(9);
    u_net::UNet net;
    const auto x = torch::randn({2, 3, 18, 14});
    const auto target = (torch::rand({2, 2, 18, 14}) > 0.5).to(torch::kFloat);
    torch::optim::Adam optimizer(net->parameters(), 1e-2);
    check_learns(optimizer, 10, 0.99, [&] { return torch::mse_loss(net(x), target); });
    check_compiled(net, "x:f32[N=1..4,3,18,14]",
                   batches({1, 4}, [](int64_t n) { return torch::randn({n, 3, 18, 14}); }));
}

BOOST_AUTO_TEST_SUITE_END()
