// What PyTorch 2.15 does, run side by side, where authors would look first: hooks on containers and
// on modules called twice, loading with differences, containers that change, clones, types.
#include "dsl/autograd.h"
#include "dsl/holder.h"
#include "dsl/nn.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

using Log = std::vector<std::string>;

std::string joined(const Log& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

std::string keys_of(const nn::StateDict& dict) { return joined(dict.keys()); }

std::string message(const std::function<void()>& body) {
    try {
        body();
    } catch (const UserError& error) {
        return error.what();
    }
    return "nothing was thrown";
}

void note_calls(Log& log, nn::Module& module, const std::string& name) {
    module.register_forward_pre_hook(
        [&log, name](nn::Module&, const Tensors&) { log.push_back("pre " + name); });
    module.register_forward_hook([&log, name](nn::Module&, const Tensors&, const Tensors&) {
        log.push_back("post " + name);
    });
}

/// Calls its one layer twice, under two names.
struct TwiceImpl : nn::Module {
    nn::Linear fc{2, 2};
    TwiceImpl() {
        register_module("first", fc);
        register_module("second", fc);
    }
    Tensor forward(const Tensor& x) { return fc(relu(fc(x))); }
};
LITHE_MODULE(Twice);

}  // namespace

BOOST_AUTO_TEST_SUITE(contract_eager_modules)

BOOST_AUTO_TEST_CASE(hooks_on_a_container_come_around_those_of_its_modules) {
    nn::Sequential net(nn::Linear(2, 2), nn::ReLU());
    Log log;
    note_calls(log, *net, "net");
    note_calls(log, *net->ptr(0), "0");
    note_calls(log, *net->ptr(1), "1");
    net->forward(ones({1, 2}));
    BOOST_CHECK_EQUAL(joined(log), "pre net pre 0 post 0 pre 1 post 1 post net");
}

BOOST_AUTO_TEST_CASE(hooks_on_a_module_called_twice_fire_twice_forwards_and_backwards) {
    Twice net;
    Log log;
    note_calls(log, *net->fc, "fc");
    int backward = 0;
    net->fc->register_full_backward_hook(
        [&](nn::Module&, const Tensors&, const Tensors&) { ++backward; });
    const Tensor x = ones({1, 2}).requires_grad_();
    net(x).sum().backward();
    BOOST_CHECK_EQUAL(joined(log), "pre fc post fc pre fc post fc");
    BOOST_CHECK_EQUAL(backward, 2);
    BOOST_CHECK_EQUAL(net->parameters().size(), 2U);
    BOOST_CHECK_EQUAL(keys_of(net->state_dict()),
                      "first.weight first.bias second.weight second.bias");
}

BOOST_AUTO_TEST_CASE(a_hook_that_throws_leaves_the_module_usable) {
    nn::Linear layer(2, 2);
    HookHandle handle = layer->register_forward_pre_hook(
        [](nn::Module&, const Tensors&) -> Tensors { throw std::runtime_error("from the hook"); });
    BOOST_CHECK_THROW(layer(ones({1, 2})), std::runtime_error);
    handle.remove();
    handle.remove();
    BOOST_CHECK_NO_THROW(layer(ones({1, 2})));
}

BOOST_AUTO_TEST_CASE(differences_are_told_in_pytorch_s_order) {
    nn::Sequential net(nn::Linear(2, 2), nn::Linear(2, 2));
    const Tensor before = net->state_dict()["1.weight"].clone();
    nn::StateDict dict = net->state_dict();
    dict.set("0.weight", zeros({3, 2}));
    dict.set("x.y", zeros({1}));
    dict.erase("1.bias");
    dict.set("1.weight", zeros({2}));
    const std::string sizes =
        "\n\tsize mismatch for 0.weight: copying a param with shape torch.Size([3, 2]) from "
        "checkpoint, the shape in current model is torch.Size([2, 2])."
        "\n\tsize mismatch for 1.weight: copying a param with shape torch.Size([2]) from "
        "checkpoint, the shape in current model is torch.Size([2, 2]). "
        "[load_state_dict.incompatible]";
    BOOST_CHECK_EQUAL(message([&] { net->load_state_dict(dict); }),
                      "Error(s) in loading state_dict for Sequential:"
                      "\n\tMissing key(s) in state_dict: \"1.bias\". "
                      "\n\tUnexpected key(s) in state_dict: \"x.y\". " +
                          sizes);
    BOOST_CHECK_EQUAL(message([&] { net->load_state_dict(dict, {.strict = false}); }),
                      "Error(s) in loading state_dict for Sequential:" + sizes);
    check_equal(net->state_dict()["1.weight"], before);
}

BOOST_AUTO_TEST_CASE(a_name_without_a_tensor_is_unexpected_in_a_file) {
    nn::Linear layer(nn::LinearOptions(2, 2).bias(false));
    nn::StateDict dict = layer->state_dict();
    BOOST_CHECK_EQUAL(keys_of(dict), "weight");
    dict.set("bias", zeros({2}));
    BOOST_CHECK_EQUAL(message([&] { layer->load_state_dict(dict); }),
                      "Error(s) in loading state_dict for Linear:"
                      "\n\tUnexpected key(s) in state_dict: \"bias\". "
                      " [load_state_dict.incompatible]");
    BOOST_CHECK_EQUAL(layer->load_state_dict(dict, {.strict = false}).str(),
                      "_IncompatibleKeys(missing_keys=[], unexpected_keys=['bias'])");
}

BOOST_AUTO_TEST_CASE(only_old_files_may_lack_the_counter_of_a_batch_norm) {
    nn::BatchNorm1d norm(2);
    nn::StateDict dict = norm->state_dict();
    BOOST_CHECK_EQUAL(keys_of(dict), "weight bias running_mean running_var num_batches_tracked");
    dict.erase("num_batches_tracked");
    BOOST_CHECK_EQUAL(message([&] { norm->load_state_dict(dict); }),
                      "Error(s) in loading state_dict for BatchNorm1d:"
                      "\n\tMissing key(s) in state_dict: \"num_batches_tracked\". "
                      " [load_state_dict.incompatible]");
    dict.metadata.set("", 1);
    BOOST_CHECK_EQUAL(norm->load_state_dict(dict).str(), "<All keys matched successfully>");
    dict.metadata.clear();
    BOOST_CHECK_EQUAL(norm->load_state_dict(dict).str(), "<All keys matched successfully>");
}

BOOST_AUTO_TEST_CASE(assigning_keeps_what_is_frozen_frozen) {
    nn::Linear layer(1, 1), other(1, 1);
    layer->weight.requires_grad_(false);
    other->to(DType::f64);
    layer->load_state_dict(other->state_dict(), {.assign = true});
    BOOST_CHECK(layer->weight.dtype() == DType::f64);
    BOOST_CHECK(!layer->weight.requires_grad() && layer->bias.requires_grad());
}

BOOST_AUTO_TEST_CASE(tied_weights_stay_tied_when_loaded) {
    Twice net, other;
    net->load_state_dict(other->state_dict());
    BOOST_CHECK(net->get_parameter("first.weight").is_same(net->get_parameter("second.weight")));
    check_equal(net->fc->weight.detach(), other->fc->weight.detach());
}

BOOST_AUTO_TEST_CASE(containers_of_parameters_grow_and_keep_their_order) {
    nn::ParameterList list(Tensors{zeros({1})});
    list->append(ones({2}));
    BOOST_CHECK_EQUAL(keys_of(list->state_dict()), "0 1");
    nn::ParameterDict dict;
    dict->insert("b", zeros({1}));
    dict->insert("a", zeros({1}));
    dict->insert("b", ones({2}));
    BOOST_CHECK_EQUAL(keys_of(dict->state_dict()), "b a");
    BOOST_CHECK_EQUAL(str(dict["b"].sizes()), "[2]");
}

BOOST_AUTO_TEST_CASE(a_dict_of_modules_keeps_the_place_of_what_is_replaced) {
    nn::ModuleDict dict;
    dict->insert("b", nn::ReLU());
    dict->insert("a", nn::Linear(1, 1));
    dict->insert("b", nn::Linear(1, 1));
    dict->insert("c", nn::ReLU());
    BOOST_CHECK_EQUAL(joined(dict->keys()), "b a c");
    BOOST_CHECK_EQUAL(keys_of(dict->state_dict()), "b.weight b.bias a.weight a.bias");
    dict->pop("b");
    BOOST_CHECK_EQUAL(joined(dict->keys()), "a c");
}

BOOST_AUTO_TEST_CASE(a_clone_shares_nothing_and_keeps_its_hooks) {
    nn::Sequential net(nn::Sequential(nn::Linear(2, 2)), nn::BatchNorm1d(2));
    int calls = 0;
    net->ptr(1)->register_forward_hook(
        [&](nn::Module&, const Tensors&, const Tensors&) { ++calls; });
    const nn::ModulePtr copy = net->clone();
    {
        const NoGradGuard no_grad;
        copy->get_parameter("0.0.weight").zero_();
        copy->get_buffer("1.running_mean").fill_(7);
    }
    BOOST_CHECK(net->get_parameter("0.0.weight").abs().sum().item<double>() > 0);
    BOOST_CHECK_EQUAL(net->get_buffer("1.running_mean").sum().item<double>(), 0);
    dynamic_cast<nn::SequentialImpl&>(*copy).forward(ones({3, 2}));
    BOOST_CHECK_EQUAL(calls, 1);
}

BOOST_AUTO_TEST_CASE(in_another_type_a_model_runs_and_counters_stay_integers) {
    nn::Sequential net(nn::Linear(2, 2), nn::BatchNorm1d(2));
    net->to(DType::f64);
    BOOST_CHECK(net->forward(ones({3, 2}, DType::f64)).dtype() == DType::f64);
    BOOST_CHECK(net->get_buffer("1.running_var").dtype() == DType::f64);
    BOOST_CHECK(net->get_buffer("1.num_batches_tracked").dtype() == DType::i64);
    BOOST_CHECK_EQUAL(net->get_buffer("1.num_batches_tracked").item<int64_t>(), 1);
}

BOOST_AUTO_TEST_CASE(a_buffer_that_is_a_view_is_converted) {
    struct MaskImpl : nn::Module {
        Tensor mask;
        MaskImpl() { mask = register_buffer("mask", tril(ones({2, 2})).view({1, 2, 2})); }
        Tensor forward(const Tensor& x) { return x * mask; }
    };
    nn::ModuleHolder<MaskImpl> net;
    net->to(DType::f64);
    BOOST_CHECK(net->mask.dtype() == DType::f64);
    check_equal(net(ones({1, 2, 2}, DType::f64)), tril(ones({2, 2}, DType::f64)).view({1, 2, 2}));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
