// Losses. Each is reduced at the end as the author asks.
#include <cmath>
#include <numbers>

#include "dsl/integer_index.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

Tensor reduced(const Tensor& loss, Reduction reduction) {
    if (reduction == Reduction::none) return loss;
    return reduction == Reduction::sum ? sum(loss) : mean(loss);
}

[[noreturn]] void refuse(const std::string& op, const char* reason, const std::string& text) {
    throw UserError(op + "." + reason, op + ": " + text);
}

/// Whether the values are known and the flags hold for any of them.
bool is_any(const Tensor& flags) {
    return !flags.is_symbolic() && any(flags.detach()).item<bool>();
}

/// Errors: <op>.<what>, where an element is known to lie outside of 0..1.
void check_probabilities(const char* op, const char* what, const Tensor& x) {
    if (!is_any(logical_not(logical_and(x.detach() >= 0, x.detach() <= 1)))) return;
    refuse(op, what, std::string("all elements of ") + what + " should be between 0 and 1");
}

/// The axis of the classes: the second, or the only one.
int64_t class_axis(const Tensor& x) { return x.dim() == 1 ? 0 : 1; }

struct Chosen {
    Tensor loss, weight;
};

/// -x at the target class and the weight of each target, 0 where it is ignored.
Chosen negative_at_target(const Tensor& x, const Tensor& target, const Tensor& weight,
                          int64_t ignore_index) {
    const int64_t axis = class_axis(x);
    const Tensor ignored = target == ignore_index, safe = where(ignored, 0, target);
    const Tensor picked = squeeze(gather(x, axis, unsqueeze(safe, axis)), axis);
    Tensor scale = where(ignored, zeros({}, x.dtype()), ones({}, x.dtype()));
    if (weight.defined()) {
        scale = scale *
                reshape(index_select(weight, 0, reshape(safe, {target.numel()})), target.sizes());
    }
    // where, not a product with 0: an ignored -inf must not become NaN.
    return {where(ignored, 0, -picked * scale), scale};
}

Tensor reduced_by_weight(const Chosen& chosen, Reduction reduction) {
    if (reduction != Reduction::mean) return reduced(chosen.loss, reduction);
    return sum(chosen.loss) / sum(chosen.weight);
}

void check_target(const char* op, const Tensor& x, const Tensor& target) {
    Shape want = x.sizes();
    if (!want.empty()) want.erase(want.begin() + class_axis(x));
    if (x.dim() > 0 && target.dtype() == DType::i64 &&
        (same(want, target.sizes()) || want == target.sizes()))
        return;
    throw UserError(std::string(op) + ".target", std::string(op) + ": expected class indices i64" +
                                                     str(want) + " for scores " + x.type().str() +
                                                     ", got " + target.type().str());
}

/// Errors: <op>.weight.
void check_class_weight(const char* op, const Tensor& x, const Tensor& weight) {
    if (!weight.defined() || x.dim() == 0) return;
    const Dim classes = x.size(class_axis(x));
    if (weight.dim() == 1 && (!classes.is_constant() || same(weight.size(0), classes))) return;
    refuse(op, "weight",
           "expected a weight for each of the " + classes.str() + " classes, got " +
               weight.type().str());
}

}  // namespace

Tensor nll_loss(const Tensor& x, const Tensor& target, const Tensor& weight, Reduction reduction,
                int64_t ignore_index) {
    check_target("nll_loss", x, target);
    check_class_weight("nll_loss", x, weight);
    return reduced_by_weight(negative_at_target(x, target, weight, ignore_index), reduction);
}

Tensor cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight,
                     Reduction reduction, int64_t ignore_index, double label_smoothing) {
    const int64_t axis = class_axis(x);
    if (!(label_smoothing >= 0 && label_smoothing <= 1)) {
        refuse("cross_entropy", "label_smoothing",
               "label_smoothing must be between 0 and 1, got " + std::to_string(label_smoothing));
    }
    check_class_weight("cross_entropy", x, weight);
    const Tensor scores = log_softmax(x, axis);
    const Dim classes = x.size(axis);
    Tensor class_weight;
    if (weight.defined()) {
        Shape shape(static_cast<size_t>(x.dim()), Dim(1));
        shape[static_cast<size_t>(axis)] = classes;
        class_weight = reshape(weight, shape);
    }
    const bool is_for_each = same(x.sizes(), target.sizes());
    if (target.is_floating_point() && is_for_each) {  // probabilities of the classes
        Tensor smooth =
            target * (1 - label_smoothing) + Scalar(label_smoothing) / full({}, classes, x.dtype());
        if (class_weight.defined()) smooth = smooth * class_weight;
        const Tensor loss = -sum(scores * smooth, axis);
        return reduction == Reduction::mean ? sum(loss) / floor_div(x.numel(), classes)
                                            : reduced(loss, reduction);
    }
    check_target("cross_entropy", x, target);
    const Chosen chosen = negative_at_target(scores, target, weight, ignore_index);
    if (label_smoothing == 0) return reduced_by_weight(chosen, reduction);
    const Tensor weighted = class_weight.defined() ? scores * class_weight : scores;
    const Tensor even = where(target == ignore_index, 0, -sum(weighted, axis));
    const Tensor loss = chosen.loss * (1 - label_smoothing) + even * label_smoothing / classes;
    return reduced_by_weight({loss, chosen.weight}, reduction);
}

Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
    return reduced(square(x - target), reduction);
}
Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
    // The derivative is 0 at NaN, as in PyTorch.
    const Tensor away = x - target, is_number = away == away;
    return reduced(where(is_number, abs(where(is_number, away, 0)), away.detach()), reduction);
}

Tensor huber_loss(const Tensor& x, const Tensor& target, Reduction reduction, double delta) {
    if (!(delta > 0))
        refuse("huber_loss", "delta",
               "only positive values of delta are supported, got " + std::to_string(delta));
    // The square of a far error, infinite perhaps, must not meet the derivative's 0.
    const Tensor error = x - target, away = abs(error), is_far = away > delta,
                 near = where(is_far, 0, error);
    return reduced(where(is_far, (away - 0.5 * delta) * delta, near * near * 0.5), reduction);
}

Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Reduction reduction, double beta) {
    if (beta < 0)
        refuse("smooth_l1_loss", "beta",
               "negative values of beta are not supported, got " + std::to_string(beta));
    if (beta == 0) return l1_loss(x, target, reduction);
    const Tensor error = x - target, away = abs(error), is_far = away >= beta,
                 near = where(is_far, 0, error);
    return reduced(where(is_far, away - 0.5 * beta, near * near * (0.5 / beta)), reduction);
}

Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight,
                            Reduction reduction) {
    check_probabilities("binary_cross_entropy", "input", x);
    check_probabilities("binary_cross_entropy", "target", target);
    // PyTorch limits the logarithms at -100, so that certain errors stay finite.
    const Tensor hit = clamp_min(log(x), -100), miss = clamp_min(log1p(-x), -100);
    Tensor loss = -(target * hit + (1 - target) * miss);
    if (weight.defined()) loss = loss * weight;
    return reduced(loss, reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target, const Tensor& weight,
                                        const Tensor& positive_weight, Reduction reduction) {
    Tensor loss;
    if (positive_weight.defined()) {
        const Tensor scale = (positive_weight - 1) * target + 1;
        loss = (1 - target) * x - scale * logsigmoid(x);
    } else {
        loss = (1 - target) * x - logsigmoid(x);
    }
    if (weight.defined()) loss = loss * weight;
    return reduced(loss, reduction);
}

Tensor kl_div(const Tensor& x, const Tensor& target, Reduction reduction, bool log_target) {
    const Tensor loss =
        log_target ? exp(target) * (target - x) : xlogy(target, target) - target * x;
    if (reduction == Reduction::batchmean) return sum(loss) / x.size(0);
    return reduced(loss, reduction);
}

Tensor xlogy(const Tensor& a, const Tensor& b) {
    const Tensor none = logical_and(a == 0, b == b);
    return where(none, 0, a * log(where(none, 1, b)));
}

Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, bool log_input, bool full_form,
                        double eps, Reduction reduction) {
    Tensor loss = log_input ? exp(x) - target * x : x - target * log(x + eps);
    if (full_form) {
        const Tensor safe = where(target > 1, target, 1);
        const Tensor stirling =
            target * log(safe) - target + log(safe * (2 * std::numbers::pi)) * 0.5;
        loss = loss + where(target > 1, stirling, 0);
    }
    return reduced(loss, reduction);
}

Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& variance,
                         bool full_form, double eps, Reduction reduction) {
    if (is_any(variance.detach() < 0))
        refuse("gaussian_nll_loss", "variance", "the variance has negative entries");
    const Tensor safe = variance + (clamp_min(variance, eps) - variance).detach();
    Tensor loss = (log(safe) + square(x - target) / safe) * 0.5;
    if (full_form) loss = loss + 0.5 * std::log(2 * std::numbers::pi);
    return reduced(loss, reduction);
}

Tensor soft_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
    return reduced(softplus(-target * x), reduction);
}

Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, double margin,
                            Reduction reduction) {
    const Tensor zero = zeros_like(x);
    return reduced(
        where(target == 1, x, zero) + where(target == -1, clamp_min(margin - x, 0), zero),
        reduction);
}

Tensor margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& target, double margin,
                           Reduction reduction) {
    return reduced(clamp_min(-target * (a - b) + margin, 0), reduction);
}

Tensor cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& target, double margin,
                             Reduction reduction) {
    if (a.dim() != target.dim() + 1 || a.dim() > 2) {
        refuse("cosine_embedding_loss", "rank",
               "expected a target [N] for vectors [N, C], or [] for one of each, got " +
                   a.type().str() + " and target " + target.type().str());
    }
    constexpr double eps = 1e-12;
    const Tensor dot = sum(a * b, -1), aa = sum(a * a, -1) + eps, bb = sum(b * b, -1) + eps;
    const Tensor cosine = dot / sqrt(aa * bb), zero = zeros_like(cosine);
    return reduced(where(target == 1, 1 - cosine, zero) +
                       where(target == -1, clamp_min(cosine - margin, 0), zero),
                   reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin, double p, double eps, bool swap, Reduction reduction) {
    const Tensor near = pairwise_distance(anchor, positive, p, eps);
    Tensor far = pairwise_distance(anchor, negative, p, eps);
    if (swap) far = minimum(far, pairwise_distance(positive, negative, p, eps));
    return reduced(clamp_min(near - far + margin, 0), reduction);
}

Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target, const Tensor& weight,
                                   Reduction reduction) {
    Tensor loss = -(target * logsigmoid(x) + (1 - target) * logsigmoid(-x));
    if (weight.defined()) loss = loss * weight;
    return reduced(mean(loss, -1), reduction);
}

Tensor multi_margin_loss(const Tensor& x, const Tensor& target, double p, double margin,
                         const Tensor& weight, Reduction reduction) {
    if (p != 1 && p != 2)
        refuse("multi_margin_loss", "p", "only p 1 and 2 are supported, got " + std::to_string(p));
    const Tensor scores = x.dim() == 1 ? unsqueeze(x, 0) : x;
    const Tensor index =
        reshape(integer_index("multi_margin_loss", target), {scores.size(0), Dim(1)});
    Tensor away = clamp_min(scores - gather(scores, 1, index) + margin, 0);
    if (p == 2) away = away * away;
    if (weight.defined())
        away = away * reshape(index_select(weight, 0, reshape(index, {scores.size(0)})),
                              {scores.size(0), Dim(1)});
    const Tensor others = index != arange(scores.size(1));
    const Tensor loss = sum(where(others, away, 0), 1) / scores.size(1);
    return reduced(x.dim() == 1 ? reshape(loss, {}) : loss, reduction);
}

Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
    const bool fits = (x.dim() == 1 || x.dim() == 2) && target.dtype() == DType::i64 &&
                      (same(x.sizes(), target.sizes()) || x.sizes() == target.sizes());
    if (!fits) {
        throw UserError("multilabel_margin_loss.target",
                        "multilabel_margin_loss: expected i64 classes of the shape of the scores "
                        "[N, C] or [C], got " +
                            x.type().str() + " and " + target.type().str());
    }
    const Tensor scores = x.dim() == 1 ? unsqueeze(x, 0) : x,
                 classes = x.dim() == 1 ? unsqueeze(target, 0) : target;
    const Tensor holds = cumsum((classes < 0).to(DType::i64), 1) == 0,
                 safe = where(holds, classes, 0);
    // [N, target, class]
    const Tensor hit =
        logical_and(unsqueeze(holds, 2), unsqueeze(safe, 2) == arange(scores.size(1)));
    const Tensor is_other = logical_not(any(hit, 1, /*keepdim=*/true));
    const Tensor away =
        clamp_min(1 - (unsqueeze(gather(scores, 1, safe), 2) - unsqueeze(scores, 1)), 0);
    const Tensor loss =
        sum(where(logical_and(unsqueeze(holds, 2), is_other), away, 0), {1, 2}) / scores.size(1);
    return reduced(x.dim() == 1 ? reshape(loss, {}) : loss, reduction);
}

}  // namespace lithe
