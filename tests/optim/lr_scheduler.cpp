#include "dsl/optim/lr_scheduler.h"

#include "dsl/layers/batch_norm.h"
#include "dsl/layers/linear.h"
#include "dsl/optim.h"
#include "dsl/warning.h"
#include "tests/support/recorded.h"

namespace lithe::tests {
namespace {

using namespace optim;
using SchedulerMaker = std::function<LRSchedulerPtr(Optimizer&)>;

template <class Kind, class... Args>
LRSchedulerPtr make(Optimizer& optimizer, Args&&... args) {
    return std::make_shared<Kind>(optimizer, std::forward<Args>(args)...);
}

/// SCHEDULES of tests/parity/record_optim.py, but for those of ReduceLROnPlateau.
std::map<std::string, SchedulerMaker> schedules() {
    using O = Optimizer;
    return {
        {"step", [](O& o) { return make<StepLR>(o, 4, 0.3); }},
        {"multi_step",
         [](O& o) { return make<MultiStepLR>(o, std::vector<int64_t>{3, 7, 7, 20}, 0.5); }},
        {"constant", [](O& o) { return make<ConstantLR>(o, 0.25, 6); }},
        {"linear", [](O& o) { return make<LinearLR>(o, 0.1, 0.8, 12); }},
        {"exponential", [](O& o) { return make<ExponentialLR>(o, 0.9); }},
        {"cosine", [](O& o) { return make<CosineAnnealingLR>(o, 7, 0.01); }},
        {"warm_restarts", [](O& o) { return make<CosineAnnealingWarmRestarts>(o, 3, 2, 0.01); }},
        {"warm_restarts_even", [](O& o) { return make<CosineAnnealingWarmRestarts>(o, 5); }},
        {"polynomial", [](O& o) { return make<PolynomialLR>(o, 11, 2.0); }},
        {"cyclic",
         [](O& o) {
             return make<CyclicLR>(o, 0.01, 0.1,
                                   CyclicLROptions{.step_size_up = 4, .step_size_down = 3});
         }},
        {"cyclic_halving",
         [](O& o) {
             return make<CyclicLR>(o, PerGroup{0.01, 0.02}, PerGroup{0.1, 0.3},
                                   CyclicLROptions{.step_size_up = 3, .mode = "triangular2"});
         }},
        {"cyclic_exp",
         [](O& o) {
             return make<CyclicLR>(o, 0.01, 0.1,
                                   CyclicLROptions{.step_size_up = 5,
                                                   .mode = "exp_range",
                                                   .gamma = 0.9,
                                                   .cycle_momentum = false});
         }},
        {"cyclic_function",
         [](O& o) {
             return make<CyclicLR>(o, 0.01, 0.1,
                                   CyclicLROptions{.step_size_up = 4,
                                                   .scale_fn = [](double x) { return 1 / (1 + x); },
                                                   .base_momentum = 0.6});
         }},
        {"cyclic_adam",
         [](O& o) { return make<CyclicLR>(o, 0.01, 0.1, CyclicLROptions{.step_size_up = 4}); }},
        {"one_cycle", [](O& o) { return make<OneCycleLR>(o, 0.5, 31); }},
        {"one_cycle_linear",
         [](O& o) {
             return make<OneCycleLR>(
                 o, PerGroup{0.5, 0.2},
                 OneCycleLROptions{.epochs = 8, .steps_per_epoch = 5, .anneal_strategy = "linear"});
         }},
        {"one_cycle_three",
         [](O& o) {
             return make<OneCycleLR>(
                 o, 0.5,
                 OneCycleLROptions{
                     .total_steps = 40, .pct_start = 0.4, .div_factor = 10, .three_phase = true});
         }},
        {"one_cycle_adam",
         [](O& o) {
             return make<OneCycleLR>(
                 o, 0.5,
                 OneCycleLROptions{.total_steps = 35, .base_momentum = 0.8, .max_momentum = 0.9});
         }},
        {"lambda",
         [](O& o) {
             return make<LambdaLR>(
                 o, std::vector<EpochFactor>{
                        [](int64_t t) { return std::pow(0.95, static_cast<double>(t)); },
                        [](int64_t t) { return 1 / (1 + static_cast<double>(t)); }});
         }},
        {"multiplicative",
         [](O& o) {
             return make<MultiplicativeLR>(o, [](int64_t t) { return t % 2 ? 0.9 : 1.05; });
         }},
        {"sequential",
         [](O& o) {
             const std::vector<LRSchedulerPtr> parts{
                 make<ConstantLR>(o, 0.1, 5), make<ExponentialLR>(o, 0.9), make<StepLR>(o, 3, 0.5)};
             return make<SequentialLR>(o, parts, std::vector<int64_t>{5, 15});
         }},
        {"sequential_warmup",
         [](O& o) {
             const std::vector<LRSchedulerPtr> parts{make<LinearLR>(o, 0.01, 1.0, 10),
                                                     make<CosineAnnealingLR>(o, 20)};
             return make<SequentialLR>(o, parts, std::vector<int64_t>{10});
         }},
        {"chained",
         [](O& o) -> LRSchedulerPtr {
             return std::make_shared<ChainedScheduler>(std::vector<LRSchedulerPtr>{
                 make<ConstantLR>(o, 0.1, 5), make<ExponentialLR>(o, 0.9)});
         }},
        {"chained_three",
         [](O& o) -> LRSchedulerPtr {
             return std::make_shared<ChainedScheduler>(std::vector<LRSchedulerPtr>{
                 make<LinearLR>(o, 0.2, 1.0, 6), make<StepLR>(o, 5, 0.5),
                 make<MultiplicativeLR>(o, [](int64_t) { return 0.97; })});
         }},
        {"chained_sequential",
         [](O& o) -> LRSchedulerPtr {
             const std::vector<LRSchedulerPtr> parts{make<ConstantLR>(o, 0.5, 4),
                                                     make<ExponentialLR>(o, 0.9)};
             const LRSchedulerPtr sequence = make<SequentialLR>(o, parts, std::vector<int64_t>{4});
             return std::make_shared<ChainedScheduler>(
                 std::vector<LRSchedulerPtr>{sequence, make<StepLR>(o, 10, 0.1)});
         }},
        {"swa",
         [](O& o) {
             return make<SWALR>(o, PerGroup{0.02, 0.7}, SWALROptions{.anneal_epochs = 8});
         }},
        {"swa_linear",
         [](O& o) {
             return make<SWALR>(o, 0.02,
                                SWALROptions{.anneal_epochs = 5, .anneal_strategy = "linear"});
         }},
    };
}

struct TwoGroups {
    Tensor a = zeros({2}).requires_grad_(), b = zeros({3}).requires_grad_();
    std::shared_ptr<Optimizer> optimizer;

    explicit TwoGroups(const std::string& name = {}) {
        if (name.ends_with("adam")) {
            optimizer = std::make_shared<Adam>(Tensors{a}, AdamOptions(0.05));
            optimizer->add_param_group({{b}, AdamOptions(0.5)});
        } else {
            optimizer = std::make_shared<SGD>(Tensors{a}, SGDOptions(0.05).momentum(0.9));
            optimizer->add_param_group({{b}, SGDOptions(0.5).momentum(0.9)});
        }
    }
    /// The rates and the momenta, as one row of what was recorded.
    std::vector<double> row() const {
        std::vector<double> values;
        for (const OptimizerParamGroup& group : optimizer->param_groups())
            values.push_back(group.options().get_lr());
        for (const OptimizerParamGroup& group : optimizer->param_groups()) {
            const OptionValues all = group.options().values();
            values.push_back(all.contains("momentum")
                                 ? std::get<double>(all.at("momentum"))
                                 : std::get<std::vector<double>>(all.at("betas"))[0]);
        }
        return values;
    }
    void check(const Tensor& want) const {
        const std::vector<double> mine = row();
        for (size_t i = 0; i < mine.size(); ++i) {
            // A chain of 30 products, each rounded differently at most.
            BOOST_REQUIRE_SMALL(mine[i] - want.array().at(static_cast<int64_t>(i)),
                                1e-14 * 30 * std::max(1e-3, std::abs(mine[i])));
        }
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(optim_lr_scheduler)

BOOST_AUTO_TEST_CASE(every_schedule_goes_as_pytorch_s) {
    const Recorded recorded("optim.safetensors");
    for (const auto& [name, maker] : schedules()) {
        BOOST_TEST_CONTEXT(name) {
            const Tensor want = recorded["schedule." + name];
            TwoGroups groups(name);
            const LRSchedulerPtr scheduler = maker(*groups.optimizer);
            for (int64_t epoch = 0; epoch <= 30; ++epoch) {
                BOOST_TEST_CONTEXT("epoch " << epoch) { groups.check(want.select(0, epoch)); }
                groups.optimizer->step();
                if (epoch < 30) scheduler->step();
            }
            BOOST_CHECK_EQUAL(scheduler->get_last_lr().size(), 2);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_schedule_goes_on_from_its_state) {
    for (const auto& [name, maker] : schedules()) {
        BOOST_TEST_CONTEXT(name) {
            TwoGroups straight(name), resumed(name);
            const LRSchedulerPtr first = maker(*straight.optimizer);
            straight.optimizer->step();
            for (int i = 0; i < 7; ++i) first->step();
            const LRSchedulerPtr second = maker(*resumed.optimizer);
            resumed.optimizer->step();
            resumed.optimizer->load_state_dict(straight.optimizer->state_dict());
            second->load_state_dict(first->state_dict());
            for (int i = 0; i < 12; ++i) {
                first->step();
                second->step();
                BOOST_REQUIRE(straight.row() == resumed.row());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(plateaus_are_seen_as_by_pytorch) {
    const Recorded recorded("optim.safetensors");
    std::vector<double> metrics{1,   0.9, 0.9, 0.9, 0.9, 0.89999, 0.7,  0.7,  0.7,  0.7,
                                0.7, 0.7, 0.7, 0.7, 0.6, 0.61,    0.62, 0.63, 0.64, 0.6};
    metrics.insert(metrics.end(), metrics.begin(), metrics.begin() + 20);
    const std::map<std::string, ReduceLROnPlateauOptions> cases = {{"plateau", {.patience = 2}},
                                                                   {"plateau_relative",
                                                                    {.mode = "max",
                                                                     .factor = 0.3,
                                                                     .patience = 0,
                                                                     .threshold = 0.1,
                                                                     .min_lr = 0.001,
                                                                     .eps = 1e-2}},
                                                                   {"plateau_max",
                                                                    {.mode = "max",
                                                                     .factor = 0.5,
                                                                     .patience = 1,
                                                                     .threshold = 0.05,
                                                                     .threshold_mode = "abs",
                                                                     .cooldown = 2,
                                                                     .min_lr = {0.01, 0.1}}}};
    for (const auto& [name, options] : cases) {
        BOOST_TEST_CONTEXT(name) {
            const Tensor want = recorded["schedule." + name];
            TwoGroups groups;
            ReduceLROnPlateau scheduler(*groups.optimizer, options);
            for (int64_t epoch = 0; epoch <= 30; ++epoch) {
                groups.check(want.select(0, epoch));
                if (epoch < 30) scheduler.step(metrics[static_cast<size_t>(epoch)]);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(libtorch_s_plateau_takes_its_arguments) {
    TwoGroups groups;
    ReduceLROnPlateauScheduler scheduler(*groups.optimizer, ReduceLROnPlateauScheduler::max, 0.5f,
                                         0);
    scheduler.step(1.0f);
    scheduler.step(0.5f);
    BOOST_CHECK_CLOSE(groups.row()[0], 0.025, 1e-9);
}

/// As LibTorch's classes are derived: get_lrs() alone, and no step when it is made.
struct Warmup : optim::LRScheduler {
    explicit Warmup(optim::Optimizer& optimizer) : LRScheduler(optimizer) {}

protected:
    std::vector<double> get_lrs() override {
        std::vector<double> rates = get_current_lrs();
        for (double& rate : rates) rate = step_count_ == 0 ? rate : rate * 0.5;
        return rates;
    }
};

BOOST_AUTO_TEST_CASE(libtorch_s_subclasses_step_as_there) {
    optim::SGD optimizer({full({1}, 1.0).requires_grad_()}, 0.5);
    Warmup schedule(optimizer);
    const auto rate = [&] { return optimizer.param_groups()[0].options().get_lr(); };
    BOOST_CHECK_EQUAL(rate(), 0.5);
    schedule.step();
    BOOST_CHECK_EQUAL(rate(), 0.5);
    schedule.step();
    BOOST_CHECK_EQUAL(rate(), 0.25);
    BOOST_CHECK_EQUAL(schedule.get_last_lr()[0], 0.25);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused) {
    TwoGroups groups;
    Optimizer& o = *groups.optimizer;
    check_error("lr_scheduler.options", [&] { ConstantLR(o, 1.5); });
    check_error("lr_scheduler.options", [&] { LinearLR(o, 0.0); });
    check_error("lr_scheduler.options", [&] { StepLR(o, 0); });
    check_error("lr_scheduler.options", [&] { OneCycleLR(o, 1.0, OneCycleLROptions{}); });
    check_error("lr_scheduler.options", [&] { CosineAnnealingWarmRestarts(o, 0); });
    check_error("lr_scheduler.options", [&] { ReduceLROnPlateau(o, {.factor = 1}); });
    check_error("lr_scheduler.options", [&] { SequentialLR(o, {}, {}); });
    check_error("lr_scheduler.options", [&] {
        TwoGroups others;
        SequentialLR(o, {std::make_shared<ConstantLR>(*others.optimizer)}, {});
    });
    check_error("lr_scheduler.groups", [&] { OneCycleLR(o, PerGroup{1, 2, 3}, 10); });
    check_error("lr_scheduler.groups", [&] { LambdaLR(o, std::vector<EpochFactor>{}); });
    TwoGroups fresh;
    check_error("lr_scheduler.initial_lr",
                [&] { StepLR(*fresh.optimizer, 3, 0.1, /*last_epoch=*/4); });
    Adagrad plain({groups.a}, 0.1);
    check_error("lr_scheduler.momentum", [&] { OneCycleLR(plain, 1.0, 10); });
    SGD one({groups.a}, 0.1);
    OneCycleLR cycle(one, 1.0, 2);
    one.step();
    cycle.step();
    cycle.step();
    check_error("lr_scheduler.steps", [&] { cycle.step(); });
    const WarningHandler before = set_warning_handler(nullptr);
    std::string text;
    set_warning_handler([&](const std::string& said) { text = said; });
    SGD unused({groups.b}, 0.1);
    StepLR early(unused, 3);
    early.step();
    set_warning_handler(before);
    BOOST_CHECK(text.find("before `optimizer.step()`") != text.npos);
}

BOOST_AUTO_TEST_CASE(a_model_is_averaged) {
    nn::Linear net(2, 1);
    const auto set = [&](double value) {
        const NoGradGuard no_grad;
        net->weight.fill_(value);
    };
    AveragedModel mean(*net), decayed(*net, get_ema_avg_fn(0.75));
    for (const double value : {4.0, 8.0, 0.0}) {
        set(value);
        mean.update_parameters(*net);
        decayed.update_parameters(*net);
    }
    BOOST_CHECK_CLOSE(mean.module()->parameters()[0].array().at(0), 4.0, 1e-5);
    BOOST_CHECK_CLOSE(decayed.module()->parameters()[0].array().at(1), 5 * 0.75, 1e-5);
    BOOST_CHECK_EQUAL(mean.state_dict()["n_averaged"].item<int64_t>(), 3);
    AveragedModel again(*net);
    again.load_state_dict(mean.state_dict());
    BOOST_CHECK_EQUAL(again.n_averaged(), 3);
    check_equal(again.module()->parameters()[0], mean.module()->parameters()[0]);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
