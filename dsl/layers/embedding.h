#pragma once

#include <optional>

#include "dsl/arg.h"
#include "dsl/choice.h"
#include "dsl/holder.h"

namespace lithe::nn {

class EmbeddingOptions {
public:
    EmbeddingOptions(int64_t num_embeddings, int64_t embedding_dim)
        : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
    LITHE_ARG(int64_t, num_embeddings);
    LITHE_ARG(int64_t, embedding_dim);
    /// The row that is zero and gets no gradient; negative: from the end.
    LITHE_ARG(std::optional<int64_t>, padding_idx);
    /// Rows that are looked up are first scaled down to this norm, in place.
    LITHE_ARG(std::optional<double>, max_norm);
    LITHE_ARG(double, norm_type) = 2;
    /// Gradients of a row are divided by how often it is looked up.
    LITHE_ARG(bool, scale_grad_by_freq) = false;
    /// Accepted for source compatibility: gradients are dense.
    LITHE_ARG(bool, sparse) = false;
    LITHE_ARG(Tensor, _weight);
    LITHE_ARG(DType, dtype) = DType::f32;
};

/// Options of Embedding::from_pretrained.
class EmbeddingFromPretrainedOptions {
public:
    /// Keeps the rows as they are.
    LITHE_ARG(bool, freeze) = true;
    LITHE_ARG(std::optional<int64_t>, padding_idx);
    LITHE_ARG(std::optional<double>, max_norm);
    LITHE_ARG(double, norm_type) = 2;
    LITHE_ARG(bool, scale_grad_by_freq) = false;
    LITHE_ARG(bool, sparse) = false;
};

/// A row of the weight for each index.
///
/// weight: [num_embeddings, embedding_dim], drawn from normal(0, 1).  Errors: embedding.*.
class EmbeddingImpl : public Module {
public:
    EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim)
        : EmbeddingImpl(EmbeddingOptions(num_embeddings, embedding_dim)) {}
    explicit EmbeddingImpl(const EmbeddingOptions& options);
    /// Begins with the rows of `weight`.  Errors: embedding.weight.
    static std::shared_ptr<EmbeddingImpl> from_pretrained(
        const Tensor& weight, const EmbeddingFromPretrainedOptions& options = {});

    void reset_parameters();
    Tensor forward(const Tensor& index);
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;

    EmbeddingOptions options;
    Tensor weight;
};
class Embedding : public ModuleHolder<EmbeddingImpl> {
public:
    using ModuleHolder<EmbeddingImpl>::ModuleHolder;
    static Embedding from_pretrained(const Tensor& weight,
                                     const EmbeddingFromPretrainedOptions& options = {}) {
        return EmbeddingImpl::from_pretrained(weight, options);
    }
    static Embedding from_pretrained(const Tensor& weight, bool freeze) {
        return from_pretrained(weight, EmbeddingFromPretrainedOptions().freeze(freeze));
    }
};

class EmbeddingBagOptions {
public:
    EmbeddingBagOptions(int64_t num_embeddings, int64_t embedding_dim)
        : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
    LITHE_ARG(int64_t, num_embeddings);
    LITHE_ARG(int64_t, embedding_dim);
    LITHE_ARG(Choice, mode) = kMean;
    LITHE_ARG(std::optional<int64_t>, padding_idx);
    LITHE_ARG(bool, include_last_offset) = false;
    LITHE_ARG(std::optional<double>, max_norm);
    LITHE_ARG(double, norm_type) = 2;
    LITHE_ARG(bool, scale_grad_by_freq) = false;
    LITHE_ARG(bool, sparse) = false;
    LITHE_ARG(Tensor, _weight);
    LITHE_ARG(DType, dtype) = DType::f32;
};

/// Options of EmbeddingBag::from_pretrained.
class EmbeddingBagFromPretrainedOptions {
public:
    /// Keeps the rows as they are.
    LITHE_ARG(bool, freeze) = true;
    LITHE_ARG(Choice, mode) = kMean;
    LITHE_ARG(bool, include_last_offset) = false;
    LITHE_ARG(std::optional<int64_t>, padding_idx);
    LITHE_ARG(std::optional<double>, max_norm);
    LITHE_ARG(double, norm_type) = 2;
    LITHE_ARG(bool, scale_grad_by_freq) = false;
    LITHE_ARG(bool, sparse) = false;
};

/// Sums, means or maxima of the rows of each bag of indices.
///
/// index: [bags, length], or [N] with offsets [bags], where each bag begins.
/// Errors: embedding_bag.*.
class EmbeddingBagImpl : public Module {
public:
    EmbeddingBagImpl(int64_t num_embeddings, int64_t embedding_dim)
        : EmbeddingBagImpl(EmbeddingBagOptions(num_embeddings, embedding_dim)) {}
    explicit EmbeddingBagImpl(const EmbeddingBagOptions& options);
    /// Begins with the rows of `weight`.  Errors: embedding_bag.weight.
    static std::shared_ptr<EmbeddingBagImpl> from_pretrained(
        const Tensor& weight, const EmbeddingBagFromPretrainedOptions& options = {});

    void reset_parameters();
    Tensor forward(const Tensor& index, const Tensor& offsets = {},
                   const Tensor& per_sample_weights = {});
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;

    EmbeddingBagOptions options;
    Tensor weight;
};
class EmbeddingBag : public ModuleHolder<EmbeddingBagImpl> {
public:
    using ModuleHolder<EmbeddingBagImpl>::ModuleHolder;
    static EmbeddingBag from_pretrained(const Tensor& weight,
                                        const EmbeddingBagFromPretrainedOptions& options = {}) {
        return EmbeddingBagImpl::from_pretrained(weight, options);
    }
};

}  // namespace lithe::nn
