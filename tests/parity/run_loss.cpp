#include "tests/parity/runners.h"

namespace lithe::tests::parity {
namespace {

/// Sets the options that both the case and the class have.
template <class Made>
Made loss_options(const Options& o) {
    Made made;
    made.reduction(o.choice("reduction", kMean));
    if constexpr (requires { made.beta(1.0); }) LITHE_OPTION(o, made, double, beta);
    if constexpr (requires { made.delta(1.0); }) LITHE_OPTION(o, made, double, delta);
    if constexpr (requires { made.margin(1.0); }) LITHE_OPTION(o, made, double, margin);
    if constexpr (requires { made.p(1.0); }) LITHE_OPTION(o, made, double, p);
    if constexpr (requires { made.swap(true); }) LITHE_OPTION(o, made, bool, swap);
    if constexpr (requires { made.full(true); }) LITHE_OPTION(o, made, bool, full);
    if constexpr (requires { made.log_input(true); }) LITHE_OPTION(o, made, bool, log_input);
    if constexpr (requires { made.log_target(true); }) LITHE_OPTION(o, made, bool, log_target);
    if constexpr (requires { made.ignore_index(1); }) LITHE_OPTION(o, made, int64_t, ignore_index);
    if constexpr (requires { made.label_smoothing(1.0); })
        LITHE_OPTION(o, made, double, label_smoothing);
    if constexpr (requires { made.weight(Tensor()); }) made.weight(o.tensor("weight"));
    if constexpr (requires { made.pos_weight(Tensor()); }) made.pos_weight(o.tensor("pos_weight"));
    return made;
}

template <class Holder, class Made>
void loss(const char* name) {
    add_runner(name, [](const Options& o) { return positional(Holder(loss_options<Made>(o))); });
}

void add_adaptive() {
    add_runner("nn.AdaptiveLogSoftmaxWithLoss", [](const Options& o) {
        nn::AdaptiveLogSoftmaxWithLossOptions made(o.integer("in_features"), o.integer("n_classes"),
                                                   o.list("cutoffs"));
        LITHE_OPTION(o, made, double, div_value);
        LITHE_OPTION(o, made, bool, head_bias);
        return positional(nn::AdaptiveLogSoftmaxWithLoss(made));
    });
    add_runner("nn.CTCLoss", [](const Options& o) {
        nn::CTCLossOptions made;
        made.reduction(o.choice("reduction", kMean));
        LITHE_OPTION(o, made, int64_t, blank);
        LITHE_OPTION(o, made, bool, zero_infinity);
        return positional(nn::CTCLoss(made));
    });
    add_runner("nn.LinearCrossEntropyLoss", [](const Options& o) {
        nn::LinearCrossEntropyLossOptions made(o.integer("in_features"), o.integer("num_classes"));
        made.reduction(o.choice("reduction", kMean)).weight(o.tensor("weight"));
        if (o.has("out_features")) made.out_features(o.list("out_features"));
        LITHE_OPTION(o, made, bool, bias);
        LITHE_OPTION(o, made, int64_t, ignore_index);
        LITHE_OPTION(o, made, double, label_smoothing);
        return positional(nn::LinearCrossEntropyLoss(made));
    });
}

#define LITHE_LOSS(name) loss<nn::name, nn::name##Options>("nn." #name)

[[maybe_unused]] const bool is_added = [] {
    add_adaptive();
    loss<nn::NLLLoss2d, nn::NLLLossOptions>("nn.NLLLoss2d");
    LITHE_LOSS(L1Loss);
    LITHE_LOSS(MultiLabelMarginLoss);
    LITHE_LOSS(MSELoss);
    LITHE_LOSS(SmoothL1Loss);
    LITHE_LOSS(HuberLoss);
    LITHE_LOSS(BCELoss);
    LITHE_LOSS(BCEWithLogitsLoss);
    LITHE_LOSS(CrossEntropyLoss);
    LITHE_LOSS(NLLLoss);
    LITHE_LOSS(KLDivLoss);
    LITHE_LOSS(SoftMarginLoss);
    LITHE_LOSS(MultiLabelSoftMarginLoss);
    LITHE_LOSS(MultiMarginLoss);
    LITHE_LOSS(HingeEmbeddingLoss);
    LITHE_LOSS(MarginRankingLoss);
    LITHE_LOSS(CosineEmbeddingLoss);
    LITHE_LOSS(TripletMarginLoss);
    LITHE_LOSS(TripletMarginWithDistanceLoss);
    LITHE_LOSS(PoissonNLLLoss);
    LITHE_LOSS(GaussianNLLLoss);
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
