// Losses that want a margin between what is alike and what is not.
#pragma once

#include <functional>

#include "dsl/arg.h"
#include "dsl/choice.h"
#include "dsl/holder.h"

namespace lithe::nn {

// Each loss is reduced at the end: `reduction(kNone)`, `kMean` (the default) or `kSum`.
// Errors: <loss>.reduction.

class SoftMarginLossOptions {
public:
    SoftMarginLossOptions() = default;
    SoftMarginLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(Choice, reduction) = kMean;
};

/// log(1 + exp(-target x)), targets being -1 and 1.
class SoftMarginLossImpl : public Module {
public:
    explicit SoftMarginLossImpl(const SoftMarginLossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);

    SoftMarginLossOptions options;
};
LITHE_MODULE(SoftMarginLoss);

class MultiLabelSoftMarginLossOptions {
public:
    MultiLabelSoftMarginLossOptions() = default;
    MultiLabelSoftMarginLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(Tensor, weight);
    LITHE_ARG(Choice, reduction) = kMean;
};

/// Binary cross entropy of logits, averaged over the classes.
class MultiLabelSoftMarginLossImpl : public Module {
public:
    explicit MultiLabelSoftMarginLossImpl(const MultiLabelSoftMarginLossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);
    void visit_members(FieldVisitor& visitor) override;

    MultiLabelSoftMarginLossOptions options;
};
LITHE_MODULE(MultiLabelSoftMarginLoss);

class MultiMarginLossOptions {
public:
    MultiMarginLossOptions() = default;
    MultiMarginLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(double, p) = 1;
    LITHE_ARG(double, margin) = 1;
    LITHE_ARG(Tensor, weight);
    LITHE_ARG(Choice, reduction) = kMean;
};

/// max(0, margin - x at the target + x elsewhere)^p, averaged over the classes.
class MultiMarginLossImpl : public Module {
public:
    explicit MultiMarginLossImpl(const MultiMarginLossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);
    void visit_members(FieldVisitor& visitor) override;

    MultiMarginLossOptions options;
};
LITHE_MODULE(MultiMarginLoss);

class HingeEmbeddingLossOptions {
public:
    HingeEmbeddingLossOptions() = default;
    HingeEmbeddingLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(double, margin) = 1;
    LITHE_ARG(Choice, reduction) = kMean;
};

/// x where the target is 1, max(0, margin - x) where it is -1.
class HingeEmbeddingLossImpl : public Module {
public:
    explicit HingeEmbeddingLossImpl(const HingeEmbeddingLossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);

    HingeEmbeddingLossOptions options;
};
LITHE_MODULE(HingeEmbeddingLoss);

class MarginRankingLossOptions {
public:
    MarginRankingLossOptions() = default;
    MarginRankingLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(double, margin) = 0;
    LITHE_ARG(Choice, reduction) = kMean;
};

/// max(0, -target (a - b) + margin).
class MarginRankingLossImpl : public Module {
public:
    explicit MarginRankingLossImpl(const MarginRankingLossOptions& loss_options = {});
    Tensor forward(const Tensor& a, const Tensor& b, const Tensor& target);

    MarginRankingLossOptions options;
};
LITHE_MODULE(MarginRankingLoss);

class CosineEmbeddingLossOptions {
public:
    CosineEmbeddingLossOptions() = default;
    CosineEmbeddingLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(double, margin) = 0;
    LITHE_ARG(Choice, reduction) = kMean;
};

/// 1 - cos(a, b) where the target is 1, max(0, cos(a, b) - margin) where it is -1.
class CosineEmbeddingLossImpl : public Module {
public:
    explicit CosineEmbeddingLossImpl(const CosineEmbeddingLossOptions& loss_options = {});
    Tensor forward(const Tensor& a, const Tensor& b, const Tensor& target);

    CosineEmbeddingLossOptions options;
};
LITHE_MODULE(CosineEmbeddingLoss);

class TripletMarginLossOptions {
public:
    TripletMarginLossOptions() = default;
    TripletMarginLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(double, margin) = 1;
    LITHE_ARG(double, p) = 2;
    LITHE_ARG(double, eps) = 1e-6;
    LITHE_ARG(bool, swap) = false;
    LITHE_ARG(Choice, reduction) = kMean;
};

/// max(0, |anchor - positive| - |anchor - negative| + margin).
class TripletMarginLossImpl : public Module {
public:
    explicit TripletMarginLossImpl(const TripletMarginLossOptions& loss_options = {});
    Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);

    TripletMarginLossOptions options;
};
LITHE_MODULE(TripletMarginLoss);

class TripletMarginWithDistanceLossOptions {
public:
    using Distance = std::function<Tensor(const Tensor&, const Tensor&)>;
    TripletMarginWithDistanceLossOptions() = default;
    LITHE_ARG(Distance, distance_function);
    LITHE_ARG(double, margin) = 1;
    LITHE_ARG(bool, swap) = false;
    LITHE_ARG(Choice, reduction) = kMean;
};

/// max(0, d(anchor, positive) - d(anchor, negative) + margin) with a distance of the author's.
class TripletMarginWithDistanceLossImpl : public Module {
public:
    explicit TripletMarginWithDistanceLossImpl(
        const TripletMarginWithDistanceLossOptions& loss_options = {});
    Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);

    TripletMarginWithDistanceLossOptions options;
};
LITHE_MODULE(TripletMarginWithDistanceLoss);

class MultiLabelMarginLossOptions {
public:
    MultiLabelMarginLossOptions() = default;
    MultiLabelMarginLossOptions(Choice reduction) : reduction_(reduction) {}
    LITHE_ARG(Choice, reduction) = kMean;
};

/// max(0, 1 - (x at each target - x elsewhere)), averaged over the classes; -1 ends the targets.
class MultiLabelMarginLossImpl : public Module {
public:
    explicit MultiLabelMarginLossImpl(const MultiLabelMarginLossOptions& loss_options = {});
    Tensor forward(const Tensor& x, const Tensor& target);

    MultiLabelMarginLossOptions options;
};
LITHE_MODULE(MultiLabelMarginLoss);

}  // namespace lithe::nn
