// torch::data: data sets of one's own, transforms, samplers, loaders.
#pragma once

#include <lithe/torch.h>

#include <utility>
#include <vector>

#include "tests/libtorch/programs/log.h"

namespace programs {

class Squares : public torch::data::Dataset<Squares> {
public:
    explicit Squares(size_t count) : count_(count) {}
    torch::data::Example<> get(size_t index) override {
        return {torch::full({2}, static_cast<double>(index)),
                torch::tensor(static_cast<int64_t>(index * index))};
    }
    torch::optional<size_t> size() const override { return count_; }

private:
    size_t count_;
};

/// Examples without targets.
struct Words : torch::data::datasets::Dataset<Words, torch::data::TensorExample> {
    torch::data::TensorExample get(size_t index) override {
        return torch::full({1}, static_cast<double>(index));
    }
    c10::optional<size_t> size() const override { return 4; }
};

inline void load_batches(Log& out) {
    auto dataset = Squares(5)
                       .map(torch::data::transforms::Normalize<>(1.0, 2.0))
                       .map(torch::data::transforms::Stack<>());
    out << dataset.size().value() << '\n';
    auto loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
        std::move(dataset), torch::data::DataLoaderOptions().batch_size(2).workers(0));
    for (int epoch = 0; epoch < 2; ++epoch) {
        size_t batch_index = 0;
        for (auto& batch : *loader) {
            out << batch_index++ << ' ' << batch.data.sizes() << batch.data << batch.target << '\n';
        }
    }
}

inline void load_in_other_ways(Log& out) {
    auto loader =
        torch::data::make_data_loader(Squares(6).map(torch::data::transforms::Stack<>()), 4);
    int64_t seen = 0, sum = 0;
    for (torch::data::Example<>& batch : *loader) {
        seen += batch.data.size(0);
        sum += batch.target.sum().item<int64_t>();
    }
    out << seen << ' ' << sum << '\n';
    auto words = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
        Words().map(torch::data::transforms::Stack<torch::data::TensorExample>()),
        torch::data::DataLoaderOptions(3).drop_last(true));
    for (auto& batch : *words) out << batch.data << '\n';
    auto plain =
        torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(Squares(3), 2);
    for (std::vector<torch::data::Example<>> batch : *plain) {
        for (auto& example : batch) out << example.target.item<int64_t>() << ' ';
        out << '\n';
    }
    auto lambda = Squares(2).map(
        torch::data::transforms::Lambda<torch::data::Example<>>([](torch::data::Example<> example) {
            return torch::data::Example<>(example.data + 1, example.target);
        }));
    out << lambda.get_batch(std::vector<size_t>{1})[0].data << '\n';
    auto tensors = torch::data::datasets::TensorDataset(torch::arange(6).view({3, 2}));
    out << *tensors.size() << tensors.get(2).data << '\n';
    torch::data::samplers::RandomSampler sampler(4);
    out << sampler.next(3)->size() << sampler.next(3)->size() << sampler.next(3).has_value()
        << '\n';
}

}  // namespace programs
