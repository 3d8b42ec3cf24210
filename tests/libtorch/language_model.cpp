#include "tests/libtorch/models/language_model.h"

#include "tests/libtorch/training.h"

using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(libtorch_language_model)

BOOST_AUTO_TEST_CASE(learns_and_compiles, *boost::unit_test::label("slow")) {
    torch::manual_seed(8);
    language_model::GPT net;
    const auto tokens = torch::randint(0, 17, {4, 13}, torch::kLong);
    torch::optim::AdamW optimizer(net->parameters(),
                                  torch::optim::AdamWOptions(1e-2).weight_decay(0.01));
    check_learns(optimizer, 20, 0.8, [&] {
        auto logits =
            net->forward(tokens.index({torch::indexing::Slice(), torch::indexing::Slice(0, -1)}));
        auto loss = torch::nn::functional::cross_entropy(logits.view({-1, logits.size(-1)}),
                                                         tokens.slice(1, 1).reshape({-1}));
        return loss;
    });
    check_compiled(net, "idx:i64[N=1..4,T=1..24]",
                   {{torch::randint(0, 17, {1, 1}, torch::kLong)},
                    {torch::randint(0, 17, {3, 24}, torch::kLong)},
                    {torch::randint(0, 17, {4, 7}, torch::kLong)}});
}

BOOST_AUTO_TEST_SUITE_END()
