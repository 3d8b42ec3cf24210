#include "dsl/layers/adaptive.h"

#include "dsl/layers/make.h"
#include "dsl/ops.h"

namespace lithe::nn {
namespace {

[[noreturn]] void fail(const char* id, const std::string& text) {
    throw UserError(std::string("adaptive_log_softmax.") + id, "adaptive_log_softmax: " + text);
}

void check_cutoffs(const Sizes& cutoffs, int64_t classes) {
    bool rises = !cutoffs.empty() && cutoffs.front() > 0 && cutoffs.back() <= classes - 1;
    for (size_t i = 1; i < cutoffs.size(); ++i) rises = rises && cutoffs[i - 1] < cutoffs[i];
    if (rises) return;
    fail("cutoffs", "cutoffs should be unique, positive, rising and below n_classes " +
                        std::to_string(classes) + ", got " + lithe::str(to_shape(cutoffs)));
}

/// Targets are data: where they are known they are checked.
void check_target(const Tensor& x, const Tensor& target, int64_t classes) {
    const bool fits = x.dim() == 2 ? target.dim() == 1 : x.dim() == 1 && target.dim() == 0;
    if (!fits) {
        fail("rank", "expected x [N, in_features] and target [N], or neither with N, got " +
                         x.type().str() + " and " + target.type().str());
    }
    if (target.is_floating_point()) fail("target", "expected classes, got " + target.type().str());
    if (target.is_symbolic()) return;
    for (const auto value : target.to_vector<int64_t>()) {
        if (value >= 0 && value < classes) continue;
        fail("target", "target values should be in 0.." + std::to_string(classes - 1) + ", got " +
                           std::to_string(value));
    }
}

}  // namespace

AdaptiveLogSoftmaxWithLossImpl::AdaptiveLogSoftmaxWithLossImpl(
    const AdaptiveLogSoftmaxWithLossOptions& adaptive_options)
    : options(adaptive_options) {
    const Sizes& cutoffs = options.cutoffs();
    check_cutoffs(cutoffs, options.n_classes());
    const auto clusters = static_cast<int64_t>(cutoffs.size());
    head = Linear(LinearOptions(options.in_features(), cutoffs[0] + clusters)
                      .bias(options.head_bias())
                      .dtype(options.dtype()));
    double divisor = 1;
    for (size_t i = 0; i < cutoffs.size(); ++i) {
        divisor *= options.div_value();
        const auto hidden =
            static_cast<int64_t>(static_cast<double>(options.in_features()) / divisor);
        const int64_t end = i + 1 < cutoffs.size() ? cutoffs[i + 1] : options.n_classes();
        const auto plain = [&](int64_t in, int64_t out) {
            return Linear(LinearOptions(in, out).bias(false).dtype(options.dtype()));
        };
        tail->push_back(
            Sequential(plain(options.in_features(), hidden), plain(hidden, end - cutoffs[i])));
    }
}

void AdaptiveLogSoftmaxWithLossImpl::reset_parameters() {
    head->reset_parameters();
    for (const ModulePtr& cluster : *tail) {
        for (const ModulePtr& layer : cluster->children())
            layer->as<LinearImpl>()->reset_parameters();
    }
}

Tensors AdaptiveLogSoftmaxWithLossImpl::clusters(const Tensor& x) {
    Tensors result;
    for (const ModulePtr& cluster : *tail) {
        result.push_back(log_softmax(cluster->as<Sequential>()->forward(x), 1));
    }
    return result;
}

ASMoutput AdaptiveLogSoftmaxWithLossImpl::forward(const Tensor& x, const Tensor& target) {
    check_target(x, target, options.n_classes());
    if (x.dim() == 1) {
        const ASMoutput one = forward(unsqueeze(x, 0), unsqueeze(target, 0));
        return {squeeze(one.output, 0), one.loss};
    }
    const Sizes& cutoffs = options.cutoffs();
    const Tensor first = log_softmax(head->forward(x), 1);
    const Tensors within = clusters(x);
    Tensor index = target, rest;
    for (size_t i = 0; i < cutoffs.size(); ++i) {
        const int64_t end = i + 1 < cutoffs.size() ? cutoffs[i + 1] : options.n_classes();
        const Tensor inside = logical_and(target >= cutoffs[i], target < end);
        const Tensor own = unsqueeze(where(inside, target - cutoffs[i], 0), 1);
        const Tensor part = where(inside, squeeze(gather(within[i], 1, own), 1), 0);
        index = where(inside, cutoffs[0] + static_cast<int64_t>(i), index);
        rest = rest.defined() ? rest + part : part;
    }
    const Tensor output = squeeze(gather(first, 1, unsqueeze(index, 1)), 1) + rest;
    return {output, mean(-output)};
}

Tensor AdaptiveLogSoftmaxWithLossImpl::log_prob(const Tensor& x) {
    const int64_t shortlist = options.cutoffs()[0];
    const Tensor first = log_softmax(head->forward(x), 1);
    Tensors parts{narrow(first, 1, 0, shortlist)};
    for (const Tensor& within : clusters(x)) {
        const auto at = static_cast<int64_t>(parts.size()) - 1;
        parts.push_back(within + narrow(first, 1, shortlist + at, 1));
    }
    return cat(parts, 1);
}

Tensor AdaptiveLogSoftmaxWithLossImpl::predict(const Tensor& x) { return argmax(log_prob(x), 1); }

void AdaptiveLogSoftmaxWithLossImpl::visit_members(FieldVisitor& visitor) {
    visit_field(visitor, "head", head);
    visit_field(visitor, "tail", tail);
}

}  // namespace lithe::nn
