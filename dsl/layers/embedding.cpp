#include "dsl/layers/embedding.h"

#include <limits>

#include "dsl/autograd.h"
#include "dsl/init.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/repr.h"

namespace lithe::nn {
namespace {

/// The row from 0 that padding_idx means, -1 for none. Errors: embedding.padding_idx.
int64_t padding_row(const std::optional<int64_t>& padding_idx, int64_t rows) {
    if (!padding_idx) return -1;
    const int64_t row = *padding_idx < 0 ? *padding_idx + rows : *padding_idx;
    if (row < 0 || row >= rows) {
        throw UserError("embedding.padding_idx",
                        "embedding: padding_idx must be within num_embeddings " +
                            std::to_string(rows) + ", got " + std::to_string(*padding_idx));
    }
    return row;
}

void reset(Tensor& weight, int64_t padding) {
    init::normal_(weight);
    if (padding >= 0) init::zeros_(select(weight.detach(), 0, padding));
}

/// Scales the rows that are looked up down to the norm, in place.
void limit_norms(const Tensor& weight, const Tensor& index, double max_norm, double norm_type) {
    const NoGradGuard no_grad;
    const Tensor norms = norm(weight, norm_type, Axes(1), /*keepdim=*/true);
    const Tensor scale = where(norms > max_norm, max_norm / (norms + 1e-7), ones_like(norms));
    const Tensor flat = reshape(index, {index.numel()});
    const Tensor is_used = scatter(zeros({weight.size(0)}, weight.dtype()), 0, flat, Scalar(1)) > 0;
    weight.detach().copy_(where(unsqueeze(is_used, 1), weight * scale, weight));
}

}  // namespace

EmbeddingImpl::EmbeddingImpl(const EmbeddingOptions& embedding_options)
    : options(embedding_options) {
    check_positive("embedding", "num_embeddings", options.num_embeddings(), 0);
    check_positive("embedding", "embedding_dim", options.embedding_dim(), 0);
    const int64_t padding = padding_row(options.padding_idx(), options.num_embeddings());
    if (options._weight().defined()) {
        weight = options._weight().detach().clone();
        weight.requires_grad_();
        if (!same(weight.sizes(), Shape{options.num_embeddings(), options.embedding_dim()})) {
            throw UserError("embedding.weight", "embedding: expected a weight of shape [" +
                                                    std::to_string(options.num_embeddings()) +
                                                    ", " + std::to_string(options.embedding_dim()) +
                                                    "], got " + weight.type().str());
        }
        return;
    }
    weight = new_parameter({options.num_embeddings(), options.embedding_dim()});
    reset(weight, padding);
}

std::shared_ptr<EmbeddingImpl> EmbeddingImpl::from_pretrained(const Tensor& weight, bool freeze) {
    if (weight.dim() != 2) {
        throw UserError("embedding.weight",
                        "embedding: the weight must have 2 axes, got " + weight.type().str());
    }
    EmbeddingOptions options(weight.size(0), weight.size(1));
    auto result = std::make_shared<Called<EmbeddingImpl>>(options._weight(weight));
    result->weight.requires_grad_(!freeze);
    return result;
}

void EmbeddingImpl::reset_parameters() {
    reset(weight, padding_row(options.padding_idx(), options.num_embeddings()));
}

Tensor EmbeddingImpl::forward(const Tensor& index) {
    if (options.max_norm()) limit_norms(weight, index, *options.max_norm(), options.norm_type());
    return embedding(weight, index, padding_row(options.padding_idx(), options.num_embeddings()));
}

std::string EmbeddingImpl::extra_repr() const {
    Repr repr;
    repr.add(options.num_embeddings()).add(options.embedding_dim());
    if (options.padding_idx()) repr.add("padding_idx", *options.padding_idx());
    if (options.max_norm()) repr.add("max_norm", *options.max_norm());
    if (options.norm_type() != 2) repr.add("norm_type", options.norm_type());
    return repr.str();
}

void EmbeddingImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
}

EmbeddingBagImpl::EmbeddingBagImpl(const EmbeddingBagOptions& bag_options) : options(bag_options) {
    check_choice("embedding_bag", "mode", options.mode(), {kSum, kMean, kMax});
    weight = new_parameter({options.num_embeddings(), options.embedding_dim()});
    reset_parameters();
}

void EmbeddingBagImpl::reset_parameters() {
    reset(weight, padding_row(options.padding_idx(), options.num_embeddings()));
}

Tensor EmbeddingBagImpl::forward(const Tensor& index, const Tensor& offsets,
                                 const Tensor& per_sample_weights) {
    const int64_t padding = padding_row(options.padding_idx(), options.num_embeddings());
    if (per_sample_weights.defined() && options.mode() != kSum) {
        throw UserError("embedding_bag.weights",
                        "embedding_bag: per_sample_weights needs mode 'sum', got '" +
                            lithe::str(options.mode()) + "'");
    }
    if (index.dim() == 2) {  // every row is a bag
        Tensor rows = embedding(weight, index, padding);
        Tensor counted = unsqueeze(
            padding < 0 ? ones_like(index).to(rows.dtype()) : (index != padding).to(rows.dtype()),
            2);
        if (per_sample_weights.defined()) rows = rows * unsqueeze(per_sample_weights, 2);
        if (options.mode() == kMax) {
            const double least = -std::numeric_limits<double>::infinity();
            const Tensor best = amax(masked_fill(rows, counted == 0, least), Axes(1));
            return masked_fill(best, best == least, 0);
        }
        const Tensor total = sum(rows * counted, Axes(1));
        return options.mode() == kSum ? total : total / clamp_min(sum(counted, Axes(1)), 1);
    }
    if (index.dim() != 1 || !offsets.defined() || offsets.dim() != 1) {
        throw UserError("embedding_bag.offsets",
                        "embedding_bag: a list of indices needs offsets, one number a bag");
    }
    // A bag for every offset; the bag of place i is the last whose offset is not behind i.
    const Tensor begins =
        options.include_last_offset() ? slice(offsets, 0, Dim(0), offsets.size(0) - 1) : offsets;
    const Tensor places = arange(index.size(0));
    const Tensor bag =
        sum((unsqueeze(begins, 1) <= unsqueeze(places, 0)).to(DType::i64), Axes(0)) - 1;
    Tensor member = (unsqueeze(arange(begins.size(0)), 1) == unsqueeze(bag, 0));
    if (padding >= 0) member = logical_and(member, unsqueeze(index != padding, 0));
    Tensor rows = embedding(weight, index, padding);
    if (per_sample_weights.defined()) rows = rows * unsqueeze(per_sample_weights, 1);
    if (options.mode() == kMax) {
        const double least = -std::numeric_limits<double>::infinity();
        const Tensor best =
            amax(where(unsqueeze(member, 2), unsqueeze(rows, 0), Scalar(least)), Axes(1));
        return masked_fill(best, best == least, 0);
    }
    const Tensor share = member.to(rows.dtype());
    const Tensor total = matmul(share, rows);
    if (options.mode() == kSum) return total;
    return total / clamp_min(sum(share, Axes(1), /*keepdim=*/true), 1);
}

std::string EmbeddingBagImpl::extra_repr() const {
    Repr repr;
    repr.add(options.num_embeddings()).add(options.embedding_dim());
    if (options.padding_idx()) repr.add("padding_idx", *options.padding_idx());
    return repr.append("mode='" + lithe::str(options.mode()) + "'").str();
}

void EmbeddingBagImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
}

}  // namespace lithe::nn
