// Random models with random hooks: what the hooks see, and what comes out, is the same in the
// author's model and in the compiled one. The seed of a failure is printed.
#include <boost/test/data/test_case.hpp>
#include <filesystem>

#include "compiler/compiled_model.h"
#include "dsl/warning.h"
#include "tests/contract/hook_program.h"
#include "tests/contract/random_model.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

Numbers numbers_of(const Tensor& tensor) { return tensor.detach().to_vector<double>(); }

Numbers numbers_of(const TensorView& view) {
    const auto* first = view.as<double>();
    return {first, first + element_count(view.shape)};
}

Tensors with_numbers(const Tensors& like, const std::vector<Numbers>& values) {
    Tensors result;
    for (size_t i = 0; i < like.size(); ++i) {
        Array array = Array::empty(DType::f64, constant_sizes(like[i].sizes()));
        std::copy(values[i].begin(), values[i].end(), array.data<double>());
        result.push_back(Tensor::from(std::move(array)));
    }
    return result;
}

HookSide::Register on_eager(RandomBlock net) {
    return [net](const HookPlan& plan, std::function<void(HookEvent&)> fire) {
        auto path_of = [net](nn::Module& module) {
            for (const auto& [path, known] : net->named_modules()) {
                if (known.get() == &module) return path;
            }
            return std::string("?");
        };
        auto call = [plan, fire, path_of](nn::Module& module, const Tensors& in,
                                          const Tensors& out) -> std::optional<Tensors> {
            HookEvent event{path_of(module), plan.is_pre, {}, {}, false};
            for (const Tensor& tensor : in) event.inputs.push_back(numbers_of(tensor));
            for (const Tensor& tensor : out) event.outputs.push_back(numbers_of(tensor));
            fire(event);
            if (!event.is_changed) return std::nullopt;
            return plan.is_pre ? with_numbers(in, event.inputs) : with_numbers(out, event.outputs);
        };
        auto pre = [call](nn::Module& module, const Tensors& in) { return call(module, in, {}); };
        const nn::HookOptions options{.prepend = plan.prepend, .always_call = plan.always_call};
        nn::Module& module = *net->get_submodule(plan.path);
        HookHandle handle = plan.is_pre      ? plan.is_global
                                                   ? nn::register_module_forward_pre_hook(pre, options)
                                                   : module.register_forward_pre_hook(pre, options)
                                 : plan.is_global ? nn::register_module_forward_hook(call, options)
                                             : module.register_forward_hook(call, options);
        return [handle]() mutable { handle.remove(); };
    };
}

HookSide::Register on_compiled(CompiledModel compiled) {
    return [compiled](const HookPlan& plan, std::function<void(HookEvent&)> fire) mutable {
        auto call = [plan, fire](HookContext& context) {
            HookEvent event{context.path(), plan.is_pre, {}, {}, false};
            for (const TensorView& view : context.inputs())
                event.inputs.push_back(numbers_of(view));
            for (const TensorView& view : context.outputs()) {
                event.outputs.push_back(numbers_of(view));
            }
            fire(event);
            if (!event.is_changed) return;
            const auto& values = plan.is_pre ? event.inputs : event.outputs;
            const auto views = plan.is_pre ? context.inputs() : context.outputs();
            for (size_t i = 0; i < views.size(); ++i) {
                std::copy(values[i].begin(), values[i].end(), views[i].as<double>());
            }
        };
        Model& model = compiled.model();
        const HookOptions options{.prepend = plan.prepend, .always_call = plan.always_call};
        ForwardHookHandle handle =
            plan.is_pre ? plan.is_global ? model.register_module_forward_pre_hook(call, options)
                                         : model.register_forward_pre_hook(plan.path, call, options)
            : plan.is_global ? model.register_module_forward_hook(call, options)
                             : model.register_forward_hook(plan.path, call, options);
        return [handle]() mutable { handle.remove(); };
    };
}

void check_close(const Numbers& got, const Numbers& want, const std::string& what) {
    BOOST_REQUIRE_MESSAGE(got.size() == want.size(), what << ": " << got.size() << " elements");
    for (size_t i = 0; i < got.size(); ++i) {
        // f64 sums of fewer than 10^4 terms of size 1: far below this.
        const double bound = 1e-10 * std::max(1.0, std::abs(want[i]));
        BOOST_REQUIRE_MESSAGE(std::abs(got[i] - want[i]) <= bound,
                              what << ", element " << i << ": " << got[i] << " and " << want[i]);
    }
}

void check_logs(const HookSide& compiled, const HookSide& eager) {
    const size_t common = std::min(compiled.log.size(), eager.log.size());
    for (size_t i = 0; i < common; ++i) {
        BOOST_REQUIRE_EQUAL(compiled.log[i].what, eager.log[i].what);
        BOOST_REQUIRE_EQUAL(compiled.log[i].values.size(), eager.log[i].values.size());
        for (size_t k = 0; k < eager.log[i].values.size(); ++k) {
            check_close(compiled.log[i].values[k], eager.log[i].values[k],
                        eager.log[i].what + ", tensor " + std::to_string(k));
        }
    }
    std::string more;  // what only one of them has
    for (size_t i = common; i < compiled.log.size(); ++i)
        more += "\ncompiled: " + compiled.log[i].what;
    for (size_t i = common; i < eager.log.size(); ++i) more += "\neager: " + eager.log[i].what;
    BOOST_REQUIRE_MESSAGE(more.empty(), "after " << common << " calls of hooks:" << more);
}

/// What a run gives: outputs, or the text of what was thrown.
struct Outcome {
    Tensors outputs;
    std::string error;
};

Outcome outcome_of(const std::function<Tensors()>& run) {
    try {
        return {run(), ""};
    } catch (const HookFailure& failure) {
        return {{}, failure.what()};
    }
}

/// One model, compiled once; several programs of hooks.
class Comparison {
public:
    Comparison(uint64_t seed, bool dynamic, bool train)
        : random_(seed), train_(train), is_dynamic_(dynamic) {
        manual_seed(seed);
        RandomBlockImpl::Pool pool;
        inputs_ = 1 + random_() % 2;
        net_ = RandomBlock(random_, 2, inputs_, 1 + random_() % 2, pool);
        net_->to(DType::f64);
        net_->train(train);
        std::string spec;
        for (size_t i = 0; i < inputs_; ++i) {
            const std::string rows = !dynamic ? "3" : i == 0 ? "N=2..6" : "N";
            spec += (i ? ";x" : "x") + std::to_string(i) + ":f64[" + rows + ",4]";
        }
        compiled_ = compile(net_, spec, compile_options({.with_train = train}));
        compiled_.model().set_warning_handler([](const std::string&) {});
        if (train) compiled_.model().train();
        for (const auto& [path, module] : net_->named_modules({.remove_duplicate = false})) {
            paths_.push_back(path);
        }
    }

    void run_program() {
        const std::vector<HookPlan> plans = random_plans(random_, paths_, 8, random_() % 3 == 0);
        HookSide eager(plans, on_eager(net_)), compiled(plans, on_compiled(compiled_));
        const size_t first = 1 + random_() % 5;
        for (size_t i = 0; i < first; ++i) {
            eager.add(i);
            compiled.add(i);
        }
        bool goes_on = true;
        for (int run = 0; run < 3 && goes_on; ++run) goes_on = compare_run(eager, compiled);
        eager.remove_all();
        compiled.remove_all();
        hooks_fired += eager.log.size();
        ++programs_run;
    }

    bool is_comparable = true;
    size_t hooks_fired = 0, programs_run = 0;

private:
    bool compare_run(HookSide& eager, HookSide& compiled) {
        const int64_t rows = is_dynamic_ ? 2 + static_cast<int64_t>(random_() % 5) : 3;
        Tensors in;
        for (size_t i = 0; i < inputs_; ++i) {
            in.push_back(numbers({rows, 4}, DType::f64, 1.5, static_cast<int>(random_() % 100)));
        }
        const NoGradGuard no_grad;
        const Outcome want = outcome_of([&] { return net_->forward(in); });
        const Outcome got = outcome_of([&] { return compiled_(in); });
        check_logs(compiled, eager);
        BOOST_REQUIRE_EQUAL(got.error, want.error);
        BOOST_REQUIRE_EQUAL(got.outputs.size(), want.outputs.size());
        for (size_t i = 0; i < want.outputs.size(); ++i) {
            check_close(numbers_of(got.outputs[i]), numbers_of(want.outputs[i]), "output");
        }
        if (train_ && !want.error.empty()) {  // eager has moved some of its statistics
            is_comparable = false;
            return false;
        }
        if (train_) check_buffers();
        return true;
    }

    void check_buffers() {
        const StateDict now = compiled_.model().named_buffers();
        for (const auto& [name, tensor] : net_->named_buffers()) {
            const ConstTensorView& view = now[name];
            if (view.dtype != DType::f64) continue;
            const auto* first = view.as<double>();
            check_close({first, first + element_count(view.shape)}, numbers_of(tensor), name);
        }
    }

    std::mt19937_64 random_;
    bool train_, is_dynamic_;
    size_t inputs_ = 1;
    RandomBlock net_{nullptr};
    CompiledModel compiled_;
    std::vector<std::string> paths_;
};

/// What was compared: programs of hooks, and calls of hooks in them.
struct Compared {
    size_t programs = 0, calls = 0;
};

Compared compare(uint64_t seed, int programs) {
    const bool dynamic = seed % 2 == 0, train = seed / 2 % 2 == 0;
    Compared compared;
    BOOST_TEST_CONTEXT("seed " << seed << (dynamic ? ", dynamic batch" : ", static batch")
                               << (train ? ", train mode" : ", eval mode")) {
        const WarningHandler before = set_warning_handler([](const std::string&) {});
        Comparison comparison(seed, dynamic, train);
        for (int i = 0; i < programs && comparison.is_comparable; ++i) comparison.run_program();
        compared = {comparison.programs_run, comparison.hooks_fired};
        set_warning_handler(before);
        BOOST_TEST(compared.calls > 0U);
    }
    return compared;
}

/// Compares models of consecutive seeds, and says how much that was (`--log_level=message`).
void compare_models(uint64_t first_seed, uint64_t models, int programs) {
    Compared total;
    for (uint64_t seed = first_seed; seed < first_seed + models; ++seed) {
        const Compared one = compare(seed, programs);
        total.programs += one.programs;
        total.calls += one.calls;
    }
    BOOST_TEST_MESSAGE(models << " random models, " << total.programs << " programs of hooks, "
                              << total.calls << " calls of hooks: eager and compiled agree");
    BOOST_TEST(total.programs > models * static_cast<uint64_t>(programs) / 2);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(contract_random_hooks)

BOOST_DATA_TEST_CASE(eager_and_compiled_agree, boost::unit_test::data::xrange(0, 4), part) {
    compare_models(static_cast<uint64_t>(part) * 4, 4, 50);
}

BOOST_AUTO_TEST_CASE(eager_and_compiled_agree_for_many, *boost::unit_test::label("slow")) {
    compare_models(100, 60, 100);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
