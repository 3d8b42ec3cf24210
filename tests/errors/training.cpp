// Optimizers, learning-rate schedules, data sets.
#include <lithe/lithe.h>

#include <chrono>
#include <thread>

#include "dsl/data.h"
#include "dsl/optim.h"
#include "tests/errors/cases.h"
#include "tests/paths.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

using namespace optim;
namespace datasets = data::datasets;

Tensor parameter() { return ones({2}).requires_grad_(); }

/// An optimizer with one parameter, for a schedule.
SGD& one() {
    static SGD optimizer({parameter()}, 0.1);
    return optimizer;
}

struct Numbers : data::Dataset<Numbers> {
    data::Example<> get(size_t index) override {
        const auto i = static_cast<double>(index);
        return {tensor(i), tensor(i)};
    }
    std::optional<size_t> size() const override { return 3; }
};
struct Endless : data::Dataset<Endless> {
    data::Example<> get(size_t) override { return {tensor(1.0), tensor(1.0)}; }
    std::optional<size_t> size() const override { return std::nullopt; }
};
struct Slow : data::Dataset<Slow> {
    data::Example<> get(size_t) override {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        return {tensor(1.0), tensor(1.0)};
    }
    std::optional<size_t> size() const override { return 1; }
};

const ErrorCases cases = {
    {"optim.parameter", [] { SGD(Tensors{}, 0.1); }},
    {"optim.parameter", [] { SGD({parameter() * 2}, 0.1); }},
    {"optim.parameter", [] { SGD({Tensor()}, 0.1); }},
    {"optim.duplicate_parameter",
     [] {
         const Tensor x = parameter();
         SGD({x, x}, 0.1);
     }},
    {"optim.duplicate_parameter",
     [] {
         const Tensor x = parameter();
         SGD({x}, 0.1).add_parameters({x});
     }},
    {"optim.options", [] { SGD({parameter()}, -1.0); }},
    {"optim.options", [] { SGD({parameter()}, SGDOptions(1).nesterov(true)); }},
    {"optim.options", [] { get_ema_avg_fn(2); }},
    {"optim.option_type", [] { to_number("lr", OptionValue(std::string("fast"))); }},
    {"optim.closure", [] { LBFGS({parameter()}).step(nullptr); }},
    {"optim.differentiable", [] { Adam({parameter()}, AdamOptions(0.1).differentiable(true)); }},
    {"optim.load_state_dict",
     [] { SGD({parameter(), parameter()}, 0.1).load_state_dict(one().state_dict()); }},
    {"optim.load_state_dict",
     [] {
         Adam adam({parameter()}, 0.1);
         load_optimizer(adam, std::string(source_dir) + "/tests/data/recorded_adam.pt");
     }},
    {"averaged_model.parameters",
     [] { AveragedModel(*nn::Linear(2, 2)).update_parameters(*nn::ReLU()); }},
    {"lr_scheduler.options", [] { StepLR(one(), 0); }},
    {"lr_scheduler.options", [] { OneCycleLR(one(), 1.0, OneCycleLROptions{}); }},
    {"lr_scheduler.options", [] { ReduceLROnPlateau(one(), {.factor = 1}); }},
    {"lr_scheduler.options", [] { SequentialLR(one(), {}, {}); }},
    {"lr_scheduler.groups", [] { OneCycleLR(one(), PerGroup{1, 2, 3}, 10); }},
    {"lr_scheduler.groups", [] { LambdaLR(one(), std::vector<EpochFactor>{}); }},
    {"lr_scheduler.initial_lr",
     [] {
         SGD fresh({parameter()}, 0.1);
         StepLR(fresh, 3, 0.1, /*last_epoch=*/4);
     }},
    {"lr_scheduler.momentum",
     [] {
         Adagrad plain({parameter()}, 0.1);
         OneCycleLR(plain, 1.0, 10);
     }},
    {"lr_scheduler.steps",
     [] {
         SGD optimizer({parameter()}, 0.1);
         OneCycleLR cycle(optimizer, 1.0, 2);
         for (int i = 0; i < 3; ++i) cycle.step();
     }},
    {"lr_scheduler.state",
     [] {
         StepLR schedule(one(), 3);
         schedule.load_state_dict({});
     }},
    {"data.batch_size",
     [] { data::make_data_loader(Numbers().map(data::transforms::Stack<>()), 0); }},
    {"data.size", [] { data::make_data_loader(Endless().map(data::transforms::Stack<>()), 1); }},
    {"data.timeout",
     [] {
         data::make_data_loader(
             Slow().map(data::transforms::Stack<>()),
             data::DataLoaderOptions(1).workers(1).timeout(std::chrono::milliseconds(10)))
             ->begin();
     }},
    {"data.index",
     [] {
         datasets::ConcatDataset<Numbers> joined({Numbers(), Numbers()});
         joined.get(6);
     }},
    {"data.split", [] { datasets::random_split(Numbers(), {7, 4}); }},
    {"data.sizes", [] { datasets::PairDataset(arange(3), arange(4)); }},
    {"data.rank", [] { data::samplers::DistributedRandomSampler(4, 2, 2); }},
    {"data.ragged", [] { data::default_collate(std::vector<std::vector<int>>{{1}, {1, 2}}); }},
    {"data.empty_batch", [] { data::default_collate(std::vector<Tensor>{}); }},
    {"mnist.format",
     [] {
         error_file("train-images-idx3-ubyte", "cut");
         error_file("train-labels-idx1-ubyte", "cut");
         datasets::MNIST{error_folder() / "."};
     }},
};

}  // namespace
}  // namespace lithe::tests
