#include "tests/libtorch/models/vision_transformer.h"

#include "tests/libtorch/training.h"

using namespace lithe::tests;
using vision_transformer::VisionTransformer;

BOOST_AUTO_TEST_SUITE(libtorch_vision_transformer)

BOOST_AUTO_TEST_CASE(learns_and_compiles, *boost::unit_test::label("slow")) {
    torch::manual_seed(21);
    VisionTransformer net(4, 4, /*bicubic=*/true);
    const auto x = torch::randn({8, 3, 16, 16});
    const auto classes = torch::randint(0, 5, {8}, torch::kInt64);
    torch::optim::AdamW optimizer(net->parameters(), torch::optim::AdamWOptions(3e-3));
    check_learns(optimizer, 15, 0.9, [&] { return torch::cross_entropy_loss(net(x), classes); });
    // The native size is 16 x 16, and the samples of a trace may fall on it.
    check_compiled(net, "image:f32[N=1..8,3,H=8..48,W=8..48]",
                   {{torch::randn({1, 3, 16, 16})},
                    {torch::randn({8, 3, 8, 48})},
                    {torch::randn({2, 3, 16, 31})},
                    {torch::randn({3, 3, 32, 20})}});
}

BOOST_AUTO_TEST_CASE(takes_any_batch_at_the_native_size_and_at_others,
                     *boost::unit_test::label("slow")) {
    torch::manual_seed(22);
    for (const bool bicubic : {false, true}) {
        VisionTransformer net(4, 4, bicubic);
        check_compiled(net, "image:f32[N=1..8,3,16,16]",
                       {{torch::randn({1, 3, 16, 16})}, {torch::randn({8, 3, 16, 16})}});
        check_compiled(net, "image:f32[N=1..8,3,24,32]", {{torch::randn({3, 3, 24, 32})}});
    }
}

BOOST_AUTO_TEST_CASE(takes_images_of_whole_patches) {
    torch::manual_seed(23);
    VisionTransformer net(4, 5, /*bicubic=*/false);
    check_compiled(net, "image:f32[2,3,H=16..40:4,W=16..40:4]",
                   {{torch::randn({2, 3, 20, 20})},
                    {torch::randn({2, 3, 16, 40})},
                    {torch::randn({2, 3, 40, 20})}});
}

BOOST_AUTO_TEST_SUITE_END()
