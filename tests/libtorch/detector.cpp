#include "tests/libtorch/models/detector.h"

#include "tests/libtorch/training.h"

using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(libtorch_detector)

BOOST_AUTO_TEST_CASE(learns_and_compiles, *boost::unit_test::label("slow")) {
    torch::manual_seed(12);
    auto net = std::make_shared<detector::Detector>();
    const auto x = torch::randn({2, 3, 16, 24});
    const auto wanted = (torch::rand({2, 240, 3}) > 0.9).to(torch::kFloat32);
    const auto wanted_boxes = torch::rand({2, 240, 4});
    std::vector<torch::optim::OptimizerParamGroup> groups;
    groups.emplace_back(net->classes->parameters(),
                        std::make_unique<torch::optim::SGDOptions>(0.1));
    groups.emplace_back(net->boxes->parameters());
    torch::optim::SGD optimizer(groups,
                                torch::optim::SGDOptions(0.05).momentum(0.9).nesterov(true));
    check_learns(optimizer, 10, 0.95, [&] {
        auto [scores, boxes] = net->forward(x);
        auto focal = -(wanted * (1 - scores).pow(2) * scores.clamp_min(1e-6).log() +
                       (1 - wanted) * scores.pow(2) * torch::log(1 - scores));
        return focal.mean() + torch::smooth_l1_loss(boxes, wanted_boxes);
    });
    check_compiled(net, "image:f32[N=1..4,3,H=12..40:4,W=12..40:4]",
                   {{torch::randn({1, 3, 16, 24})},
                    {torch::randn({4, 3, 12, 40})},
                    {torch::randn({2, 3, 32, 20})}});
}

BOOST_AUTO_TEST_SUITE_END()
