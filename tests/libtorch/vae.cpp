#include "tests/libtorch/models/vae.h"

#include "tests/libtorch/training.h"

using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(libtorch_vae)

BOOST_AUTO_TEST_CASE(learns_and_compiles, *boost::unit_test::label("slow")) {
    torch::manual_seed(6);
    vae::VAE net;
    const auto images = torch::rand({10, 64});
    torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(1e-2));
    net->train();
    check_learns(optimizer, 25, 0.97, [&] {
        auto output = net->forward(images);
        auto reconstruction_loss = torch::nn::functional::binary_cross_entropy(
            output.reconstruction, images,
            torch::nn::functional::BinaryCrossEntropyFuncOptions().reduction(torch::kSum));
        auto kl_divergence =
            -0.5 * torch::sum(1 + output.log_var - output.mu.pow(2) - output.log_var.exp());
        return reconstruction_loss + kl_divergence;
    });
    check_compiled(net, "x:f32[N=1..16,64]",
                   batches({1, 7, 16}, [](int64_t n) { return torch::rand({n, 64}); }));
}

BOOST_AUTO_TEST_SUITE_END()
