#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "dsl/data/collate.h"

namespace lithe::data::transforms {

/// Makes one batch of another. `Input` is what the dataset gives, `Output` what the next one gets.
template <class Input, class Output>
class BatchTransform {
public:
    using InputBatchType = Input;
    using OutputBatchType = Output;
    virtual ~BatchTransform() = default;
    virtual Output apply_batch(Input batch) = 0;
};

/// Makes one sample of another.
template <class Input, class Output>
class Transform : public BatchTransform<std::vector<Input>, std::vector<Output>> {
public:
    using InputType = Input;
    using OutputType = Output;
    virtual Output apply(Input sample) = 0;
    std::vector<Output> apply_batch(std::vector<Input> batch) override {
        std::vector<Output> result;
        result.reserve(batch.size());
        for (Input& sample : batch) result.push_back(apply(std::move(sample)));
        return result;
    }
};

/// Makes one thing of a list of samples.
template <class T, class BatchType = std::vector<T>>
using Collation = BatchTransform<BatchType, T>;

/// Stacks the samples' tensors along a new first axis.
template <class T = Example<>>
class Stack : public Collation<T> {
public:
    T apply_batch(std::vector<T> samples) override { return default_collate(samples); }
};

/// default_collate for samples of any kind.
template <class T>
class Collate : public BatchTransform<std::vector<T>,
                                      decltype(default_collate(std::declval<std::vector<T>>()))> {
public:
    decltype(default_collate(std::declval<std::vector<T>>())) apply_batch(
        std::vector<T> samples) override {
        return default_collate(samples);
    }
};

/// A function of a sample.
template <class Input, class Output = Input>
class Lambda : public Transform<Input, Output> {
public:
    using FunctionType = std::function<Output(Input)>;
    explicit Lambda(FunctionType function) : function_(std::move(function)) {}
    Output apply(Input sample) override { return function_(std::move(sample)); }

private:
    FunctionType function_;
};

/// A function of a batch.
template <class Input, class Output = Input>
class BatchLambda : public BatchTransform<Input, Output> {
public:
    using FunctionType = std::function<Output(Input)>;
    explicit BatchLambda(FunctionType function) : function_(std::move(function)) {}
    Output apply_batch(Input batch) override { return function_(std::move(batch)); }

private:
    FunctionType function_;
};

/// Makes another tensor of a sample's data; the target stays.
template <class Target = Tensor>
class TensorTransform : public Transform<Example<Tensor, Target>, Example<Tensor, Target>> {
public:
    using E = Example<Tensor, Target>;
    using Transform<E, E>::Transform;
    virtual Tensor operator()(Tensor input) = 0;
    E apply(E sample) override {
        sample.data = (*this)(std::move(sample.data));
        return sample;
    }
};

template <class Target = Tensor>
class TensorLambda : public TensorTransform<Target> {
public:
    explicit TensorLambda(std::function<Tensor(Tensor)> function)
        : function_(std::move(function)) {}
    Tensor operator()(Tensor input) override { return function_(std::move(input)); }

private:
    std::function<Tensor(Tensor)> function_;
};

/// (x - mean) / std, each a number or one a channel (the first axis).
template <class Target = Tensor>
class Normalize : public TensorTransform<Target> {
public:
    Normalize(double mean, double std)
        : Normalize(std::vector<double>{mean}, std::vector<double>{std}) {}
    Normalize(const std::vector<double>& mean, const std::vector<double>& std)
        : mean_(channels(mean)), std_(channels(std)) {}
    Tensor operator()(Tensor input) override {
        return (input - mean_.to(input.dtype())) / std_.to(input.dtype());
    }

private:
    static Tensor channels(const std::vector<double>& values) {
        return tensor(values, DType::f64).view({static_cast<int64_t>(values.size()), 1, 1});
    }
    Tensor mean_, std_;
};

}  // namespace lithe::data::transforms
