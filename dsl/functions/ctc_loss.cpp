// Connectionist temporal classification: the forward algorithm over log probabilities, step by
// step.
//
// Source: Graves et al., "Connectionist Temporal Classification", ICML 2006.
#include <limits>

#include "dsl/autograd.h"
#include "dsl/ops.h"
#include "dsl/tensor_data.h"
#include "runtime/error.h"

namespace lithe {
namespace {

constexpr double none = -std::numeric_limits<double>::infinity();

/// log(sum of exp) over three tensors, without NaN where all are -inf.
Tensor log_add(const Tensor& a, const Tensor& b, const Tensor& c) {
    const Tensor most = maximum(maximum(a, b), c).detach(), is_dead = most == none;
    const Tensor base = where(is_dead, 0, most);
    const Tensor total = exp(a - base) + exp(b - base) + exp(c - base);
    return where(is_dead, none, log(where(is_dead, 1, total)) + base);
}

void check_shapes(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                  const Tensor& target_lengths, int64_t blank) {
    const auto fail = [](const char* id, const std::string& text) {
        throw UserError(std::string("ctc_loss.") + id, "ctc_loss: " + text);
    };
    if (!log_probs.is_floating_point() || log_probs.dim() != 3) {
        fail("rank",
             "expected log probabilities [T, N, C] or [T, C], got " + log_probs.type().str());
    }
    const Dim classes = log_probs.size(2), batch = log_probs.size(1);
    if (blank < 0 || (classes.is_constant() && blank >= classes.constant())) {
        fail("blank", "blank must be a class of " + log_probs.type().str() + ", got " +
                          std::to_string(blank));
    }
    for (const Tensor& lengths : {input_lengths, target_lengths}) {
        const bool fits = lengths.dim() == 1 && !lengths.is_floating_point() &&
                          (!lengths.size(0).is_constant() || !batch.is_constant() ||
                           same(lengths.size(0), batch));
        if (!fits) {
            fail("lengths", "expected a length for each of the " + batch.str() + " samples, got " +
                                lengths.type().str());
        }
    }
    if (targets.is_floating_point() || targets.dim() < 1 || targets.dim() > 2) {
        fail("targets", "expected classes [N, S] or one list of all, got " + targets.type().str());
    }
}

/// Lengths and classes are data: where they are known they are checked.
void check_values(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                  const Tensor& target_lengths) {
    for (const Tensor& t : {log_probs, targets, input_lengths, target_lengths}) {
        if (t.is_symbolic()) return;
    }
    const int64_t steps = log_probs.size(0);
    for (const auto length : input_lengths.to_vector<int64_t>()) {
        if (length >= 0 && length <= steps) continue;
        throw UserError("ctc_loss.lengths", "ctc_loss: input lengths must lie in 0.." +
                                                std::to_string(steps) + ", got " +
                                                std::to_string(length));
    }
    if (targets.dim() != 2) return;
    const int64_t width = targets.size(1);
    for (const auto length : target_lengths.to_vector<int64_t>()) {
        if (length >= 0 && length <= width) continue;
        throw UserError("ctc_loss.lengths", "ctc_loss: target lengths must lie in 0.." +
                                                std::to_string(width) + ", got " +
                                                std::to_string(length));
    }
}

/// Targets that stand one after the other as rows [N, S].
Tensor rows_of(const Tensor& targets, const Tensor& lengths) {
    Dim width = targets.size(0);  // while tracing, the largest that may be
    if (!lengths.is_symbolic()) {
        int64_t longest = 0;
        for (const auto length : lengths.to_vector<int64_t>()) longest = std::max(longest, length);
        width = longest;
    }
    if (targets.size(0).is_constant(0)) return zeros({lengths.size(0), Dim(0)}, DType::i64);
    const Tensor begins = unsqueeze(cumsum(lengths, 0) - lengths, 1);
    const Tensor at = minimum(begins + arange(width), targets.size(0) - 1);
    return reshape(index_select(targets, 0, reshape(at, {lengths.size(0) * width})),
                   {lengths.size(0), width});
}

/// blank, first class, blank, second class, ..., blank: [N, 2 S + 1].
Tensor with_blanks(const Tensor& targets, int64_t blank) {
    const Shape shape = targets.sizes();
    const Tensor pairs = stack({full(shape, blank, DType::i64), targets}, 2);
    return constant_pad(reshape(pairs, {shape[0], shape[1] * 2}), {0, 1},
                        static_cast<double>(blank));
}

Tensor per_sample(const Tensor& log_probs, const Tensor& labels, const Tensor& steps,
                  const Tensor& lengths, int64_t blank) {
    const int64_t length = log_probs.size(0);
    const Dim batch = log_probs.size(1), width = labels.size(1);
    const Tensor of_labels =
        gather(log_probs, 2, expand(unsqueeze(labels, 0), {Dim(length), batch, width}));
    const Tensor place = arange(width),
                 before = constant_pad(labels, {2, -2}, static_cast<double>(blank));
    const Tensor may_skip = logical_and(labels != blank, labels != before);
    const Tensor is_used = place < unsqueeze(lengths * 2 + 1, 1);
    Tensor alpha =
        where(logical_and(place == 0, is_used), 0, full({batch, width}, none, log_probs.dtype()));
    for (int64_t t = 0; t < length; ++t) {
        const Tensor one = constant_pad(alpha, {1, -1}, none),
                     two = constant_pad(alpha, {2, -2}, none);
        // The first step begins with the blank or the first class.
        const Tensor sum = t == 0 ? where(logical_and(place < 2, is_used), 0, alpha)
                                  : log_add(alpha, one, where(may_skip, two, none));
        const Tensor next = where(is_used, sum + select(of_labels, 0, t), none);
        alpha = where(unsqueeze(steps > t, 1), next, alpha);
    }
    const Tensor last = unsqueeze(lengths * 2, 1),
                 dead = full({batch, Dim(1)}, none, log_probs.dtype());
    const Tensor end = gather(alpha, 1, last), end_class = gather(alpha, 1, maximum(last - 1, 0));
    return -squeeze(log_add(end, where(last > 0, end_class, dead), dead), 1);
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, int64_t blank, Reduction reduction,
                bool zero_infinity) {
    if (log_probs.dim() == 2) {
        const Tensor y =
            ctc_loss(unsqueeze(log_probs, 1), reshape(targets, {Dim(1), targets.numel()}),
                     reshape(input_lengths, {1}), reshape(target_lengths, {1}), blank, reduction,
                     zero_infinity);
        return reduction == Reduction::none ? reshape(y, {}) : y;
    }
    check_shapes(log_probs, targets, input_lengths, target_lengths, blank);
    check_values(log_probs, targets, input_lengths, target_lengths);
    const Tensor steps = input_lengths.to(DType::i64), lengths = target_lengths.to(DType::i64);
    const Tensor rows =
        targets.dim() == 2 ? targets.to(DType::i64) : rows_of(targets.to(DType::i64), lengths);
    Tensor loss = per_sample(log_probs, with_blanks(rows, blank), steps, lengths, blank);
    if (log_probs.requires_grad()) {
        // The gradient of PyTorch's loss is the one in front of a log_softmax: exp(log_probs) on
        // top.
        const Tensor counts = unsqueeze(unsqueeze(arange(log_probs.size(0)), 1) < steps, 2);
        const Tensor mass = sum(where(counts, exp(log_probs), 0), {0, 2});
        const Tensor nothing = mass - mass.detach();
        loss = loss + nothing;
        if (!zero_infinity) {  // its gradient is NaN where the loss is infinite: that of |0|'s root
            const Tensor is_dead = loss.detach() == -none;
            loss = loss + where(is_dead, sqrt(square(where(is_dead, nothing, 1))), 0);
        }
    }
    if (zero_infinity) loss = where(loss == -none, 0, loss);
    if (reduction == Reduction::none) return loss;
    if (reduction == Reduction::sum) return sum(loss);
    return mean(loss / clamp_min(lengths, 1).to(loss.dtype()));
}

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Sizes& input_lengths,
                const Sizes& target_lengths, int64_t blank, Reduction reduction,
                bool zero_infinity) {
    return ctc_loss(log_probs, targets, tensor(input_lengths), tensor(target_lengths), blank,
                    reduction, zero_infinity);
}

}  // namespace lithe
