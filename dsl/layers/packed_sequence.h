// nn::utils::rnn: sequences of different lengths in one tensor.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "dsl/tensor.h"

namespace lithe::nn::utils::rnn {

/// The steps of all sequences, one step after the other, without padding: batch_sizes says how many
/// sequences have a step t; the longest come first. Where they were sorted for that, sorted_indices
/// is the order.
class PackedSequence {
public:
    explicit PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices = {},
                            Tensor unsorted_indices = {});

    const Tensor& data() const { return data_; }
    const Tensor& batch_sizes() const { return batch_sizes_; }
    const Tensor& sorted_indices() const { return sorted_indices_; }
    const Tensor& unsorted_indices() const { return unsorted_indices_; }
    /// The same sequences with other data.
    PackedSequence with_data(Tensor data) const;

private:
    Tensor data_, batch_sizes_, sorted_indices_, unsorted_indices_;
};

/// The inverse of a permutation.
Tensor invert_permutation(const Tensor& permutation);

/// x [T, N, ...], or [N, T, ...] with `batch_first`. The lengths must fall unless `enforce_sorted`
/// is false. Errors: pack_padded_sequence.lengths, pack_padded_sequence.order.
PackedSequence pack_padded_sequence(const Tensor& x, const Tensor& lengths,
                                    bool batch_first = false, bool enforce_sorted = true);
/// The padded tensor, in the order before sorting, and the lengths.
/// Errors: pad_packed_sequence.total_length.
std::tuple<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence,
                                               bool batch_first = false, double padding_value = 0,
                                               std::optional<int64_t> total_length = std::nullopt);
/// Sequences [T_i, ...] as one tensor; `padding_side` is "right" or "left".
/// Errors: pad_sequence.empty, pad_sequence.padding_side.
Tensor pad_sequence(const Tensors& sequences, bool batch_first = false, double padding_value = 0,
                    const std::string& padding_side = "right");
PackedSequence pack_sequence(const Tensors& sequences, bool enforce_sorted = true);
/// Each sequence without its padding.
Tensors unpad_sequence(const Tensor& padded, const Tensor& lengths, bool batch_first = false);
Tensors unpack_sequence(const PackedSequence& sequence);

}  // namespace lithe::nn::utils::rnn
