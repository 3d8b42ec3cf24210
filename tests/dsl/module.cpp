#include "dsl/module.h"

#include <sstream>

#include "dsl/holder.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

/// y = x * weight + offset, registered by hand.
struct ScaleImpl : nn::Module {
    Tensor weight, offset;
    explicit ScaleImpl(int64_t size = 2, double value = 2) {
        weight = register_parameter("weight", full({size}, value));
        offset = register_buffer("offset", zeros({size}));
    }
    Tensor forward(const Tensor& x, double factor = 1) { return x * weight * factor + offset; }
};
LITHE_MODULE(Scale);

struct PairImpl : nn::Module {
    Scale first, second;
    explicit PairImpl(int64_t size = 2) : first(size), second(size, 3) {
        register_module("first", first);
        register_module("second", second);
    }
    Tensor forward(const Tensor& x) { return second->forward(first(x)); }
};
LITHE_MODULE(Pair);

/// In LibTorch's way, with a member that only reset() makes.
struct ResetImpl : nn::Cloneable<ResetImpl> {
    ResetImpl() { reset(); }
    void reset() override {
        scale = register_module("scale", Scale());
        gain = register_parameter("gain", ones({2}));
    }
    Tensor forward(const Tensor& x) { return scale(x) * gain; }
    Scale scale{nullptr};
    Tensor gain;
};
LITHE_MODULE(Reset);

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(module)

BOOST_AUTO_TEST_CASE(names_come_in_registration_order) {
    const Pair pair;
    BOOST_CHECK_EQUAL(joined(pair->named_parameters().keys()), "first.weight second.weight");
    BOOST_CHECK_EQUAL(joined(pair->named_buffers().keys()), "first.offset second.offset");
    BOOST_CHECK_EQUAL(joined(pair->named_modules().keys()), "first second");
    BOOST_CHECK_EQUAL(pair->modules().size(), 3U);
    BOOST_CHECK_EQUAL(joined(pair->state_dict().keys()),
                      "first.weight first.offset second.weight second.offset");
    BOOST_CHECK_EQUAL(joined(pair->named_parameters({.prefix = "net"}).keys()),
                      "net.first.weight net.second.weight");
    BOOST_CHECK(pair->named_parameters(false).empty());
}

BOOST_AUTO_TEST_CASE(a_shared_module_comes_once_but_stays_in_the_state_dict) {
    Pair pair;
    pair->unregister_module("second");
    pair->register_module("second", pair->first);
    BOOST_CHECK_EQUAL(pair->parameters().size(), 1U);
    BOOST_CHECK_EQUAL(pair->named_parameters({.remove_duplicate = false}).size(), 2U);
    BOOST_CHECK_EQUAL(pair->modules().size(), 2U);
    BOOST_CHECK_EQUAL(pair->state_dict().size(), 4U);
}

BOOST_AUTO_TEST_CASE(bad_registrations_are_errors) {
    Pair pair;
    check_error("module.name", [&] { pair->register_parameter("a.b", Tensor()); });
    check_error("module.name", [&] { pair->register_buffer("", Tensor()); });
    check_error("module.duplicate_name", [&] { pair->register_module("first", Scale()); });
    check_error("module.duplicate_name", [&] { pair->register_buffer("first", ones({1})); });
    check_error("module.cycle", [&] { pair->register_module("self", pair); });
    const Tensor computed = ones({1}, TensorOptions().requires_grad(true)) * 2;
    check_error("module.not_leaf", [&] { pair->register_parameter("p", computed); });
}

BOOST_AUTO_TEST_CASE(an_undefined_parameter_keeps_its_place) {
    nn::Module module;
    module.register_parameter("bias", Tensor());
    module.register_parameter("weight", ones({1}));
    BOOST_CHECK_EQUAL(joined(module.named_parameters().keys()), "weight");
    module.register_parameter("bias", ones({1}));
    BOOST_CHECK_EQUAL(joined(module.named_parameters().keys()), "bias weight");
}

BOOST_AUTO_TEST_CASE(paths_lead_to_members) {
    const Pair pair;
    BOOST_CHECK_EQUAL(pair->get_submodule("second").get(), pair->second.get());
    BOOST_CHECK(pair->get_parameter("first.weight").is_same(pair->first->weight));
    BOOST_CHECK(pair->get_buffer("first.offset").is_same(pair->first->offset));
    try {
        pair->get_parameter("first.wieght");
        BOOST_ERROR("nothing was thrown");
    } catch (const UserError& error) {
        BOOST_CHECK_EQUAL(std::string(error.what()),
                          "Pair has no parameter 'first.wieght'; did you mean 'first.weight'? "
                          "[module.unknown_path]");
    }
}

BOOST_AUTO_TEST_CASE(apply_visits_children_first) {
    Pair pair;
    std::vector<std::string> names;
    pair->apply([&](const std::string& path, nn::Module&) { names.push_back("<" + path + ">"); });
    BOOST_CHECK_EQUAL(joined(names), "<first> <second> <>");
}

BOOST_AUTO_TEST_CASE(modes_reach_the_children) {
    Pair pair;
    BOOST_CHECK(pair->is_training() && pair->first->is_training());
    pair->eval();
    BOOST_CHECK(!pair->is_training() && !pair->second->is_training());
    pair->requires_grad_(false);
    BOOST_CHECK(!pair->first->weight.requires_grad());
    BOOST_CHECK_EQUAL(pair->parameters().size(), 2U);
}

BOOST_AUTO_TEST_CASE(to_keeps_identity_and_integers) {
    Scale scale;
    scale->register_buffer("count", full({}, 3));
    const Tensor weight = scale->weight;
    scale->to(DType::f64);
    BOOST_CHECK(weight.dtype() == DType::f64);
    BOOST_CHECK(scale->named_parameters()["weight"].is_same(weight));
    BOOST_CHECK(scale->named_buffers()["count"].dtype() == DType::i64);
    BOOST_CHECK(scale->weight.requires_grad());
    check_error("module.to", [&] { scale->to(DType::i64); });
}

BOOST_AUTO_TEST_CASE(cloneable_makes_members_of_its_own_by_reset) {
    Reset original;
    {
        const NoGradGuard no_grad;
        original->gain.copy_(full({2}, 5.0));
    }
    original->scale->eval();
    const nn::ModulePtr copy = original->clone();
    auto& typed = dynamic_cast<ResetImpl&>(*copy);
    check_equal(typed.gain.detach(), full({2}, 5.0));
    BOOST_CHECK(!typed.gain.is_same(original->gain) && typed.gain.requires_grad());
    BOOST_CHECK(typed.scale.ptr() != original->scale.ptr());
    BOOST_CHECK(!typed.scale->is_training() && typed.is_training());
    original->register_buffer("late", ones({1}));
    check_error("module.clone", [&] { original->clone(); });
}

BOOST_AUTO_TEST_CASE(prints_as_in_pytorch) {
    std::ostringstream stream;
    stream << Pair();
    BOOST_CHECK_EQUAL(stream.str(), "Pair(\n  (first): Scale()\n  (second): Scale()\n)");
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
