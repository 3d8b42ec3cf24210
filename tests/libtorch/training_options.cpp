// Every options class of LibTorch 2.15 for losses, optimizers and loaders, with every setter.
#include <boost/test/unit_test.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

#include "lithe/torch.h"

namespace {

namespace nn = torch::nn;

/// Whether a chain of setters works on each of some classes: each gives back the class itself.
template <class... Options>
constexpr bool have(auto chain) {
    return (std::is_same_v<decltype(chain(std::declval<Options&>())), Options&> && ...);
}

static_assert(have<torch::data::DataLoaderOptions>([](auto& o) -> auto& {
    return o.batch_size(o.batch_size())
        .workers(o.workers())
        .max_jobs(o.max_jobs())
        .timeout(o.timeout())
        .enforce_ordering(o.enforce_ordering())
        .drop_last(o.drop_last());
}));
static_assert(have<nn::AdaptiveLogSoftmaxWithLossOptions>([](auto& o) -> auto& {
    return o.in_features(o.in_features())
        .n_classes(o.n_classes())
        .cutoffs(o.cutoffs())
        .div_value(o.div_value())
        .head_bias(o.head_bias());
}));
static_assert(have<nn::L1LossOptions, nn::MSELossOptions, nn::MultiLabelMarginLossOptions,
                   nn::SoftMarginLossOptions>([](auto& o) -> auto& {
    return o.reduction(o.reduction());
}));
static_assert(have<nn::KLDivLossOptions>([](auto& o) -> auto& {
    return o.reduction(o.reduction()).log_target(o.log_target());
}));
static_assert(have<nn::BCELossOptions, nn::MultiLabelSoftMarginLossOptions>([](auto& o) -> auto& {
    return o.weight(o.weight()).reduction(o.reduction());
}));
static_assert(have<nn::HingeEmbeddingLossOptions, nn::CosineEmbeddingLossOptions,
                   nn::MarginRankingLossOptions>([](auto& o) -> auto& {
    return o.margin(o.margin()).reduction(o.reduction());
}));
static_assert(have<nn::MultiMarginLossOptions>([](auto& o) -> auto& {
    return o.p(o.p()).margin(o.margin()).weight(o.weight()).reduction(o.reduction());
}));
static_assert(have<nn::TripletMarginLossOptions>([](auto& o) -> auto& {
    return o.margin(o.margin()).p(o.p()).eps(o.eps()).swap(o.swap()).reduction(o.reduction());
}));
static_assert(have<nn::TripletMarginWithDistanceLossOptions>([](auto& o) -> auto& {
    return o.distance_function(o.distance_function())
        .margin(o.margin())
        .swap(o.swap())
        .reduction(o.reduction());
}));
static_assert(have<nn::CTCLossOptions>([](auto& o) -> auto& {
    return o.blank(o.blank()).reduction(o.reduction()).zero_infinity(o.zero_infinity());
}));
static_assert(have<nn::SmoothL1LossOptions>([](auto& o) -> auto& {
    return o.reduction(o.reduction()).beta(o.beta());
}));
static_assert(have<nn::HuberLossOptions>([](auto& o) -> auto& {
    return o.reduction(o.reduction()).delta(o.delta());
}));
static_assert(have<nn::PoissonNLLLossOptions>([](auto& o) -> auto& {
    return o.log_input(o.log_input()).full(o.full()).eps(o.eps()).reduction(o.reduction());
}));
static_assert(have<nn::NLLLossOptions>([](auto& o) -> auto& {
    return o.weight(o.weight()).ignore_index(o.ignore_index()).reduction(o.reduction());
}));
static_assert(have<nn::CrossEntropyLossOptions>([](auto& o) -> auto& {
    return o.weight(o.weight())
        .ignore_index(o.ignore_index())
        .reduction(o.reduction())
        .label_smoothing(o.label_smoothing());
}));
static_assert(have<nn::BCEWithLogitsLossOptions>([](auto& o) -> auto& {
    return o.weight(o.weight()).reduction(o.reduction()).pos_weight(o.pos_weight());
}));
static_assert(have<torch::optim::AdagradOptions>([](auto& o) -> auto& {
    return o.lr(o.lr())
        .lr_decay(o.lr_decay())
        .weight_decay(o.weight_decay())
        .initial_accumulator_value(o.initial_accumulator_value())
        .eps(o.eps());
}));
static_assert(have<torch::optim::AdamOptions, torch::optim::AdamWOptions>([](auto& o) -> auto& {
    return o.lr(o.lr())
        .betas(o.betas())
        .eps(o.eps())
        .weight_decay(o.weight_decay())
        .amsgrad(o.amsgrad());
}));
static_assert(have<torch::optim::LBFGSOptions>([](auto& o) -> auto& {
    return o.lr(o.lr())
        .max_iter(o.max_iter())
        .max_eval(o.max_eval())
        .tolerance_grad(o.tolerance_grad())
        .tolerance_change(o.tolerance_change())
        .history_size(o.history_size())
        .line_search_fn(o.line_search_fn());
}));
static_assert(have<torch::optim::RMSpropOptions>([](auto& o) -> auto& {
    return o.lr(o.lr())
        .alpha(o.alpha())
        .eps(o.eps())
        .weight_decay(o.weight_decay())
        .momentum(o.momentum())
        .centered(o.centered());
}));
static_assert(have<torch::optim::SGDOptions>([](auto& o) -> auto& {
    return o.lr(o.lr())
        .momentum(o.momentum())
        .dampening(o.dampening())
        .weight_decay(o.weight_decay())
        .nesterov(o.nesterov());
}));

}  // namespace

BOOST_AUTO_TEST_SUITE(libtorch_training_options)

BOOST_AUTO_TEST_CASE(setters_keep_what_they_are_given) {
    const auto adam = torch::optim::AdamOptions(1e-2).betas({0.5, 0.9}).weight_decay(0.1);
    BOOST_CHECK_EQUAL(std::get<1>(adam.betas()), 0.9);
    BOOST_CHECK_EQUAL(adam.lr(), 1e-2);
    const auto loss = torch::nn::CrossEntropyLossOptions().label_smoothing(0.1).ignore_index(3);
    BOOST_CHECK_EQUAL(loss.label_smoothing(), 0.1);
    BOOST_CHECK_EQUAL(loss.ignore_index(), 3);
}

BOOST_AUTO_TEST_SUITE_END()
