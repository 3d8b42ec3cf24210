// Layers and losses: options that do not fit, inputs of a wrong kind.
#include <lithe/lithe.h>

#include "tests/errors/cases.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

namespace F = nn::functional;
namespace rnn = nn::utils::rnn;

nn::TransformerOptions small_transformer() {
    return nn::TransformerOptions(4, 2).num_encoder_layers(1).num_decoder_layers(1);
}

const ErrorCases cases = {
    {"batch_norm.one_value", [] { nn::BatchNorm1d(2)(zeros({1, 2})); }},
    {"batch_norm.rank", [] { nn::BatchNorm1d(2)(zeros({2, 2, 2, 2})); }},
    {"batch_norm.statistics", [] { batch_norm(zeros({2, 3}), {}, {}, {}, {}, false); }},
    {"instance_norm.rank", [] { instance_norm(zeros({2, 3}), {}, {}); }},
    {"instance_norm.one_value", [] { nn::InstanceNorm1d(3)(zeros({2, 3, 1})); }},
    {"instance_norm.statistics",
     [] {
         F::instance_norm(zeros({2, 3, 4}), F::InstanceNormFuncOptions().use_input_stats(false));
     }},
    {"layer_norm.shape", [] { layer_norm(zeros({2, 3}), {4}); }},
    {"rms_norm.shape", [] { nn::RMSNorm(Sizes{4})(zeros({2, 3})); }},
    {"rms_norm.shape", [] { rms_norm(zeros({3}), {2, 3}); }},
    {"pad.rank", [] { nn::ReflectionPad2d(1)(zeros({3, 4})); }},
    {"transformer.batch",
     [] { nn::Transformer{small_transformer()}(zeros({3, 2, 4}), zeros({5, 1, 4})); }},
    {"transformer.width",
     [] { nn::Transformer{small_transformer()}(zeros({3, 2, 6}), zeros({5, 2, 4})); }},
    {"group_norm.groups", [] { nn::GroupNorm(3, 4); }},
    {"group_norm.groups", [] { group_norm(zeros({2, 4}), 3); }},
    {"local_response_norm.rank", [] { nn::LocalResponseNorm(2)(zeros({2, 3})); }},
    {"cross_map_lrn2d.rank", [] { nn::CrossMapLRN2d(2)(zeros({2, 3})); }},
    {"softmax2d.rank", [] { nn::Softmax2d()(zeros({2, 3})); }},
    {"pdist.rank", [] { F::pdist(zeros({3})); }},
    {"gelu.approximate", [] { nn::GELU(nn::GELUOptions().approximate("exact")); }},
    {"rrelu.bounds", [] { F::rrelu(zeros({2}), F::RReLUFuncOptions().lower(0.5).upper(0.1)); }},
    {"dropout.p", [] { nn::Dropout(1.5); }},
    {"dropout2d.rank", [] { F::dropout2d(zeros({2}), F::Dropout2dFuncOptions()); }},
    {"embedding.padding_idx", [] { nn::Embedding(nn::EmbeddingOptions(3, 2).padding_idx(3)); }},
    {"embedding_bag.offsets", [] { F::embedding_bag(tensor({1, 2}), zeros({3, 2})); }},
    {"embedding_bag.offsets",
     [] {
         F::embedding_bag(tensor({{1, 2}}), zeros({3, 2}),
                          F::EmbeddingBagFuncOptions().offsets(tensor({0})));
     }},
    {"embedding_bag.weights",
     [] {
         F::embedding_bag(tensor({{1, 2}}), zeros({3, 2}),
                          F::EmbeddingBagFuncOptions().mode(kMax).per_sample_weights(ones({1, 2})));
     }},
    {"embedding_bag.scale_grad_by_freq",
     [] {
         F::embedding_bag(tensor({{1, 2}}), zeros({3, 2}),
                          F::EmbeddingBagFuncOptions().mode(kMax).scale_grad_by_freq(true));
     }},
    {"rnn.input_size", [] { nn::LSTM(4, 5)(zeros({3, 2, 5})); }},
    {"rnn.empty", [] { nn::LSTM(4, 5)(zeros({0, 2, 4})); }},
    {"rnn.rank", [] { nn::LSTM(4, 5)(zeros({4})); }},
    {"rnn.state", [] { nn::GRU(4, 5)->forward(zeros({3, 2, 4}), zeros({1, 1, 5})); }},
    {"rnn.state", [] { nn::GRU(4, 5)->forward(zeros({3, 2, 4}), zeros({1, 5})); }},
    {"rnn.proj_size", [] { nn::LSTM(nn::LSTMOptions(4, 5).proj_size(5)); }},
    {"rnn_cell.rank", [] { nn::GRUCell(4, 5)(zeros({1, 1, 4})); }},
    {"attention.num_heads", [] { nn::MultiheadAttention(5, 2); }},
    {"attention.rank",
     [] { nn::MultiheadAttention(4, 2)->forward(zeros({2, 4}), zeros({3, 3, 4}), zeros({4})); }},
    {"attention.mask",
     [] {
         const Tensor x = zeros({3, 1, 4});
         nn::MultiheadAttention(4, 2)->forward(x, x, x, Tensor(), true, zeros({3}));
     }},
    {"attention.is_causal",
     [] {
         const Tensor x = zeros({3, 1, 4});
         nn::MultiheadAttention(4, 2)->forward(x, x, x, Tensor(), true, Tensor(), true, true);
     }},
    {"scaled_dot_product_attention.mask",
     [] {
         const Tensor x = zeros({3, 4});
         F::scaled_dot_product_attention(
             x, x, x,
             F::ScaledDotProductAttentionFuncOptions().attn_mask(zeros({3, 3})).is_causal(true));
     }},
    {"lazy.rank", [] { nn::LazyLinear(4)(zeros({})); }},
    {"mse_loss.reduction", [] { nn::MSELoss(nn::MSELossOptions(kMax)); }},
    {"cross_entropy.target", [] { cross_entropy(zeros({2, 3}), tensor({1})); }},
    {"cross_entropy.target", [] { cross_entropy(zeros({2, 3}), tensor({0.0, 2.0})); }},
    {"multilabel_margin_loss.target",
     [] { nn::MultiLabelMarginLoss()(zeros({2, 3}), zeros({2, 3})); }},
    {"linear_cross_entropy.rank",
     [] { F::linear_cross_entropy(zeros({2, 3, 4}), zeros({5, 4}), tensor({0, 1})); }},
    {"adaptive_log_softmax.cutoffs", [] { nn::AdaptiveLogSoftmaxWithLoss(8, 12, Sizes{7, 3}); }},
    {"adaptive_log_softmax.rank",
     [] {
         nn::AdaptiveLogSoftmaxWithLoss(8, 12, Sizes{3, 7})
             ->forward(zeros({2, 8}), zeros({2, 2}, DType::i64));
     }},
    {"adaptive_log_softmax.target",
     [] {
         nn::AdaptiveLogSoftmaxWithLoss(8, 12, Sizes{3, 7})->forward(zeros({1, 8}), tensor({12}));
     }},
    {"ctc_loss.rank", [] { F::ctc_loss(zeros({4}), tensor({{1, 2}}), tensor({4}), tensor({2})); }},
    {"ctc_loss.blank",
     [] {
         F::ctc_loss(zeros({4, 1, 3}), tensor({{1, 2}}), tensor({4}), tensor({2}),
                     F::CTCLossFuncOptions().blank(3));
     }},
    {"ctc_loss.lengths",
     [] { F::ctc_loss(zeros({4, 1, 3}), tensor({{1, 2}}), tensor({5}), tensor({2})); }},
    {"ctc_loss.lengths",
     [] { F::ctc_loss(zeros({4, 1, 3}), tensor({{1, 2}}), tensor({4, 4}), tensor({2})); }},
    {"ctc_loss.targets",
     [] { F::ctc_loss(zeros({4, 1, 3}), zeros({1, 2}), tensor({4}), tensor({2})); }},
    {"pack_padded_sequence.order",
     [] { rnn::pack_padded_sequence(zeros({5, 2, 3}), tensor({2, 5})); }},
    {"pack_padded_sequence.lengths",
     [] { rnn::pack_padded_sequence(zeros({5, 2, 3}), tensor({6, 5})); }},
    {"pack_padded_sequence.lengths",
     [] { rnn::pack_padded_sequence(zeros({5, 2, 3}), tensor({5})); }},
    {"pad_packed_sequence.total_length",
     [] {
         rnn::pad_packed_sequence(rnn::pack_padded_sequence(zeros({5, 2, 3}), tensor({5, 2})),
                                  false, 0, 4);
     }},
    {"pad_sequence.empty", [] { rnn::pad_sequence({}); }},
    {"pad_sequence.padding_side", [] { rnn::pad_sequence({zeros({2})}, true, 0, "top"); }},
    {"init.rank", [] { nn::init::xavier_uniform_(zeros({3})); }},
    {"init.range", [] { nn::init::trunc_normal_(zeros({3}), 0, 1, 2, 1); }},
    {"init.groups", [] { nn::init::dirac_(zeros({3, 1, 3}), 2); }},
};

}  // namespace
}  // namespace lithe::tests
