#include "dsl/functional/embedding.h"

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe::nn::functional {
namespace {

/// The row from 0 that padding_idx means, -1 for none.
int64_t padding_row(const char* op, const std::optional<int64_t>& padding_idx,
                    const Tensor& weight) {
    if (!padding_idx) return -1;
    const int64_t rows = weight.size(0),
                  row = *padding_idx < 0 ? *padding_idx + rows : *padding_idx;
    if (row >= 0 && row < rows) return row;
    throw UserError(std::string(op) + ".padding_idx",
                    std::string(op) + ": padding_idx must be within num_embeddings " +
                        std::to_string(rows) + ", got " + std::to_string(*padding_idx));
}

/// The table after max_norm: rows that are looked up are scaled in place. In a trace parameters
/// cannot be written, and the table that is read is a scaled one.
template <class Options>
Tensor renormed(const Tensor& weight, const Tensor& index, const Options& options) {
    if (!options.max_norm()) return weight;
    const double most = *options.max_norm();
    if (weight.is_symbolic()) {
        const Tensor rows = weight.detach();
        const Tensor norms = norm(rows, options.norm_type(), Axes(1), /*keepdim=*/true);
        const Tensor scaled = rows * where(norms > most, most / (norms + 1e-7), ones_like(norms));
        // Gradients are those of the table: it is scaled beside the tape.
        return weight.requires_grad() ? weight + (scaled - rows) : scaled;
    }
    embedding_renorm_(weight, index, most, options.norm_type());
    return weight;
}

}  // namespace

Tensor one_hot(const Tensor& index, int64_t num_classes) {
    return lithe::one_hot(index, num_classes);
}

Tensor embedding(const Tensor& index, const Tensor& weight, const EmbeddingFuncOptions& options) {
    const int64_t padding = padding_row("embedding", options.padding_idx(), weight);
    const Tensor table = renormed(weight, index, options);
    const Tensor y = lithe::embedding(table, index, padding);
    return options.scale_grad_by_freq() ? scale_grad_by_freq(y, index, weight.size(0)) : y;
}

Tensor embedding_bag(const Tensor& index, const Tensor& weight,
                     const EmbeddingBagFuncOptions& options) {
    check_choice("embedding_bag", "mode", options.mode(), {kSum, kMean, kMax});
    EmbeddingBagSettings settings;
    settings.mode = options.mode() == kSum    ? BagMode::sum
                    : options.mode() == kMean ? BagMode::mean
                                              : BagMode::max;
    settings.padding_idx = padding_row("embedding_bag", options.padding_idx(), weight);
    settings.include_last_offset = options.include_last_offset();
    settings.scale_grad_by_freq = options.scale_grad_by_freq();
    return lithe::embedding_bag(renormed(weight, index, options), index, options.offsets(),
                                options.per_sample_weights(), settings);
}

}  // namespace lithe::nn::functional
