#include "compiler/compiled_model.h"

#include <lithe/lithe.h>

#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

/// y = x * weight + offset; the offset is in no state_dict.
struct AffineImpl : nn::Module {
    Tensor weight, offset;
    explicit AffineImpl(double w = 2, double o = 1) {
        weight = register_parameter("weight", full({3}, w));
        offset = register_buffer("offset", full({3}, o), /*persistent=*/false);
    }
    Tensor forward(const Tensor& x) { return x * weight + offset; }
};
LITHE_MODULE(Affine);

/// y = second(first(x)) + x
struct ChainImpl : nn::Module {
    Affine first{2, 1}, second{3, -5};
    ChainImpl() {
        register_module("first", first);
        register_module("second", second);
    }
    Tensor forward(const Tensor& x) { return second->forward(first->forward(x)) + x; }
};
LITHE_MODULE(Chain);

/// Both signs of x.
struct SignsImpl : nn::Module {
    std::pair<Tensor, Tensor> forward(const Tensor& x) { return {x * 1.0, -x}; }
};
LITHE_MODULE(Signs);

/// The last layer has the weight of the first one, and a layer stands under two names.
struct TiedImpl : nn::Module {
    nn::Linear table{3, 3}, middle{3, 3}, again{nullptr}, head{3, 3};
    Tensor bias;
    TiedImpl() {
        register_module("table", table);
        register_module("middle", middle);
        again = register_module("again", middle);
        head->weight = table->weight;
        register_module("head", head);
        bias = register_parameter("bias", full({3}, 4.0));
    }
    Tensor forward(const Tensor& x) { return head(again(middle(table(x)))) + bias; }
};
LITHE_MODULE(Tied);

struct Fixture {
    Chain net;
    CompiledModel compiled = compile(net, "x:f32[N=1..4,3]", compile_options());
    Tensor x = full({2, 3}, 1.0);

    float run() { return *static_cast<const float*>(compiled(x).array().dense().raw()); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(compiled_model, Fixture)

BOOST_AUTO_TEST_CASE(equals_eager) {
    BOOST_CHECK_EQUAL(run(), 5);  // 3 * (2 * 1 + 1) - 5 + 1
    const Tensor eager = net->forward(x);
    BOOST_CHECK_EQUAL(*static_cast<const float*>(eager.array().dense().raw()), 5);
}

BOOST_AUTO_TEST_CASE(hooks_see_inputs_and_outputs_of_every_module) {
    std::string log;
    const auto note = [&](HookContext& context) {
        log += context.path() + ":" + context.class_name();
        for (const TensorView& input : context.inputs()) {
            log += " " + std::to_string(static_cast<int>(input.as<float>()[0]));
        }
        for (const TensorView& output : context.outputs()) {
            log += " -> " + std::to_string(static_cast<int>(output.as<float>()[0]));
        }
        log += "\n";
    };
    std::vector<ForwardHookHandle> handles;
    for (const char* path : {"", "first", "second"}) {
        handles.push_back(compiled.model().register_forward_pre_hook(path, note));
        handles.push_back(compiled.model().register_forward_hook(path, note));
    }
    BOOST_CHECK_EQUAL(run(), 5);
    BOOST_CHECK_EQUAL(log,
                      ":Chain 1\nfirst:Affine 1\nfirst:Affine 1 -> 3\n"
                      "second:Affine 3\nsecond:Affine 3 -> 4\n:Chain 1 -> 5\n");
    for (ForwardHookHandle& handle : handles) handle.remove();
    log.clear();
    run();
    BOOST_CHECK_EQUAL(log, "");
}

BOOST_AUTO_TEST_CASE(a_hook_changes_what_follows_it_alone) {
    // The module's input is the model's too: only the module sees the change.
    auto handle = compiled.model().register_forward_pre_hook(
        "first", [](HookContext& context) { context.inputs()[0].as<float>()[0] = 10; });
    BOOST_CHECK_EQUAL(run(), 3 * 21 - 5 + 1);
    handle.remove();
    handle = compiled.model().register_forward_hook(
        "second", [](HookContext& context) { context.outputs()[0].as<float>()[0] = 100; });
    BOOST_CHECK_EQUAL(run(), 101);
    handle.remove();
    BOOST_CHECK_EQUAL(run(), 5);
}

BOOST_AUTO_TEST_CASE(extracts_a_module) {
    const ConstTensorView input{x.array().raw(), DType::f32, {2, 3}};
    const auto first = compiled.session().extract("first", {&input, 1});
    BOOST_CHECK_EQUAL(first[0].data<float>()[0], 3);
    const auto whole = compiled.session().extract("", {&input, 1});
    BOOST_CHECK_EQUAL(whole[0].data<float>()[0], 5);
}

BOOST_AUTO_TEST_CASE(outputs_do_not_overlap) {
    CompiledModel signs = compile(Signs(), "x:f32[3]", compile_options());
    Session session(signs.model());
    const std::vector<float> in = {1, 2, 3};
    std::vector<float> memory(6);
    const std::vector<ConstTensorView> inputs = {{in.data(), DType::f32, {3}}};
    const auto run_into = [&](size_t second) {
        const std::vector<TensorView> outputs = {{memory.data(), DType::f32, {3}},
                                                 {&memory[second], DType::f32, {3}}};
        session.run(inputs, outputs);
    };
    run_into(3);
    BOOST_CHECK((memory == std::vector<float>{1, 2, 3, -1, -2, -3}));
    check_error("output.overlap", [&] { run_into(0); });
    check_error("output.overlap", [&] { run_into(2); });
}

BOOST_AUTO_TEST_CASE(weights_are_swapped) {
    const std::vector<float> ones(3, 1.0f);
    const ConstTensorView tensor{ones.data(), DType::f32, {3}};
    const std::vector<NamedTensor> weights = {{"first.weight", tensor}, {"second.weight", tensor}};
    compiled.model().load_state_dict(weights);
    BOOST_CHECK_EQUAL(run(), 1 + 1 - 5 + 1);
    BOOST_CHECK_EQUAL(compiled.model().named_buffers().size(), 2U);
    BOOST_CHECK_EQUAL(compiled.model().state_dict().size(), 2U);
}

BOOST_AUTO_TEST_CASE(state_dict_has_the_keys_in_the_order_of_the_author_s) {
    Tied tied;
    std::vector<std::string> eager, listed;
    for (const auto& [key, tensor] : tied->state_dict()) eager.push_back(key);
    CompiledModel again = compile(tied, "x:f32[3]", compile_options());
    const StateDict dict = again.model().state_dict();
    for (const NamedTensor& entry : dict.entries()) listed.push_back(entry.name);
    BOOST_TEST(eager == (std::vector<std::string>{"bias", "table.weight", "table.bias",
                                                  "middle.weight", "middle.bias", "again.weight",
                                                  "again.bias", "head.weight", "head.bias"}),
               boost::test_tools::per_element());
    BOOST_TEST(listed == eager, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
