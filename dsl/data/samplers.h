#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "dsl/random.h"
#include "dsl/tensor.h"

namespace lithe::data::samplers {

/// Says which samples make the next batch; nothing when the epoch is over.
template <class Request = std::vector<size_t>>
class Sampler {
public:
    using BatchRequestType = Request;
    virtual ~Sampler() = default;
    /// Begins an epoch, with another number of samples where one is given.
    virtual void reset(std::optional<size_t> new_size) = 0;
    virtual std::optional<Request> next(size_t batch_size) = 0;
    void reset() { reset(std::nullopt); }
};

/// Samplers whose epoch is a list of indices.
class ListSampler : public Sampler<> {
public:
    void reset(std::optional<size_t> new_size) override;
    std::optional<std::vector<size_t>> next(size_t batch_size) override;
    using Sampler<>::reset;
    /// How many indices of this epoch were given.
    size_t index() const { return at_; }

protected:
    explicit ListSampler(size_t size) : size_(size) {}
    /// The indices of one epoch.
    virtual std::vector<size_t> order() = 0;
    size_t size_;

private:
    std::vector<size_t> order_;
    size_t at_ = 0;
    bool has_order_ = false;
};

/// 0, 1, 2, ...
class SequentialSampler : public ListSampler {
public:
    explicit SequentialSampler(size_t size) : ListSampler(size) {}

protected:
    std::vector<size_t> order() override;
};

/// Each sample once in random order; another order each epoch, from the default generator.
class RandomSampler : public ListSampler {
public:
    explicit RandomSampler(size_t size) : ListSampler(size) {}

protected:
    std::vector<size_t> order() override;
};

/// The given indices in random order.
class SubsetRandomSampler : public ListSampler {
public:
    explicit SubsetRandomSampler(std::vector<size_t> indices)
        : ListSampler(indices.size()), indices_(std::move(indices)) {}

protected:
    std::vector<size_t> order() override;

private:
    std::vector<size_t> indices_;
};

/// `count` draws with these weights. Errors: multinomial.count.
class WeightedRandomSampler : public ListSampler {
public:
    WeightedRandomSampler(std::vector<double> weights, size_t count, bool replacement = true)
        : ListSampler(weights.size()),
          weights_(std::move(weights)),
          count_(count),
          replacement_(replacement) {}

protected:
    std::vector<size_t> order() override;

private:
    std::vector<double> weights_;
    size_t count_;
    bool replacement_;
};

/// One process's share of the samples: every `replicas`-th of a random order, or a stretch of the
/// plain one. The shares have one size: the first samples come twice or, without
/// `allow_duplicates`, the last are left out. Errors: data.rank.
class DistributedSampler : public ListSampler {
public:
    DistributedSampler(size_t size, size_t replicas, size_t rank, bool allow_duplicates,
                       bool is_random);
    /// Another order each epoch, the same in all processes.
    void set_epoch(size_t epoch) { epoch_ = epoch; }
    size_t epoch() const { return epoch_; }

protected:
    std::vector<size_t> order() override;

private:
    size_t replicas_, rank_, epoch_ = 0;
    bool allow_duplicates_, is_random_;
};

class DistributedRandomSampler : public DistributedSampler {
public:
    explicit DistributedRandomSampler(size_t size, size_t replicas = 1, size_t rank = 0,
                                      bool allow_duplicates = true)
        : DistributedSampler(size, replicas, rank, allow_duplicates, true) {}
};

class DistributedSequentialSampler : public DistributedSampler {
public:
    explicit DistributedSequentialSampler(size_t size, size_t replicas = 1, size_t rank = 0,
                                          bool allow_duplicates = true)
        : DistributedSampler(size, replicas, rank, allow_duplicates, false) {}
};

/// For datasets without indices: asks for so many samples, until `epoch_size` were asked for.
class StreamSampler : public Sampler<size_t> {
public:
    explicit StreamSampler(size_t epoch_size = SIZE_MAX) : epoch_size_(epoch_size) {}
    void reset(std::optional<size_t> new_size) override {
        if (new_size) epoch_size_ = *new_size;
        at_ = 0;
    }
    std::optional<size_t> next(size_t batch_size) override {
        if (at_ >= epoch_size_) return std::nullopt;
        const size_t count = std::min(batch_size, epoch_size_ - at_);
        at_ += count;
        return count;
    }
    using Sampler<size_t>::reset;

private:
    size_t epoch_size_, at_ = 0;
};

}  // namespace lithe::data::samplers
