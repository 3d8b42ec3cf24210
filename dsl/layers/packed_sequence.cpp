#include "dsl/layers/packed_sequence.h"

#include <algorithm>

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe::nn::utils::rnn {
namespace {

Tensor list_of(const Sizes& values) {
    const Array array = Array::empty(DType::i64, {static_cast<int64_t>(values.size())});
    std::copy(values.begin(), values.end(), array.data<int64_t>());
    return Tensor::from(array);
}

[[noreturn]] void fail(const std::string& function, const char* id, const std::string& text) {
    throw UserError(function + "." + id, function + ": " + text);
}

/// [T, N, ...] with both axes joined.
Tensor joined(const Tensor& x) { return flatten(x, 0, 1); }

}  // namespace

PackedSequence::PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices,
                               Tensor unsorted_indices)
    : data_(std::move(data)),
      batch_sizes_(std::move(batch_sizes)),
      sorted_indices_(std::move(sorted_indices)),
      unsorted_indices_(std::move(unsorted_indices)) {
    if (sorted_indices_.defined() && !unsorted_indices_.defined()) {
        unsorted_indices_ = invert_permutation(sorted_indices_);
    }
}

PackedSequence PackedSequence::with_data(Tensor data) const {
    return PackedSequence(std::move(data), batch_sizes_, sorted_indices_, unsorted_indices_);
}

Tensor invert_permutation(const Tensor& permutation) {
    return scatter(zeros_like(permutation), 0, permutation, arange(permutation.size(0)));
}

PackedSequence pack_padded_sequence(const Tensor& x, const Tensor& lengths, bool batch_first,
                                    bool enforce_sorted) {
    const std::string name = "pack_padded_sequence";
    Tensor steps = batch_first ? transpose(x, 0, 1) : x;
    const int64_t longest = steps.size(0), batch = steps.size(1);
    Sizes sorted = lengths.to_vector<int64_t>();
    if (static_cast<int64_t>(sorted.size()) != batch) {
        fail(name, "lengths",
             "expected a length for each of the " + std::to_string(batch) + " sequences, got " +
                 lengths.type().str());
    }
    for (const int64_t length : sorted) {
        if (length >= 1 && length <= longest) continue;
        fail(name, "lengths",
             "lengths must lie in 1.." + std::to_string(longest) + ", got " +
                 std::to_string(length));
    }
    Tensor order;
    if (!enforce_sorted) {
        Sizes places(sorted.size());
        for (size_t i = 0; i < places.size(); ++i) places[i] = static_cast<int64_t>(i);
        std::stable_sort(places.begin(), places.end(), [&](int64_t a, int64_t b) {
            return sorted[static_cast<size_t>(a)] > sorted[static_cast<size_t>(b)];
        });
        order = list_of(places);
        steps = index_select(steps, 1, order);
        std::sort(sorted.begin(), sorted.end(), std::greater<>());
    } else if (!std::is_sorted(sorted.begin(), sorted.end(), std::greater<>())) {
        fail(name, "order",
             "lengths must be sorted in decreasing order unless enforce_sorted is false, got " +
                 str(to_shape(sorted)));
    }
    Sizes batch_sizes, rows;
    for (int64_t t = 0; t < (sorted.empty() ? 0 : sorted[0]); ++t) {
        int64_t count = 0;
        while (count < batch && sorted[static_cast<size_t>(count)] > t)
            rows.push_back(t * batch + count++);
        batch_sizes.push_back(count);
    }
    return PackedSequence(index_select(joined(steps), 0, list_of(rows)), list_of(batch_sizes),
                          order);
}

std::tuple<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence, bool batch_first,
                                               double padding_value,
                                               std::optional<int64_t> total_length) {
    const Sizes batch_sizes = sequence.batch_sizes().to_vector<int64_t>();
    const auto longest = static_cast<int64_t>(batch_sizes.size());
    const int64_t steps = total_length.value_or(longest),
                  batch = batch_sizes.empty() ? 0 : batch_sizes[0];
    if (steps < longest) {
        fail("pad_packed_sequence", "total_length",
             "expected total_length to be at least the length of the longest " +
                 ("sequence, " + std::to_string(longest)) + ", got " + std::to_string(steps));
    }
    Sizes rows, lengths(static_cast<size_t>(batch), 0);
    int64_t row = 0;
    for (int64_t t = 0; t < steps; ++t) {
        const int64_t count = t < longest ? batch_sizes[static_cast<size_t>(t)] : 0;
        for (int64_t n = 0; n < batch; ++n) {
            rows.push_back(n < count ? row + n : 0);
            if (n < count) lengths[static_cast<size_t>(n)] = t + 1;
        }
        row += count;
    }
    Shape shape{steps, batch};
    const Shape data = sequence.data().sizes();
    shape.insert(shape.end(), data.begin() + 1, data.end());
    Tensor padded = reshape(index_select(sequence.data(), 0, list_of(rows)), shape),
           length = list_of(lengths);
    Shape places(shape.size(), Dim(1));
    places[0] = steps;
    places[1] = batch;
    const Tensor inside = reshape(unsqueeze(arange(steps), 1) < length, places);
    padded = where(inside, padded, Scalar(padding_value));
    if (sequence.unsorted_indices().defined()) {
        padded = index_select(padded, 1, sequence.unsorted_indices());
        length = index_select(length, 0, sequence.unsorted_indices());
    }
    return {batch_first ? transpose(padded, 0, 1) : padded, length};
}

Tensor pad_sequence(const Tensors& sequences, bool batch_first, double padding_value,
                    const std::string& padding_side) {
    if (sequences.empty())
        fail("pad_sequence", "empty", "expected at least one sequence, got none");
    if (padding_side != "right" && padding_side != "left") {
        fail("pad_sequence", "padding_side",
             "padding_side must be 'right' or 'left', got '" + padding_side + "'");
    }
    int64_t longest = 0;
    for (const Tensor& sequence : sequences) longest = std::max<int64_t>(longest, sequence.size(0));
    Tensors padded;
    for (const Tensor& sequence : sequences) {
        Shape widths(static_cast<size_t>(2 * sequence.dim()), Dim(0));
        widths[widths.size() - (padding_side == "right" ? 1 : 2)] = longest - sequence.size(0);
        padded.push_back(constant_pad(sequence, widths, padding_value));
    }
    return stack(padded, batch_first ? 0 : 1);
}

PackedSequence pack_sequence(const Tensors& sequences, bool enforce_sorted) {
    Sizes lengths;
    for (const Tensor& sequence : sequences) lengths.push_back(sequence.size(0));
    return pack_padded_sequence(pad_sequence(sequences), list_of(lengths), false, enforce_sorted);
}

Tensors unpad_sequence(const Tensor& padded, const Tensor& lengths, bool batch_first) {
    const Tensor rows = batch_first ? padded : transpose(padded, 0, 1);
    Tensors sequences;
    for (const int64_t length : lengths.to_vector<int64_t>()) {
        const auto at = static_cast<int64_t>(sequences.size());
        sequences.push_back(narrow(select(rows, 0, at), 0, 0, length));
    }
    return sequences;
}

Tensors unpack_sequence(const PackedSequence& sequence) {
    const auto [padded, lengths] = pad_packed_sequence(sequence, /*batch_first=*/true);
    return unpad_sequence(padded, lengths, /*batch_first=*/true);
}

}  // namespace lithe::nn::utils::rnn
