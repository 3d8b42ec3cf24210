#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dsl/data/example.h"
#include "dsl/ops.h"
#include "dsl/random.h"
#include "runtime/error.h"

namespace lithe::data::datasets {

template <class Source, class Transform>
class MapDataset;

/// Where batches come from. `Self` is the derived class; `BatchRequest` is the indices of the
/// samples or, for datasets without indices, how many are wanted.
template <class Self, class Batch, class BatchRequestT = std::span<const size_t>>
class BatchDataset {
public:
    using SelfType = Self;
    using BatchType = Batch;
    using BatchRequestType = BatchRequestT;
    static constexpr bool is_stateful = false;

    virtual ~BatchDataset() = default;
    virtual Batch get_batch(BatchRequestT request) = 0;
    /// The number of samples, where it is known.
    virtual std::optional<size_t> size() const = 0;

    /// This dataset with a transform after it.
    template <class T>
    MapDataset<Self, T> map(T transform) & {
        return {static_cast<Self&>(*this), std::move(transform)};
    }
    template <class T>
    MapDataset<Self, T> map(T transform) && {
        return {std::move(static_cast<Self&>(*this)), std::move(transform)};
    }
};

/// Samples that are had by their index.
template <class Self, class SingleExample = Example<>>
class Dataset : public BatchDataset<Self, std::vector<SingleExample>> {
public:
    using ExampleType = SingleExample;
    virtual ExampleType get(size_t index) = 0;
    std::vector<ExampleType> get_batch(std::span<const size_t> indices) override {
        std::vector<ExampleType> batch;
        batch.reserve(indices.size());
        for (const size_t index : indices) batch.push_back(get(index));
        return batch;
    }
};

/// Samples that come one after another; a batch is empty at the end. reset() begins anew.
template <class Self, class SingleExample = Example<>>
class IterableDataset : public BatchDataset<Self, std::vector<SingleExample>, size_t> {
public:
    using ExampleType = SingleExample;
    /// The next sample, or nothing at the end.
    virtual std::optional<ExampleType> next() = 0;
    virtual void reset() {}
    std::vector<ExampleType> get_batch(size_t count) override {
        std::vector<ExampleType> batch;
        while (batch.size() < count) {
            std::optional<ExampleType> sample = next();
            if (!sample) break;
            batch.push_back(std::move(*sample));
        }
        return batch;
    }
    std::optional<size_t> size() const override { return std::nullopt; }
};

/// LibTorch's name for datasets that are asked for a number of samples.
template <class Self, class Batch = std::vector<Example<>>>
using StreamDataset = BatchDataset<Self, Batch, size_t>;

template <class Source, class Transform>
class MapDataset
    : public BatchDataset<MapDataset<Source, Transform>, typename Transform::OutputBatchType,
                          typename Source::BatchRequestType> {
public:
    using DatasetType = Source;
    using TransformType = Transform;
    using BatchRequestType = typename Source::BatchRequestType;

    MapDataset(Source source, Transform transform)
        : source_(std::move(source)), transform_(std::move(transform)) {}
    typename Transform::OutputBatchType get_batch(BatchRequestType request) override {
        return transform_.apply_batch(source_.get_batch(std::move(request)));
    }
    std::optional<size_t> size() const override { return source_.size(); }
    void reset()
        requires requires(Source& s) { s.reset(); }
    {
        source_.reset();
    }
    const Source& dataset() const { return source_; }
    const Transform& transform() const { return transform_; }

private:
    Source source_;
    Transform transform_;
};

/// The rows of a tensor.
class TensorDataset : public Dataset<TensorDataset, TensorExample> {
public:
    explicit TensorDataset(const Tensors& rows) : tensor(stack(rows, 0)) {}
    explicit TensorDataset(Tensor rows) : tensor(std::move(rows)) {}
    TensorExample get(size_t index) override {
        return tensor.select(0, static_cast<int64_t>(index));
    }
    std::optional<size_t> size() const override {
        return static_cast<size_t>(tensor.size(0).constant());
    }

    Tensor tensor;
};

/// The rows of two tensors of one length: data and targets. Errors: data.sizes.
class PairDataset : public Dataset<PairDataset> {
public:
    PairDataset(Tensor data, Tensor target) : data_(std::move(data)), target_(std::move(target)) {
        if (data_.size(0) == target_.size(0)) return;
        throw UserError("data.sizes", "dataset: Size mismatch between tensors: " +
                                          data_.type().str() + " and " + target_.type().str());
    }
    Example<> get(size_t index) override {
        const auto i = static_cast<int64_t>(index);
        return {data_.select(0, i), target_.select(0, i)};
    }
    std::optional<size_t> size() const override {
        return static_cast<size_t>(data_.size(0).constant());
    }

private:
    Tensor data_, target_;
};

/// Some samples of another dataset. Errors: data.index.
template <class Source>
class Subset : public Dataset<Subset<Source>, typename Source::ExampleType> {
public:
    Subset(Source source, std::vector<size_t> indices)
        : source_(std::make_shared<Source>(std::move(source))), indices_(std::move(indices)) {}
    Subset(std::shared_ptr<Source> source, std::vector<size_t> indices)
        : source_(std::move(source)), indices_(std::move(indices)) {}
    typename Source::ExampleType get(size_t index) override {
        if (index < indices_.size()) return source_->get(indices_[index]);
        throw UserError("data.index", "dataset: index " + std::to_string(index) + " of " +
                                          std::to_string(indices_.size()));
    }
    std::optional<size_t> size() const override { return indices_.size(); }
    const std::vector<size_t>& indices() const { return indices_; }

private:
    std::shared_ptr<Source> source_;
    std::vector<size_t> indices_;
};

/// Datasets one after the other. Errors: data.index, data.size (a part of unknown size).
template <class Source>
class ConcatDataset : public Dataset<ConcatDataset<Source>, typename Source::ExampleType> {
public:
    explicit ConcatDataset(std::vector<Source> parts) : parts_(std::move(parts)) {
        for (const Source& part : parts_) {
            if (!part.size())
                throw UserError("data.size", "ConcatDataset: a dataset of unknown size");
            ends_.push_back((ends_.empty() ? 0 : ends_.back()) + *part.size());
        }
    }
    typename Source::ExampleType get(size_t index) override {
        const auto end = std::upper_bound(ends_.begin(), ends_.end(), index);
        if (end == ends_.end()) {
            throw UserError("data.index", "dataset: index " + std::to_string(index) + " of " +
                                              std::to_string(*size()));
        }
        const auto part = static_cast<size_t>(end - ends_.begin());
        return parts_[part].get(index - (part == 0 ? 0 : ends_[part - 1]));
    }
    std::optional<size_t> size() const override { return ends_.empty() ? 0 : ends_.back(); }

private:
    std::vector<Source> parts_;
    std::vector<size_t> ends_;
};

/// Iterable datasets one after the other.
template <class Source>
class ChainDataset : public IterableDataset<ChainDataset<Source>, typename Source::ExampleType> {
public:
    explicit ChainDataset(std::vector<Source> parts) : parts_(std::move(parts)) {}
    std::optional<typename Source::ExampleType> next() override {
        for (; at_ < parts_.size(); ++at_) {
            if (auto sample = parts_[at_].next()) return sample;
        }
        return std::nullopt;
    }
    void reset() override {
        at_ = 0;
        for (Source& part : parts_) part.reset();
    }

private:
    std::vector<Source> parts_;
    size_t at_ = 0;
};

/// Deals the samples of a dataset out at random. Errors: data.split where the lengths do not add
/// up.
template <class Source>
std::vector<Subset<Source>> random_split(Source source, const std::vector<size_t>& lengths,
                                         const Generator& generator = default_generator()) {
    const size_t count = source.size().value_or(0);
    size_t total = 0;
    for (const size_t length : lengths) total += length;
    if (total != count) {
        throw UserError(
            "data.split",
            "random_split: Sum of input lengths does not equal the length of the input dataset: " +
                std::to_string(total) + " and " + std::to_string(count));
    }
    const std::vector<int64_t> order =
        randperm(static_cast<int64_t>(count), generator).template to_vector<int64_t>();
    const auto shared = std::make_shared<Source>(std::move(source));
    std::vector<Subset<Source>> parts;
    auto at = order.begin();
    for (const size_t length : lengths) {
        const auto end = at + static_cast<std::ptrdiff_t>(length);
        parts.emplace_back(shared, std::vector<size_t>(at, end));
        at = end;
    }
    return parts;
}

/// The images of handwritten digits in the idx files of `root`: f32[1, 28, 28] in 0..1, and i64
/// targets.
///
/// Reads train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte,
/// t10k-labels-idx1-ubyte. Errors: file.*, mnist.format.  Source: LeCun, Cortes, Burges, "The MNIST
/// database", format of the idx files.
class MNIST : public Dataset<MNIST> {
public:
    enum class Mode { kTrain, kTest };
    explicit MNIST(const std::string& root, Mode mode = Mode::kTrain);
    Example<> get(size_t index) override;
    std::optional<size_t> size() const override;
    bool is_train() const { return is_train_; }
    const Tensor& images() const { return images_; }
    const Tensor& targets() const { return targets_; }

private:
    Tensor images_, targets_;
    bool is_train_;
};

}  // namespace lithe::data::datasets

namespace lithe::data {
template <class Self, class SingleExample = Example<>>
using Dataset = datasets::Dataset<Self, SingleExample>;
}  // namespace lithe::data
