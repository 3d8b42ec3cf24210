// Sums, means and maxima of rows of a table.
#include <limits>

#include "dsl/autograd.h"
#include "dsl/integer_index.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// The best of the rows that count; 0 where none does. rows [bags, length, D], counted [bags,
/// length].
Tensor best_rows(const Tensor& rows, const Tensor& counted) {
    const double least = -std::numeric_limits<double>::infinity();
    const Tensor best = std::get<0>(max(where(unsqueeze(counted, 2), rows, Scalar(least)), 1));
    return where(unsqueeze(any(counted, 1), 1), best, 0);
}

Tensor mean_of(const Tensor& total, const Tensor& counted) {
    return total / clamp_min(unsqueeze(counted.to(total.dtype()), 1), 1);
}

void check_settings(const Tensor& index, const Tensor& offsets, const Tensor& weights,
                    const EmbeddingBagSettings& settings) {
    const auto fail = [](const std::string& id, const std::string& text) {
        throw UserError("embedding_bag." + id, "embedding_bag: " + text);
    };
    if (index.dim() == 2 && offsets.defined()) {
        fail("offsets", "a matrix of indices takes no offsets, got " + index.type().str() +
                            " and " + offsets.type().str());
    }
    if (index.dim() != 2 && (index.dim() != 1 || !offsets.defined() || offsets.dim() != 1)) {
        fail("offsets",
             "expected indices [bags, length], or a list with offsets, one number a bag, got " +
                 index.type().str() + (offsets.defined() ? " and " + offsets.type().str() : ""));
    }
    if (offsets.defined() && !offsets.is_symbolic() && !offsets.size(0).is_constant(0)) {
        const auto first = select(offsets, 0, 0).item<int64_t>();
        if (first != 0) fail("offsets", "offsets[0] has to be 0, got " + std::to_string(first));
    }
    if (weights.defined() && settings.mode != BagMode::sum) {
        fail("weights", "per_sample_weights needs mode 'sum'");
    }
    if (weights.defined() && !same(weights.sizes(), index.sizes()) &&
        weights.sizes() != index.sizes()) {
        fail("weights", "expected a weight for each index of " + index.type().str() + ", got " +
                            weights.type().str());
    }
    if (settings.scale_grad_by_freq && settings.mode == BagMode::max) {
        fail("scale_grad_by_freq", "mode 'max' does not support scale_grad_by_freq");
    }
}

}  // namespace

Tensor scale_grad_by_freq(const Tensor& y, const Tensor& index, int64_t rows) {
    if (!y.requires_grad()) return y;
    const Tensor flat = reshape(index.to(DType::i64), {index.numel()});
    const Tensor counts =
        scatter_add(zeros({rows}, y.dtype()), 0, flat, ones({flat.numel()}, y.dtype()));
    Shape shape = index.sizes();
    shape.emplace_back(1);
    const Tensor slow = y / reshape(index_select(counts, 0, flat), shape);
    return y.detach() + (slow - slow.detach());
}

void embedding_renorm_(const Tensor& weight, const Tensor& index, double max_norm,
                       double norm_type) {
    const NoGradGuard no_grad;
    const Tensor norms = norm(weight, norm_type, Axes(1), /*keepdim=*/true);
    const Tensor scale = where(norms > max_norm, max_norm / (norms + 1e-7), ones_like(norms));
    const Tensor flat = reshape(index.to(DType::i64), {index.numel()});
    const Tensor is_used = scatter(zeros({weight.size(0)}, weight.dtype()), 0, flat, Scalar(1)) > 0;
    weight.detach().copy_(where(unsqueeze(is_used, 1), weight * scale, weight));
}

Tensor embedding_bag(const Tensor& weight, const Tensor& index, const Tensor& offsets,
                     const Tensor& per_sample_weights, const EmbeddingBagSettings& settings) {
    check_settings(index, offsets, per_sample_weights, settings);
    integer_index("embedding_bag", index);
    if (offsets.defined()) integer_index("embedding_bag", offsets);
    const int64_t padding = settings.padding_idx;
    Tensor rows = embedding(weight, index, padding);
    if (settings.scale_grad_by_freq) rows = scale_grad_by_freq(rows, index, weight.size(0));
    if (per_sample_weights.defined()) rows = rows * unsqueeze(per_sample_weights, -1);
    const Tensor counted = padding < 0 ? ones(index.sizes(), DType::boolean) : index != padding;
    const Tensor summed = padding < 0 ? rows : where(unsqueeze(counted, -1), rows, 0);
    if (index.dim() == 2) {
        if (settings.mode == BagMode::max) return best_rows(rows, counted);
        const Tensor total = sum(summed, 1);
        return settings.mode == BagMode::sum ? total : mean_of(total, sum(counted, 1));
    }
    // The bag of place i is the last whose offset is not behind i.
    Tensor begins = offsets;
    if (settings.include_last_offset) begins = slice(offsets, 0, Dim(0), offsets.size(0) - 1);
    const Dim bags = begins.size(0);
    const Tensor places = arange(index.size(0));
    const Tensor bag = sum((unsqueeze(begins, 1) <= places).to(DType::i64), 0) - 1;
    if (settings.mode == BagMode::max) {
        const Tensor member = logical_and(unsqueeze(arange(bags), 1) == bag, counted);
        return best_rows(expand(unsqueeze(rows, 0), {bags, rows.size(0), rows.size(1)}), member);
    }
    const Tensor total = index_add(zeros({bags, rows.size(1)}, rows.dtype()), 0, bag, summed);
    if (settings.mode == BagMode::sum) return total;
    return mean_of(total, scatter_add(zeros({bags}, DType::i64), 0, bag, counted.to(DType::i64)));
}

}  // namespace lithe
