#pragma once

#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "dsl/arg.h"
#include "dsl/data/datasets.h"
#include "dsl/data/samplers.h"
#include "dsl/data/worker_pool.h"

namespace lithe::data {

struct DataLoaderOptions {
    DataLoaderOptions() = default;
    DataLoaderOptions(size_t batch_size) : batch_size_(batch_size) {}

    LITHE_ARG(size_t, batch_size) = 1;
    /// Threads that make batches ahead; 0: they are made when asked for.
    LITHE_ARG(size_t, workers) = 0;
    /// Batches made ahead; none: two a worker.
    LITHE_ARG(std::optional<size_t>, max_jobs);
    /// How long to wait for a batch. Errors: data.timeout.
    LITHE_ARG(std::optional<std::chrono::milliseconds>, timeout);
    /// Batches always come in the sampler's order; without effect.
    LITHE_ARG(bool, enforce_ordering) = true;
    /// Leaves out a last batch that is not full.
    LITHE_ARG(bool, drop_last) = false;
    /// Memory is the CPU's; without effect.
    LITHE_ARG(bool, pin_memory) = false;
};

/// Runs through a dataset, batch by batch: `for (auto& batch : *loader)`. begin() begins an epoch
/// and ends the one before. Each worker has a copy of the dataset; batches come in the sampler's
/// order however many workers there are; what a dataset throws is thrown where the batch is asked
/// for.
template <class Dataset, class Sampler>
class DataLoader {
public:
    using BatchType = typename Dataset::BatchType;
    using RequestType = typename Sampler::BatchRequestType;

    /// Input iterator over the batches of one epoch.
    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = BatchType;
        using difference_type = std::ptrdiff_t;
        using pointer = BatchType*;
        using reference = BatchType&;

        Iterator() = default;
        explicit Iterator(DataLoader* loader) : loader_(loader) { ++*this; }
        BatchType& operator*() const { return *loader_->current_; }
        BatchType* operator->() const { return &*loader_->current_; }
        Iterator& operator++() {
            loader_->current_ = loader_->next();
            if (!loader_->current_) loader_ = nullptr;
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator& other) const { return loader_ == other.loader_; }

    private:
        DataLoader* loader_ = nullptr;
    };

    DataLoader(Dataset dataset, Sampler sampler, DataLoaderOptions options)
        : dataset_(std::move(dataset)), sampler_(std::move(sampler)), options_(std::move(options)) {
        if (options_.batch_size() > 0) return;
        throw UserError("data.batch_size",
                        "DataLoader: batch_size should be a positive integer value, got 0");
    }
    ~DataLoader() { pool_.reset(); }  // before the datasets that it works on
    DataLoader(const DataLoader&) = delete;
    DataLoader& operator=(const DataLoader&) = delete;

    Iterator begin() {
        pool_.reset();
        sampler_.reset();
        if constexpr (requires { dataset_.reset(); }) dataset_.reset();
        // Samples without indices come from one place, one after another.
        const size_t workers = std::is_same_v<RequestType, size_t>
                                   ? std::min<size_t>(options_.workers(), 1)
                                   : options_.workers();
        if (workers > 0) start(workers);
        return Iterator(this);
    }
    Iterator end() { return Iterator(); }
    /// What LibTorch calls the options and what Python calls `loader.dataset`.
    const DataLoaderOptions& options() const { return options_; }
    const Dataset& dataset() const { return dataset_; }
    Sampler& sampler() { return sampler_; }

private:
    using Pool = WorkerPool<RequestType, std::optional<BatchType>>;

    void start(size_t workers) {
        std::vector<typename Pool::Work> works;
        copies_.clear();
        for (size_t i = 0; i < workers; ++i) copies_.push_back(std::make_unique<Dataset>(dataset_));
        for (const auto& copy : copies_) {
            works.push_back([data = copy.get()](RequestType request) {
                return made(*data, std::move(request));
            });
        }
        pool_ = std::make_unique<Pool>(std::move(works));
        const size_t ahead = std::max<size_t>(1, options_.max_jobs().value_or(2 * workers));
        for (size_t i = 0; i < ahead; ++i) ask();
    }

    /// Nothing where a dataset without indices is at its end.
    static std::optional<BatchType> made(Dataset& dataset, RequestType request) {
        BatchType batch = dataset.get_batch(std::move(request));
        if constexpr (std::is_same_v<RequestType, size_t>) {
            if constexpr (requires { batch.empty(); }) {
                if (batch.empty()) return std::nullopt;
            }
        }
        return batch;
    }

    std::optional<RequestType> next_request() {
        std::optional<RequestType> request = sampler_.next(options_.batch_size());
        if (!request || !options_.drop_last()) return request;
        if constexpr (std::is_same_v<RequestType, size_t>) {
            return *request < options_.batch_size() ? std::nullopt : request;
        } else {
            return request->size() < options_.batch_size() ? std::nullopt : request;
        }
    }

    void ask() {
        if (std::optional<RequestType> request = next_request()) pool_->push(std::move(*request));
    }

    std::optional<BatchType> next() {
        if (!pool_) {
            std::optional<RequestType> request = next_request();
            return request ? made(dataset_, std::move(*request)) : std::nullopt;
        }
        if (pool_->pending() == 0) return std::nullopt;
        std::optional<BatchType> batch = pool_->pop(options_.timeout());
        ask();
        return batch;
    }

    Dataset dataset_;
    Sampler sampler_;
    DataLoaderOptions options_;
    std::vector<std::unique_ptr<Dataset>> copies_;
    std::unique_ptr<Pool> pool_;
    std::optional<BatchType> current_;
};

/// LibTorch's name.
template <class Dataset, class Sampler>
using StatelessDataLoader = DataLoader<Dataset, Sampler>;

template <class Dataset, class Sampler>
    requires requires { typename Sampler::BatchRequestType; }
std::unique_ptr<DataLoader<Dataset, Sampler>> make_data_loader(Dataset dataset, Sampler sampler,
                                                               DataLoaderOptions options = {}) {
    return std::make_unique<DataLoader<Dataset, Sampler>>(std::move(dataset), std::move(sampler),
                                                          std::move(options));
}

/// With a sampler over the whole dataset. Errors: data.size where its size is not known.
template <class Sampler = samplers::RandomSampler, class Dataset>
    requires std::constructible_from<Sampler, size_t>
std::unique_ptr<DataLoader<Dataset, Sampler>> make_data_loader(Dataset dataset,
                                                               DataLoaderOptions options = {}) {
    if constexpr (std::is_same_v<typename Sampler::BatchRequestType, size_t>) {
        const size_t size = dataset.size().value_or(SIZE_MAX);
        return make_data_loader(std::move(dataset), Sampler(size), std::move(options));
    } else {
        const std::optional<size_t> size = dataset.size();
        if (!size)
            throw UserError("data.size",
                            "make_data_loader: Expected the dataset to be sized in order to "
                            "construct the Sampler");
        return make_data_loader(std::move(dataset), Sampler(*size), std::move(options));
    }
}

}  // namespace lithe::data
