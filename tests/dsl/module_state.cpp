#include <filesystem>

#include "dsl/holder.h"
#include "dsl/io/state_file.h"
#include "dsl/layers/container.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

struct LayerImpl : nn::Module {
    explicit LayerImpl(int64_t size = 2, double value = 1) {
        register_parameter("weight", full({size}, value));
        register_buffer("count", full({}, 0));
        register_buffer("scratch", zeros({size}), /*persistent=*/false);
    }
    Tensor forward(const Tensor& x) { return x; }
    int64_t state_version() const override { return 2; }
};
LITHE_MODULE(Layer);

struct NetImpl : nn::Module {
    explicit NetImpl(int64_t size = 2, double value = 1) {
        register_parameter("scale", full({}, value));
        register_module("a", Layer(size, value));
        register_module("b", Layer(size, value));
    }
    Tensor forward(const Tensor& x) { return x; }
};
LITHE_MODULE(Net);

/// Keeps a number beside its tensors.
struct CounterImpl : nn::Module {
    int64_t steps = 0;
    Tensor get_extra_state() const override { return full({}, steps); }
    void set_extra_state(const Tensor& state) override { steps = state.item<int64_t>(); }
    Tensor forward(const Tensor& x) { return x; }
};
LITHE_MODULE(Counter);

std::string message(const std::function<void()>& body) {
    try {
        body();
    } catch (const UserError& error) {
        return error.what();
    }
    return "nothing was thrown";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(module_state)

BOOST_AUTO_TEST_CASE(has_pytorch_s_keys_order_and_versions) {
    const nn::StateDict dict = Net()->state_dict();
    std::string keys;
    for (const auto& [key, tensor] : dict) keys += key + " ";
    BOOST_CHECK_EQUAL(keys, "scale a.weight a.count b.weight b.count ");
    BOOST_CHECK_EQUAL(dict.metadata.at(""), 1);
    BOOST_CHECK_EQUAL(dict.metadata.at("a"), 2);
    BOOST_CHECK_EQUAL(Layer()->state_dict("net.").keys().at(0), "net.weight");
}

BOOST_AUTO_TEST_CASE(versions_come_in_the_order_of_the_modules) {
    nn::ModuleDict dict;
    dict->update({{"z", Layer()}, {"a", Net()}});
    std::string paths;
    for (const auto& [path, version] : dict->state_dict().metadata) paths += path + ";";
    BOOST_CHECK_EQUAL(paths, ";z;a;a.a;a.b;");
    const auto file = std::filesystem::temp_directory_path() / "lithe_versions.pt";
    save_state_dict(*dict, file.string());
    paths.clear();
    for (const auto& [path, version] : load_state_dict(file.string()).metadata) paths += path + ";";
    BOOST_CHECK_EQUAL(paths, ";z;a;a.a;a.b;");
}

BOOST_AUTO_TEST_CASE(values_are_aliases_without_history) {
    Layer layer;
    const nn::StateDict dict = layer->state_dict();
    BOOST_CHECK(!dict["weight"].requires_grad());
    {
        const NoGradGuard no_grad;
        layer->get_parameter("weight").copy_(full({2}, 7.0));
    }
    check_equal(dict["weight"], full({2}, 7.0));
}

BOOST_AUTO_TEST_CASE(loads_what_was_saved) {
    Net from(2, 5), to(2, 0);
    const Tensor kept = to->get_parameter("a.weight");
    BOOST_CHECK_EQUAL(to->load_state_dict(from->state_dict()).str(),
                      "<All keys matched successfully>");
    check_equal(kept.detach(), full({2}, 5.0));
    BOOST_CHECK(kept.requires_grad());
}

BOOST_AUTO_TEST_CASE(differences_are_worded_as_in_pytorch_and_change_nothing) {
    Net from(3, 5), to(2, 0);
    nn::StateDict dict = from->state_dict();
    dict.erase("scale");
    dict.insert("extra", ones({1}));
    dict.insert("a.more", ones({1}));
    BOOST_CHECK_EQUAL(
        message([&] { to->load_state_dict(dict); }),
        "Error(s) in loading state_dict for Net:\n"
        "\tMissing key(s) in state_dict: \"scale\". \n"
        "\tUnexpected key(s) in state_dict: \"extra\", \"a.more\". \n"
        "\tsize mismatch for a.weight: copying a param with shape torch.Size([3]) from checkpoint, "
        "the shape in current model is torch.Size([2]).\n"
        "\tsize mismatch for b.weight: copying a param with shape torch.Size([3]) from checkpoint, "
        "the shape in current model is torch.Size([2]). [load_state_dict.incompatible]");
    check_equal(to->get_parameter("a.weight").detach(), zeros({2}));
    check_error("load_state_dict.incompatible",
                [&] { to->load_state_dict(dict, {.strict = false}); });
}

BOOST_AUTO_TEST_CASE(a_loose_load_gives_the_differences) {
    Net from(2, 5), to(2, 0);
    nn::StateDict dict = from->state_dict();
    dict.erase("scale");
    dict.insert("extra", ones({1}));
    const nn::IncompatibleKeys keys = to->load_state_dict(dict, {.strict = false});
    BOOST_CHECK_EQUAL(keys.str(),
                      "_IncompatibleKeys(missing_keys=['scale'], unexpected_keys=['extra'])");
    check_equal(to->get_parameter("b.weight").detach(), full({2}, 5.0));
}

BOOST_AUTO_TEST_CASE(copying_keeps_the_dtype_and_assigning_takes_it) {
    Layer layer;
    nn::StateDict dict = layer->state_dict();
    dict.set("weight", full({2}, 3.0, DType::f64));
    layer->load_state_dict(dict);
    check_equal(layer->get_parameter("weight").detach(), full({2}, 3.0));
    dict.set("weight", full({2}, 4.0, DType::f64));
    layer->load_state_dict(dict, {.assign = true});
    check_equal(layer->get_parameter("weight").detach(), full({2}, 4.0, DType::f64));
    BOOST_CHECK(layer->get_parameter("weight").requires_grad());
}

BOOST_AUTO_TEST_CASE(one_number_in_a_list_fits_a_scalar) {
    Net net;
    nn::StateDict dict = net->state_dict();
    dict.set("scale", full({1}, 9.0));
    net->load_state_dict(dict);
    BOOST_CHECK_EQUAL(net->get_parameter("scale").item<double>(), 9);
}

BOOST_AUTO_TEST_CASE(extra_state_goes_along) {
    Counter from, to;
    from->steps = 7;
    BOOST_CHECK(from->state_dict().contains("_extra_state"));
    to->load_state_dict(from->state_dict());
    BOOST_CHECK_EQUAL(to->steps, 7);
    BOOST_CHECK_EQUAL(to->load_state_dict({}, {.strict = false}).missing_keys.at(0),
                      "_extra_state");
}

BOOST_AUTO_TEST_CASE(hooks_rename_keys_and_forgive) {
    Net net(2, 0);
    net->register_load_state_dict_pre_hook(
        [](nn::Module&, nn::StateDict& dict, const std::string&, std::vector<std::string>&) {
            dict.set("scale", dict["old_scale"]);
            dict.erase("old_scale");
        });
    nn::StateDict dict = Net(2, 5)->state_dict();
    dict.insert("old_scale", dict["scale"]);
    dict.erase("scale");
    dict.erase("b.weight");
    check_error("load_state_dict.incompatible", [&] { net->load_state_dict(dict); });
    HookHandle forgiving = net->register_load_state_dict_post_hook(
        [](nn::Module&, nn::IncompatibleKeys& keys) { keys.missing_keys.clear(); });
    net->load_state_dict(dict);
    BOOST_CHECK_EQUAL(net->get_parameter("scale").item<double>(), 5);
    // A hook that forgives nothing leaves everything as it was.
    forgiving.remove();
    net->register_load_state_dict_post_hook([](nn::Module&, nn::IncompatibleKeys&) {});
    dict.set("a.weight", full({2}, 8.0));
    check_error("load_state_dict.incompatible", [&] { net->load_state_dict(dict); });
    check_equal(net->get_parameter("a.weight").detach(), full({2}, 5.0));
}

BOOST_AUTO_TEST_CASE(state_dict_hooks_come_around_the_entries) {
    Net net;
    std::string log;
    net->get_submodule("a")->register_state_dict_pre_hook(
        [&](nn::Module&, const std::string& prefix) { log += "pre " + prefix + " "; });
    net->register_state_dict_post_hook([&](nn::Module&, nn::StateDict& dict, const std::string&) {
        log += "post " + std::to_string(dict.size());
        dict.erase("scale");
    });
    BOOST_CHECK(!net->state_dict().contains("scale"));
    BOOST_CHECK_EQUAL(log, "pre a. post 5");
}

BOOST_AUTO_TEST_CASE(files_of_both_formats_come_back) {
    const auto folder = std::filesystem::temp_directory_path() / "lithe_module_state";
    std::filesystem::create_directories(folder);
    for (const char* file : {"net.safetensors", "net.pt"}) {
        const std::string path = folder / file;
        save_state_dict(*Net(2, 5), path);
        Net net(2, 0);
        BOOST_CHECK(load_state_dict(*net, path).missing_keys.empty());
        check_equal(net->get_parameter("b.weight").detach(), full({2}, 5.0));
        BOOST_CHECK(net->get_buffer("a.count").dtype() == DType::i64);
    }
    BOOST_CHECK_EQUAL(load_state_dict(folder / "net.pt").metadata.at("a"), 2);
    check_error("file.open", [&] { load_state_dict(folder / "none.pt"); });
    std::filesystem::remove_all(folder);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
