#include "dsl/hooks.h"

#include <stdexcept>

#include "dsl/holder.h"
#include "dsl/warning.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

using Log = std::vector<std::string>;

struct DoubleImpl : nn::Module {
    Tensor forward(const Tensor& x) { return x * 2; }
};
LITHE_MODULE(Double);

/// Calls its child by forward(), as C++ authors do.
struct OuterImpl : nn::Module {
    Double child;
    OuterImpl() { register_module("child", child); }
    Tensor forward(const Tensor& x, bool fails = false) {
        if (fails) throw std::runtime_error("failed");
        return child->forward(x);
    }
};
LITHE_MODULE(Outer);

struct FinalImpl final : nn::Module {
    Tensor forward(const Tensor& x) { return x; }
};
LITHE_MODULE(Final);

struct PairsImpl : nn::Module {
    std::tuple<Tensor, std::vector<Tensor>> forward(const std::tuple<Tensor, Tensor>& pair,
                                                    const std::optional<Tensor>& more) {
        return {std::get<0>(pair), {std::get<1>(pair), *more}};
    }
};
LITHE_MODULE(Pairs);

std::string text(const Log& log) {
    std::string result;
    for (const std::string& line : log) result += (result.empty() ? "" : ", ") + line;
    return result;
}

auto note(Log& log, const std::string& what) {
    return [&log, what](nn::Module&, auto&&...) { log.push_back(what); };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hooks)

BOOST_AUTO_TEST_CASE(fire_in_pytorch_s_order) {
    Log log;
    Outer outer;
    std::vector<HookHandle> handles{
        nn::register_module_forward_pre_hook([&](nn::Module& m, const Tensors&) {
            log.push_back("Gpre " + m.name());
            return std::nullopt;
        }),
        nn::register_module_forward_hook([&](nn::Module& m, const Tensors&, const Tensors&) {
            log.push_back("Gfwd " + m.name());
            return std::nullopt;
        })};
    outer->register_forward_pre_hook(note(log, "pre1"));
    outer->register_forward_pre_hook(note(log, "pre0"), {.prepend = true});
    outer->register_forward_hook(note(log, "post1"));
    outer->register_forward_hook(note(log, "post0"), {.prepend = true});
    outer->register_full_backward_hook(note(log, "bwd"));
    outer->register_full_backward_pre_hook(note(log, "bpre"));
    Tensor x = ones({2});
    x.requires_grad_();
    const Tensor y = outer->forward(x);
    sum(y).backward();
    for (HookHandle& handle : handles) handle.remove();
    BOOST_CHECK_EQUAL(text(log),
                      "Gpre Outer, pre0, pre1, Gpre Double, Gfwd Double, Gfwd Outer, post0, post1, "
                      "bpre, bwd");
    log.clear();
    outer(x);
    BOOST_CHECK_EQUAL(text(log), "pre0, pre1, post0, post1");
}

BOOST_AUTO_TEST_CASE(fire_for_both_ways_of_calling) {
    Log log;
    Double module;
    module->register_forward_hook(note(log, "hook"));
    module(ones({1}));
    module->forward(ones({1}));
    module.ptr()->forward(ones({1}));
    module.get()->forward(ones({1}));
    static_cast<nn::Module&>(*module).as<Double>()->forward(ones({1}));
    BOOST_CHECK_EQUAL(log.size(), 5U);
}

BOOST_AUTO_TEST_CASE(fire_for_a_final_class_called_by_its_holder) {
    Log log;
    Final module;
    module->register_forward_hook(note(log, "hook"));
    module(ones({1}));
    BOOST_CHECK_EQUAL(log.size(), 1U);
}

BOOST_AUTO_TEST_CASE(fire_for_a_module_that_was_made_by_hand) {
    Log log;
    const Double module(std::make_shared<DoubleImpl>());
    module->register_forward_hook(note(log, "hook"));
    module->forward(ones({1}));
    BOOST_CHECK_EQUAL(log.size(), 1U);
}

BOOST_AUTO_TEST_CASE(replace_arguments_and_results) {
    Double module;
    module->register_forward_pre_hook(
        [](nn::Module&, const Tensors& in) -> Tensor { return in[0] + 1; });
    module->register_forward_hook(
        [](nn::Module&, const Tensors&, const Tensors& out) { return Tensors{out[0] * 10}; });
    const Tensor x = ones({2});
    check_equal(module(x), full({2}, 40.0));
    check_equal(x, ones({2}));  // the caller's variable stays
}

BOOST_AUTO_TEST_CASE(see_tensors_in_tuples_lists_and_optionals) {
    Pairs pairs;
    size_t in_count = 0, out_count = 0;
    pairs->register_forward_hook([&](nn::Module&, const Tensors& in, const Tensors& out) {
        in_count = in.size();
        out_count = out.size();
        return Tensors{out[2], out[1], out[0]};
    });
    const auto [first, rest] =
        pairs(std::tuple(full({1}, 1.0), full({1}, 2.0)), std::optional(full({1}, 3.0)));
    BOOST_CHECK_EQUAL(in_count, 3U);
    BOOST_CHECK_EQUAL(out_count, 3U);
    BOOST_CHECK_EQUAL(first.item<double>(), 3);
    BOOST_CHECK_EQUAL(rest.at(1).item<double>(), 1);
}

BOOST_AUTO_TEST_CASE(may_remove_themselves_and_add_others) {
    Log log;
    Double module;
    HookHandle own;
    own = module->register_forward_hook([&](nn::Module& m, const Tensors&, const Tensors&) {
        log.push_back("once");
        own.remove();
        own.remove();
        m.register_forward_hook(note(log, "added"));
    });
    module(ones({1}));
    BOOST_CHECK_EQUAL(text(log), "once");
    module(ones({1}));
    BOOST_CHECK_EQUAL(text(log), "once, added");
}

BOOST_AUTO_TEST_CASE(always_called_ones_see_an_exception) {
    Log log, warnings;
    const WarningHandler before =
        set_warning_handler([&](const std::string& line) { warnings.push_back(line); });
    Outer outer;
    outer->register_forward_hook(note(log, "skipped"));
    outer->register_forward_hook(
        [&](nn::Module&, const Tensors&, const Tensors& out) {
            log.push_back("outputs " + std::to_string(out.size()));
            throw std::logic_error("from the hook");
        },
        {.always_call = true});
    BOOST_CHECK_EXCEPTION(outer(ones({1}), true), std::runtime_error,
                          [](const auto& error) { return std::string(error.what()) == "failed"; });
    set_warning_handler(before);
    BOOST_CHECK_EQUAL(text(log), "outputs 0");
    BOOST_REQUIRE_EQUAL(warnings.size(), 1U);
    BOOST_CHECK(warnings[0].find("from the hook") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_backward_see_and_replace_gradients) {
    Double module;
    Tensors seen;
    module->register_full_backward_hook(
        [&](nn::Module&, const Tensors& grad_input, const Tensors& grad_output) {
            seen = {grad_input[0], grad_output[0]};
            return Tensors{grad_input[0] * 100};
        });
    module->register_full_backward_pre_hook(
        [](nn::Module&, const Tensors& grad_output) -> Tensor { return grad_output[0] * 3; });
    Tensor x = ones({2});
    x.requires_grad_();
    sum(module(x)).backward();
    check_equal(seen[0].detach(), full({2}, 6.0));
    check_equal(seen[1].detach(), full({2}, 3.0));
    check_equal(x.grad(), full({2}, 600.0));
}

BOOST_AUTO_TEST_CASE(of_backward_fire_at_the_output_without_gradients_of_inputs) {
    struct AffineImpl : nn::Module {
        nn::Parameter weight{ones({2})};
        Tensor forward(const Tensor& x) { return x * weight; }
    };
    nn::ModuleHolder<AffineImpl> module;
    size_t calls = 0;
    bool is_defined = true;
    module->register_full_backward_hook(
        [&](nn::Module&, const Tensors& grad_input, const Tensors&) {
            ++calls;
            is_defined = grad_input[0].defined();
        });
    sum(module(ones({2}))).backward();
    BOOST_CHECK_EQUAL(calls, 1U);
    BOOST_CHECK(!is_defined);
    const NoGradGuard no_grad;
    module(ones({2}));
    BOOST_CHECK_EQUAL(calls, 1U);
}

BOOST_AUTO_TEST_CASE(see_and_change_arguments_that_are_no_tensors) {
    Outer outer;
    Log log;
    const HookHandle stop = outer->register_forward_pre_hook(
        [&](nn::Module&, const Tensors& in, const nn::Arguments& all) {
            log.push_back(std::to_string(in.size()) + " of " + std::to_string(all.size()));
            all.get<bool>(1) = true;  // forward() fails then
        });
    bool fails = false;
    BOOST_CHECK_THROW(outer(ones({1}), fails), std::runtime_error);
    BOOST_CHECK(!fails);  // the caller's variable stays
    HookHandle(stop).remove();
    outer->register_forward_pre_hook([](nn::Module&, const Tensors&, const nn::Arguments& all) {
        all.get<Tensor>(0) = full({1}, 5.0);
    });
    outer->register_forward_hook(
        [&](nn::Module&, const Tensors& in, const nn::Arguments& all, const Tensors&) {
            log.push_back(std::to_string(in[0].item<int>()));
            BOOST_CHECK(all.try_get<float>(1) == nullptr);
            check_error("hook.argument", [&] { all.get<float>(1); });
            check_error("hook.argument", [&] { all.get<bool>(2); });
        });
    check_equal(outer(ones({1}), false), full({1}, 10.0));
    BOOST_CHECK_EQUAL(text(log), "1 of 2, 5");
}

BOOST_AUTO_TEST_CASE(end_with_their_scope) {
    Log log;
    Double module;
    {
        const nn::ScopedHook scope(module->register_forward_hook(note(log, "hook")));
        module(ones({1}));
    }
    module(ones({1}));
    BOOST_CHECK_EQUAL(log.size(), 1U);
}

BOOST_AUTO_TEST_CASE(added_to_the_module_by_a_global_one_wait_for_the_next_call) {
    // One list is taken before the first hook runs, as in PyTorch.
    Log log;
    Double module;
    HookHandle handle = nn::register_module_forward_hook(
        [&](nn::Module& m, const Tensors&, const Tensors&) -> std::optional<Tensors> {
            log.push_back("global");
            handle.remove();
            m.register_forward_hook(note(log, "local"));
            return std::nullopt;
        });
    module(ones({1}));
    BOOST_CHECK_EQUAL(text(log), "global");
    module(ones({1}));
    BOOST_CHECK_EQUAL(text(log), "global, local");
}

BOOST_AUTO_TEST_CASE(on_every_module_take_the_forms_of_those_of_one) {
    Log log;
    std::vector<HookHandle> handles{
        nn::register_module_forward_pre_hook(
            [&](nn::Module&, const Tensors&) { log.push_back("pre"); }),
        nn::register_module_forward_pre_hook(
            [&](nn::Module&, const Tensors& in, const nn::Arguments& all) {
                log.push_back("all " + std::to_string(all.size()));
                return in[0] + 1;
            }),
        nn::register_module_forward_hook(
            [&](nn::Module&, const Tensors&, const Tensors&) { log.push_back("post"); }),
        nn::register_module_full_backward_pre_hook(
            [&](nn::Module&, const Tensors&) { log.push_back("bpre"); }),
        nn::register_module_full_backward_hook(
            [&](nn::Module&, const Tensors&, const Tensors&) { log.push_back("bwd"); })};
    Double module;
    const Tensor x = ones({1}).requires_grad_(), y = module(x);
    y.backward();
    for (HookHandle& handle : handles) handle.remove();
    BOOST_CHECK_EQUAL(text(log), "pre, all 1, post, bpre, bwd");
    check_equal(y, full({1}, 4.0));
    module(x);
    BOOST_CHECK_EQUAL(log.size(), 5U);
}

BOOST_AUTO_TEST_CASE(that_are_empty_are_refused_where_they_are_registered) {
    Double module;
    void (*const nothing)(nn::Module&, const Tensors&) = nullptr;
    const Tensor x = ones({1}).requires_grad_();
    const std::function<void()> registrations[] = {
        [&] { module->register_forward_pre_hook(nothing); },
        [&] { module->register_forward_hook(nn::ForwardHook()); },
        [&] { module->register_full_backward_pre_hook(nn::BackwardPreHook()); },
        [&] { module->register_full_backward_hook(nn::BackwardHook()); },
        [&] { module->register_state_dict_pre_hook(nullptr); },
        [&] { module->register_state_dict_post_hook({}); },
        [&] { module->register_load_state_dict_pre_hook({}); },
        [&] { module->register_load_state_dict_post_hook({}); },
        [&] { nn::register_module_forward_pre_hook(nothing); },
        [&] { nn::register_module_full_backward_hook(nn::BackwardHook()); },
        [&] { nn::register_module_parameter_registration_hook(nn::ParameterRegistrationHook()); },
        [&] { x.register_hook(std::function<Tensor(const Tensor&)>()); },
        [&] { x.register_hook(std::function<void(const Tensor&)>()); },
        [&] { x.register_post_accumulate_grad_hook(nullptr); },
    };
    for (const auto& registration : registrations) check_error("hook.empty", registration);
    check_equal(module(x), full({1}, 2.0));
}

BOOST_AUTO_TEST_CASE(on_a_tensor_may_only_look) {
    Tensor x = ones({2}).requires_grad_(), seen;
    x.register_hook([&](const Tensor& gradient) { seen = gradient; });
    sum(x * 3).backward();
    check_equal(seen, full({2}, 3.0));
    check_equal(x.grad(), full({2}, 3.0));
}

BOOST_AUTO_TEST_CASE(on_a_tensor_see_and_replace_its_gradient) {
    Tensor x = ones({2});
    x.requires_grad_();
    HookHandle handle = x.register_hook([](const Tensor& gradient) { return gradient * 10; });
    sum(x * 3).backward();
    check_equal(x.grad(), full({2}, 30.0));
    handle.remove();
    x.grad() = Tensor();
    sum(x * 3).backward();
    check_equal(x.grad(), full({2}, 3.0));
}

BOOST_AUTO_TEST_CASE(with_a_wrong_number_of_results_are_errors) {
    Double module;
    const HookHandle handle = module->register_forward_pre_hook(
        [](nn::Module&, const Tensors& in) { return Tensors{in[0], in[0]}; });
    check_error("hook.count", [&] { module(ones({1})); });
    HookHandle(handle).remove();
    module->register_full_backward_hook(
        [](nn::Module&, const Tensors&, const Tensors&) { return Tensors{}; });
    Tensor x = ones({1});
    x.requires_grad_();
    const Tensor y = sum(module(x));
    check_error("hook.count", [&] { y.backward(); });
}

BOOST_AUTO_TEST_CASE(on_registration_of_modules_and_buffers_may_replace_them) {
    HookHandle buffers = nn::register_module_buffer_registration_hook(
        [](nn::Module&, const std::string&, const Tensor& value) -> Tensor { return value + 1; });
    HookHandle modules = nn::register_module_module_registration_hook(
        [](nn::Module&, const std::string&, const nn::ModulePtr&) -> nn::ModulePtr {
            return Double().ptr();
        });
    nn::Module module;
    check_equal(module.register_buffer("count", ones({1})), full({1}, 2.0));
    module.register_module("child", Final());
    buffers.remove();
    modules.remove();
    BOOST_CHECK_EQUAL(module.get_submodule("child")->name(), "Double");
}

BOOST_AUTO_TEST_CASE(on_registration_see_every_name) {
    Log log;
    HookHandle handle = nn::register_module_parameter_registration_hook(
        [&](nn::Module&, const std::string& name, const Tensor&) -> Tensor {
            log.push_back(name);
            return {};
        });
    HookHandle modules = nn::register_module_module_registration_hook(
        [&](nn::Module&, const std::string& name, const nn::ModulePtr&) { log.push_back(name); });
    nn::Module module;
    module.register_parameter("weight", ones({1}));
    module.register_module("child", Final());
    handle.remove();
    modules.remove();
    module.register_parameter("bias", ones({1}));
    BOOST_CHECK_EQUAL(text(log), "weight, child");
    BOOST_TEST(module.get_submodule("child")->name() == "Final");
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
