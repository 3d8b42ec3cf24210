#include "runtime/hooks.h"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <utility>

#include "runtime/session.h"
#include "tests/runtime/toy_model.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Fixture {
    using Log = std::vector<std::string>;
    using Row = std::vector<float>;

    ToyWeights weights{2, 1};
    Model model{toy().table(), weights.dict()};
    Session session{model};
    Row x = {1, 2, 3};
    Log log;

    ForwardHook note(std::string text) {
        return [this, text](HookContext&) { log.push_back(text); };
    }
    Row run() {
        const auto y = session.run({{x.data(), DType::f32, {1, 3}}});
        return {y[0].data<float>(), y[0].data<float>() + 2};
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_hooks, Fixture, *boost::unit_test::label("threads"))

BOOST_AUTO_TEST_CASE(fire_in_the_order_of_the_calls) {
    model.register_forward_hook("", note("post toy"));
    model.register_forward_hook("fc", note("post fc"));
    model.register_forward_hook("fc", note("post fc again"));
    model.register_forward_hook("fc", note("post fc first"), {.prepend = true});
    model.register_forward_pre_hook("fc", note("pre fc"));
    model.register_forward_pre_hook("act", note("pre act"));
    model.register_forward_pre_hook("", note("pre toy"));
    BOOST_CHECK((run() == Row{13, 13}));
    BOOST_CHECK((log == Log{"pre toy", "pre fc", "post fc first", "post fc", "post fc again",
                            "pre act", "post toy"}));
}

BOOST_AUTO_TEST_CASE(see_the_values_of_the_call) {
    model.register_forward_hook("fc", [&](HookContext& context) {
        BOOST_CHECK_EQUAL(context.path(), "fc");
        BOOST_CHECK_EQUAL(context.class_name(), "Linear");
        BOOST_REQUIRE_EQUAL(context.inputs().size(), 1);
        BOOST_REQUIRE_EQUAL(context.outputs().size(), 1);
        BOOST_CHECK_EQUAL(type_text(context.inputs()[0].dtype, context.inputs()[0].shape),
                          "f32[1, 3]");
        BOOST_CHECK_EQUAL(context.inputs()[0].as<float>()[2], 3);
        BOOST_CHECK_EQUAL(context.outputs()[0].as<float>()[1], 13);
        log.push_back("seen");
    });
    model.register_forward_pre_hook("fc", [&](HookContext& context) {
        BOOST_CHECK_EQUAL(context.inputs().size(), 1);
        BOOST_CHECK(context.outputs().empty());
        log.push_back("seen before");
    });
    run();
    BOOST_CHECK((log == Log{"seen before", "seen"}));
}

BOOST_AUTO_TEST_CASE(change_values_in_place_and_by_copies) {
    const auto in_place = model.register_forward_pre_hook(
        "", [](HookContext& context) { context.inputs()[0].as<float>()[0] = 10; });
    BOOST_CHECK((run() == Row{31, 31}));
    BOOST_CHECK((x == Row{1, 2, 3}));  // the caller's memory is his own

    const Row other = {-5, 5};
    model.register_forward_hook("fc", [&](HookContext& context) {
        context.replace_output(0, {other.data(), DType::f32, {1, 2}});
    });
    BOOST_CHECK((run() == Row{0, 5}));
}

BOOST_AUTO_TEST_CASE(replacements_of_another_type_are_refused) {
    const Row other(9);
    ConstTensorView value{other.data(), DType::f32, {1, 3}};
    size_t index = 0;
    auto handle = model.register_forward_hook(
        "fc", [&](HookContext& context) { context.replace_output(index, value); });
    BOOST_CHECK_EQUAL(message_of([&] { run(); }),
                      "hook of 'fc': output 0 is f32[1, 2], its replacement is f32[1, 3] "
                      "[hook.type]");
    index = 1;
    BOOST_CHECK_EQUAL(message_of([&] { run(); }), "hook of 'fc': output 1 of 1 [hook.index]");
    handle.remove();
    BOOST_CHECK((run() == Row{13, 13}));
}

BOOST_AUTO_TEST_CASE(are_removed_through_their_handle) {
    auto handle = model.register_forward_hook("fc", note("fc"));
    auto second = model.register_forward_hook("fc", note("second"));
    handle.remove();
    handle.remove();
    run();
    second.remove();
    run();
    BOOST_CHECK((log == Log{"second"}));
    ForwardHookHandle().remove();
}

BOOST_AUTO_TEST_CASE(a_handle_may_outlive_its_model) {
    auto owner = std::make_unique<Model>(toy().table(), weights.dict());
    auto handle = owner->register_forward_hook("fc", note("fc"));
    owner.reset();
    handle.remove();
    BOOST_CHECK(log.empty());
}

BOOST_AUTO_TEST_CASE(are_removed_while_they_fire) {
    ForwardHookHandle self, next, later;
    self = model.register_forward_hook("fc", [&](HookContext&) {
        log.push_back("self");
        self.remove();
        next.remove();
        later.remove();
        model.register_forward_hook("fc", note("new"));
    });
    next = model.register_forward_hook("fc", note("next"));
    later = model.register_forward_hook("act", note("later"));
    run();
    BOOST_CHECK((log == Log{"self", "next"}));  // as in PyTorch
    run();
    BOOST_CHECK((log == Log{"self", "next", "new"}));
}

BOOST_AUTO_TEST_CASE(what_a_hook_throws_comes_out_of_run) {
    auto handle = model.register_forward_hook(
        "fc", [](HookContext&) { throw std::runtime_error("stop here"); });
    BOOST_CHECK_EQUAL(message_of([&] { run(); }), "stop here");
    handle.remove();
    BOOST_CHECK((run() == Row{13, 13}));
}

BOOST_AUTO_TEST_CASE(on_every_module_come_before_those_of_one) {
    model.register_forward_hook("fc", note("post fc"));
    model.register_forward_pre_hook("fc", note("pre fc"));
    auto pre = model.register_module_forward_pre_hook(
        [&](HookContext& context) { log.push_back("all pre " + context.path()); });
    auto post = model.register_module_forward_hook(
        [&](HookContext& context) { log.push_back("all post " + context.path()); });
    BOOST_CHECK((run() == Row{13, 13}));
    BOOST_CHECK((log == Log{"all pre ", "all pre fc", "pre fc", "all post fc", "post fc",
                            "all pre act", "all post act", "all post "}));
    pre.remove();
    post.remove();
    log.clear();
    run();
    BOOST_CHECK((log == Log{"pre fc", "post fc"}));
}

BOOST_AUTO_TEST_CASE(always_called_ones_see_an_exception) {
    Log warnings;
    model.set_warning_handler([&](const std::string& text) { warnings.push_back(text); });
    model.register_forward_hook("", note("skipped"));
    model.register_forward_hook("",
                                [&](HookContext& context) {
                                    log.push_back("toy " + std::to_string(context.inputs().size()) +
                                                  "/" + std::to_string(context.outputs().size()));
                                    throw std::logic_error("from the hook");
                                },
                                {.always_call = true});
    model.register_forward_hook("act", note("act had ended"), {.always_call = true});
    model.register_forward_hook("fc", note("fc ran"), {.always_call = true});
    model.register_forward_hook("fc", [](HookContext&) { throw std::runtime_error("stop"); });
    model.register_forward_hook("fc", note("fc later"), {.always_call = true});
    BOOST_CHECK_EQUAL(message_of([&] { run(); }), "stop");
    BOOST_CHECK((log == Log{"fc ran", "fc later", "toy 1/0"}));
    BOOST_REQUIRE_EQUAL(warnings.size(), 1U);
    BOOST_CHECK_EQUAL(warnings[0],
                      "forward hook of '' with always_call threw an exception that was silenced, "
                      "as another error ends the run: from the hook");
}

BOOST_AUTO_TEST_CASE(added_while_a_run_goes_on_fire_in_later_calls) {
    bool is_added = false;
    model.register_forward_pre_hook("fc", [&](HookContext&) {
        if (std::exchange(is_added, true)) return;
        model.register_forward_hook("act", note("act"));
    });
    run();
    BOOST_CHECK((log == Log{"act"}));
}

BOOST_AUTO_TEST_CASE(empty_ones_are_refused) {
    const std::function<void()> registrations[] = {
        [&] { model.register_forward_pre_hook("fc", nullptr); },
        [&] { model.register_forward_hook("fc", ForwardHook()); },
        [&] { model.register_module_forward_pre_hook(nullptr); },
        [&] { model.register_module_forward_hook({}); },
    };
    for (const auto& registration : registrations) {
        BOOST_TEST(message_of(registration).ends_with("nothing to call [hook.empty]"));
    }
    BOOST_CHECK((run() == Row{13, 13}));
}

BOOST_AUTO_TEST_CASE(unknown_modules_are_named) {
    BOOST_CHECK_EQUAL(message_of([&] { model.register_forward_hook("cf", note("")); }),
                      "register_forward_hook: no module 'cf'; did you mean 'fc'? "
                      "[hook.unknown_module]");
    BOOST_CHECK_EQUAL(message_of([&] { model.register_forward_pre_hook("decoder", note("")); }),
                      "register_forward_pre_hook: no module 'decoder' [hook.unknown_module]");
}

BOOST_AUTO_TEST_CASE(fire_in_extract_on_the_way) {
    model.register_forward_pre_hook("fc", note("pre fc"));
    model.register_forward_hook("act", note("post act"));
    model.register_forward_hook(
        "fc", [](HookContext& context) { context.outputs()[0].as<float>()[0] = 7; });
    const ConstTensorView input{x.data(), DType::f32, {1, 3}};
    BOOST_CHECK_EQUAL(session.extract("fc", {&input, 1})[0].data<float>()[0], 7);
    BOOST_CHECK((log == Log{"pre fc"}));
}

BOOST_AUTO_TEST_CASE(training_with_hooks_needs_its_plan) {
    model.register_forward_hook("fc", note("fc"));
    model.train();
    BOOST_CHECK_EQUAL(message_of([&] { run(); }),
                      "run: toy was compiled without the plan 'forward_train_hooks' "
                      "[hook.not_compiled]");
}

BOOST_AUTO_TEST_SUITE_END()
