#include "dsl/data/samplers.h"

#include <algorithm>
#include <numeric>

#include "dsl/tensor_data.h"
#include "runtime/error.h"

namespace lithe::data::samplers {
namespace {

std::vector<size_t> counted(size_t count) {
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), size_t{0});
    return order;
}

std::vector<size_t> shuffled(size_t count, const Generator& generator) {
    const std::vector<int64_t> order =
        randperm(static_cast<int64_t>(count), generator).to_vector<int64_t>();
    return {order.begin(), order.end()};
}

}  // namespace

void ListSampler::reset(std::optional<size_t> new_size) {
    if (new_size) size_ = *new_size;
    order_ = order();
    has_order_ = true;
    at_ = 0;
}

std::optional<std::vector<size_t>> ListSampler::next(size_t batch_size) {
    if (!has_order_) reset(std::nullopt);
    if (at_ >= order_.size()) return std::nullopt;
    const size_t end = std::min(order_.size(), at_ + batch_size);
    std::vector<size_t> batch(order_.begin() + static_cast<std::ptrdiff_t>(at_),
                              order_.begin() + static_cast<std::ptrdiff_t>(end));
    at_ = end;
    return batch;
}

std::vector<size_t> SequentialSampler::order() { return counted(size_); }
std::vector<size_t> RandomSampler::order() { return shuffled(size_, default_generator()); }

std::vector<size_t> SubsetRandomSampler::order() {
    std::vector<size_t> order = shuffled(indices_.size(), default_generator());
    for (size_t& index : order) index = indices_[index];
    return order;
}

std::vector<size_t> WeightedRandomSampler::order() {
    const Tensor weights = tensor(weights_, DType::f64);
    const std::vector<int64_t> drawn =
        multinomial(weights, static_cast<int64_t>(count_), replacement_).to_vector<int64_t>();
    return {drawn.begin(), drawn.end()};
}

DistributedSampler::DistributedSampler(size_t size, size_t replicas, size_t rank,
                                       bool allow_duplicates, bool is_random)
    : ListSampler(size),
      replicas_(replicas),
      rank_(rank),
      allow_duplicates_(allow_duplicates),
      is_random_(is_random) {
    if (replicas > 0 && rank < replicas) return;
    throw UserError("data.rank", "DistributedSampler: rank " + std::to_string(rank) + " of " +
                                     std::to_string(replicas));
}

std::vector<size_t> DistributedSampler::order() {
    const Generator generator(epoch_);  // the same order in every process
    const std::vector<size_t> all = is_random_ ? shuffled(size_, generator) : counted(size_);
    const size_t share =
        allow_duplicates_ ? (size_ + replicas_ - 1) / replicas_ : size_ / replicas_;
    std::vector<size_t> own;
    for (size_t i = 0; i < share && size_ > 0; ++i) {
        const size_t at = is_random_ ? rank_ + i * replicas_ : rank_ * share + i;
        own.push_back(all[at % size_]);
    }
    return own;
}

}  // namespace lithe::data::samplers
