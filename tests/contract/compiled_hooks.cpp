// Hooks on compiled models beyond what the random programs say: train mode, shared modules under
// each of their names, modules whose results go nowhere, one tensor given twice.
#include "compiler/compiled_model.h"
#include "dsl/nn.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

struct AddImpl : nn::Module {
    Tensor forward(const Tensor& a, const Tensor& b) { return a + b * 10; }
};
LITHE_MODULE(Add);

/// One layer under two names, one whose result is thrown away, and x + identity(x).
struct OddImpl : nn::Module {
    nn::Linear first{2, 2}, second = first, unused{2, 2};
    nn::Identity same;
    nn::BatchNorm1d norm{2};
    Add add;
    OddImpl() {
        register_module("first", first);
        register_module("second", second);
        register_module("unused", unused);
        register_module("same", same);
        register_module("norm", norm);
        register_module("add", add);
    }
    Tensor forward(const Tensor& x) {
        unused(x);
        const Tensor y = second(first(x));
        return add(y, y) + x + same(x) + norm(x);
    }
};
LITHE_MODULE(Odd);

struct Fixture {
    Fixture() {
        CompileOptions options = compile_options();
        options.with_train = true;
        compiled = compile(net, "x:f32[N=2..4,2]", options);
        model = &compiled.model();
    }
    ForwardHook note() {
        return [this](HookContext& context) { log += context.path() + " "; };
    }
    Odd net;
    CompiledModel compiled;
    Model* model = nullptr;
    Tensor x = numbers({3, 2}, DType::f32);
    std::string log;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(contract_compiled_hooks, Fixture)

BOOST_AUTO_TEST_CASE(fire_in_train_mode_as_well) {
    net->train();
    model->train();
    model->register_forward_hook("norm", [&](HookContext& context) {
        log += "norm ";
        context.outputs()[0].as<float>()[0] = 100;
    });
    net->norm->register_forward_hook([&](nn::Module&, const Tensors&, const Tensors& out) {
        Tensor changed = out[0].detach().clone();
        changed.array().data<float>()[0] = 100;
        return changed;
    });
    const NoGradGuard no_grad;
    check_equal(compiled(x), net(x), 1e-5);
    BOOST_CHECK_EQUAL(log, "norm ");
    // The statistics move as they do without hooks.
    const auto* mean = model->state_dict()["norm.running_mean"].as<float>();
    BOOST_CHECK_CLOSE(mean[0], net->norm->running_mean.to_vector<float>()[0], 1e-3);
    BOOST_CHECK_EQUAL(*model->state_dict()["norm.num_batches_tracked"].as<int64_t>(), 1);
}

BOOST_AUTO_TEST_CASE(a_shared_module_is_found_by_each_of_its_names) {
    model->register_forward_hook("second", note());
    model->register_forward_hook("first", note());
    compiled(x);
    BOOST_CHECK_EQUAL(log, "first first first first ");  // two hooks, two calls
}

BOOST_AUTO_TEST_CASE(fire_where_the_result_is_not_used) {
    model->register_forward_pre_hook("unused", note());
    model->register_forward_hook("unused", note());
    compiled(x);
    BOOST_CHECK_EQUAL(log, "unused unused ");
}

BOOST_AUTO_TEST_CASE(replace_one_of_two_arguments_that_are_one_tensor) {
    net->eval();
    model->register_forward_pre_hook("add", [](HookContext& context) {
        BOOST_REQUIRE_EQUAL(context.inputs().size(), 2U);
        for (int i = 0; i < 6; ++i) context.inputs()[0].as<float>()[i] = 0;
    });
    net->add->register_forward_pre_hook(
        [](nn::Module&, const Tensors& in) { return Tensors{zeros_like(in[0]), in[1]}; });
    check_equal(compiled(x), net(x).detach(), 1e-5);
}

BOOST_AUTO_TEST_CASE(replace_a_result_that_is_the_argument) {
    net->eval();
    model->register_forward_hook("same", [](HookContext& context) {
        for (int i = 0; i < 6; ++i) context.outputs()[0].as<float>()[i] = 7;
    });
    net->same->register_forward_hook(
        [](nn::Module&, const Tensors&, const Tensors& out) { return full_like(out[0], 7); });
    check_equal(compiled(x), net(x).detach(), 1e-5);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
