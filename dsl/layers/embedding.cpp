#include "dsl/layers/embedding.h"

#include <limits>

#include "dsl/autograd.h"
#include "dsl/functional/embedding.h"
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
    weight = new_parameter({options.num_embeddings(), options.embedding_dim()}, options.dtype());
    reset(weight, padding);
}

std::shared_ptr<EmbeddingImpl> EmbeddingImpl::from_pretrained(
    const Tensor& weight, const EmbeddingFromPretrainedOptions& from) {
    if (weight.dim() != 2) {
        throw UserError("embedding.weight",
                        "embedding: the weight must have 2 axes, got " + weight.type().str());
    }
    auto result =
        std::make_shared<Called<EmbeddingImpl>>(EmbeddingOptions(weight.size(0), weight.size(1))
                                                    .padding_idx(from.padding_idx())
                                                    .max_norm(from.max_norm())
                                                    .norm_type(from.norm_type())
                                                    .scale_grad_by_freq(from.scale_grad_by_freq())
                                                    .sparse(from.sparse())
                                                    ._weight(weight));
    result->weight.requires_grad_(!from.freeze());
    return result;
}

void EmbeddingImpl::reset_parameters() {
    reset(weight, padding_row(options.padding_idx(), options.num_embeddings()));
}

Tensor EmbeddingImpl::forward(const Tensor& index) {
    functional::EmbeddingFuncOptions how;
    how.padding_idx(options.padding_idx())
        .max_norm(options.max_norm())
        .norm_type(options.norm_type());
    return functional::embedding(index, weight,
                                 how.scale_grad_by_freq(options.scale_grad_by_freq()));
}

namespace {

/// What both layers print of their options.
template <class Options>
Repr common_repr(const Options& options) {
    Repr repr;
    repr.add(options.num_embeddings()).add(options.embedding_dim());
    if (options.max_norm()) repr.add("max_norm", *options.max_norm());
    if (options.norm_type() != 2) repr.add("norm_type", options.norm_type());
    if (options.scale_grad_by_freq()) repr.add("scale_grad_by_freq", true);
    return repr;
}

}  // namespace

std::string EmbeddingImpl::extra_repr() const {
    Repr repr;
    repr.add(options.num_embeddings()).add(options.embedding_dim());
    if (options.padding_idx()) {
        repr.add("padding_idx", padding_row(options.padding_idx(), options.num_embeddings()));
    }
    if (options.max_norm()) repr.add("max_norm", *options.max_norm());
    if (options.norm_type() != 2) repr.add("norm_type", options.norm_type());
    if (options.scale_grad_by_freq()) repr.add("scale_grad_by_freq", true);
    if (options.sparse()) repr.append("sparse=True");
    return repr.str();
}

void EmbeddingImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
}

EmbeddingBagImpl::EmbeddingBagImpl(const EmbeddingBagOptions& bag_options) : options(bag_options) {
    check_choice("embedding_bag", "mode", options.mode(), {kSum, kMean, kMax});
    if (options._weight().defined()) {
        weight = options._weight().detach().clone();
        weight.requires_grad_();
        return;
    }
    weight = new_parameter({options.num_embeddings(), options.embedding_dim()}, options.dtype());
    reset_parameters();
}

std::shared_ptr<EmbeddingBagImpl> EmbeddingBagImpl::from_pretrained(
    const Tensor& weight, const EmbeddingBagFromPretrainedOptions& from) {
    if (weight.dim() != 2) {
        throw UserError("embedding_bag.weight",
                        "embedding_bag: the weight must have 2 axes, got " + weight.type().str());
    }
    auto result = std::make_shared<Called<EmbeddingBagImpl>>(
        EmbeddingBagOptions(weight.size(0), weight.size(1))
            .mode(from.mode())
            .padding_idx(from.padding_idx())
            .include_last_offset(from.include_last_offset())
            .max_norm(from.max_norm())
            .norm_type(from.norm_type())
            .scale_grad_by_freq(from.scale_grad_by_freq())
            .sparse(from.sparse())
            ._weight(weight));
    result->weight.requires_grad_(!from.freeze());
    return result;
}

void EmbeddingBagImpl::reset_parameters() {
    reset(weight, padding_row(options.padding_idx(), options.num_embeddings()));
}

Tensor EmbeddingBagImpl::forward(const Tensor& index, const Tensor& offsets,
                                 const Tensor& per_sample_weights) {
    return functional::embedding_bag(index, weight,
                                     functional::EmbeddingBagFuncOptions()
                                         .offsets(offsets)
                                         .max_norm(options.max_norm())
                                         .norm_type(options.norm_type())
                                         .scale_grad_by_freq(options.scale_grad_by_freq())
                                         .mode(options.mode())
                                         .per_sample_weights(per_sample_weights)
                                         .include_last_offset(options.include_last_offset())
                                         .padding_idx(options.padding_idx()));
}

std::string EmbeddingBagImpl::extra_repr() const {
    Repr repr = common_repr(options);
    repr.append("mode='" + lithe::str(options.mode()) + "'");
    if (options.padding_idx()) {
        repr.add("padding_idx", padding_row(options.padding_idx(), options.num_embeddings()));
    }
    return repr.str();
}

void EmbeddingBagImpl::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight", weight, TensorFieldKind::parameter);
}

}  // namespace lithe::nn
