#include "tests/libtorch/models/seq2seq.h"

#include "tests/libtorch/training.h"

using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(libtorch_seq2seq)

BOOST_AUTO_TEST_CASE(learns_and_compiles, *boost::unit_test::label("slow")) {
    torch::manual_seed(4);
    seq2seq::Seq2Seq net;
    const auto src = torch::randint(0, 13, {5, 7}, torch::kLong);
    const auto target = src.slice(1, 0, 5).contiguous();
    torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(1e-2));
    check_learns(optimizer, 10, 0.9, [&] {
        auto loss = torch::nn::functional::cross_entropy(net->forward(src).view({-1, 13}),
                                                         target.view({-1}));
        return loss;
    });
    const auto words = [](int64_t n, int64_t length) {
        return torch::randint(0, 13, {n, length}, torch::kLong);
    };
    check_compiled(net, "src:i64[N=1..8,S=1..12]",
                   {{words(1, 7)}, {words(4, 1)}, {words(8, 12)}, {words(3, 2)}});
}

BOOST_AUTO_TEST_SUITE_END()
