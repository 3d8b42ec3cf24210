#include "tests/libtorch/models/u_net.h"

#include "tests/libtorch/training.h"

using namespace lithe::tests;

namespace {

const char* const any_size = "x:f32[N=1..4,3,H=12..40,W=12..40]";

std::vector<lithe::Tensors> images() {
    return {{torch::randn({1, 3, 18, 14})},
            {torch::randn({4, 3, 13, 40})},
            {torch::randn({2, 3, 31, 19})}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(libtorch_u_net)

BOOST_AUTO_TEST_CASE(learns_and_compiles, *boost::unit_test::label("slow")) {
    torch::manual_seed(9);
    u_net::UNet net;
    const auto x = torch::randn({2, 3, 18, 14});
    const auto target = (torch::rand({2, 2, 18, 14}) > 0.5).to(torch::kFloat);
    torch::optim::Adam optimizer(net->parameters(), 1e-2);
    check_learns(optimizer, 10, 0.99, [&] { return torch::mse_loss(net(x), target); });
    check_compiled(net, any_size, images());
}

BOOST_AUTO_TEST_CASE(with_transposed_convolutions_takes_any_size,
                     *boost::unit_test::label("slow")) {
    torch::manual_seed(10);
    check_compiled(u_net::UNet(3, 2, /*bilinear=*/false), any_size, images());
}

BOOST_AUTO_TEST_SUITE_END()
