#include "tests/libtorch/models/gan.h"

#include "tests/libtorch/training.h"

using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(libtorch_gan)

BOOST_AUTO_TEST_CASE(learns_and_compiles, *boost::unit_test::label("slow")) {
    torch::manual_seed(7);
    gan::DCGANGenerator generator;
    torch::nn::Sequential discriminator = gan::make_discriminator();
    torch::optim::Adam generator_optimizer(
        generator->parameters(), torch::optim::AdamOptions(2e-3).betas(std::make_tuple(0.5, 0.5)));
    torch::optim::Adam discriminator_optimizer(
        discriminator->parameters(),
        torch::optim::AdamOptions(5e-3).betas(std::make_tuple(0.5, 0.5)));
    const auto real_images = torch::ones({8, 1, 16, 16}) * torch::linspace(-1, 1, 16);
    double before = 0, after = 0;
    for (int step = 0; step < 12; ++step) {
        // Train discriminator with real images.
        discriminator->zero_grad();
        auto real_labels = torch::empty({8}).uniform_(0.8, 1.0);
        auto real_output = discriminator->forward(real_images).reshape(real_labels.sizes());
        auto d_loss_real = torch::binary_cross_entropy(real_output, real_labels);
        d_loss_real.backward();

        // Train discriminator with fake images.
        auto noise = torch::randn({8, 10, 1, 1});
        auto fake_images = generator->forward(noise);
        auto fake_labels = torch::zeros(8);
        auto fake_output =
            discriminator->forward(fake_images.detach()).reshape(fake_labels.sizes());
        auto d_loss_fake = torch::binary_cross_entropy(fake_output, fake_labels);
        d_loss_fake.backward();
        discriminator_optimizer.step();
        const auto d_loss = (d_loss_real + d_loss_fake).item<float>();
        if (step == 0) before = d_loss;
        after = d_loss;

        // Train generator.
        generator->zero_grad();
        fake_labels.fill_(1);
        fake_output = discriminator->forward(fake_images).reshape(fake_labels.sizes());
        auto g_loss = torch::binary_cross_entropy(fake_output, fake_labels);
        g_loss.backward();
        generator_optimizer.step();
        BOOST_TEST(std::isfinite(g_loss.item<double>()));
    }
    BOOST_TEST(after < before, "the discriminator went from " << before << " to " << after);
    check_compiled(generator, "z:f32[N=1..8,10,1,1]",
                   batches({1, 3, 8}, [](int64_t n) { return torch::randn({n, 10, 1, 1}); }));
    check_compiled(discriminator, "x:f32[N=1..8,1,16,16]",
                   batches({1, 5}, [](int64_t n) { return torch::randn({n, 1, 16, 16}); }));
}

BOOST_AUTO_TEST_SUITE_END()
