// Modules with plain members: this source goes through lithe-reflect.
#include <array>
#include <map>
#include <optional>

#include "dsl/holder.h"
#include "dsl/module.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

/// y = x * weight + offset, with nothing registered.
class ScaleImpl : public nn::Module {
public:
    explicit ScaleImpl(double value = 2) : weight(full({2}, value)) {}
    Tensor forward(const Tensor& x) { return x * weight + offset; }

private:
    nn::Parameter weight;
    nn::Buffer offset{zeros({2})};
    nn::Buffer scratch{zeros({2}), false};
    Tensor constant = ones({1});  // NOLINT(reflect.raw_parameter)
};
LITHE_MODULE(Scale);

struct Branches {
    Scale left, right;
};

class NetImpl : public nn::Module {
public:
    Tensor forward(const Tensor& x) { return layers[1]->forward(stem(x)); }

    Scale stem{3};
    std::shared_ptr<nn::Module> tied = stem.ptr();
    Tensor gain = ones({1}).requires_grad_();

private:
    std::vector<Scale> layers{2};
    std::map<std::string, Scale> by_name{{"b", Scale()}, {"a", Scale()}};
    std::optional<Scale> absent;
    Branches branches;
    std::unique_ptr<ScaleImpl> owned = std::make_unique<ScaleImpl>();
};
LITHE_MODULE(Net);

/// Registers one of its members under its own name, as in LibTorch.
struct MixedImpl : NetImpl {
    MixedImpl() { register_module("explicit_one", explicit_one); }
    Scale plain, explicit_one;
};
LITHE_MODULE(Mixed);

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reflected_module)

BOOST_AUTO_TEST_CASE(members_are_named_in_declaration_order) {
    const Net net;
    BOOST_CHECK_EQUAL(joined(net->named_children().keys()),
                      "stem layers.0 layers.1 by_name.a by_name.b branches.left branches.right "
                      "owned");
    BOOST_CHECK_EQUAL(joined(net->named_parameters().keys()),
                      "gain stem.weight layers.0.weight layers.1.weight by_name.a.weight "
                      "by_name.b.weight branches.left.weight branches.right.weight owned.weight");
}

BOOST_AUTO_TEST_CASE(the_state_dict_has_buffers_and_every_name_of_what_is_tied) {
    const Scale scale;
    BOOST_CHECK_EQUAL(joined(scale->state_dict().keys()), "weight offset");
    BOOST_CHECK_EQUAL(joined(scale->named_buffers().keys()), "offset scratch");
    const Net net;
    BOOST_CHECK(net->state_dict().contains("tied.weight"));
    BOOST_CHECK(net->state_dict().contains("stem.weight"));
}

BOOST_AUTO_TEST_CASE(a_member_replaced_after_construction_is_seen) {
    const Net net;
    net->stem = Scale(7);
    BOOST_CHECK(net->get_submodule("stem") == net->stem.ptr());
    BOOST_CHECK_EQUAL(net->get_parameter("stem.weight").to_vector<double>()[0], 7);
}

BOOST_AUTO_TEST_CASE(members_of_bases_come_before_and_explicit_names_first) {
    const Mixed mixed;
    const std::string names = joined(mixed->named_children().keys());
    BOOST_CHECK_EQUAL(names,
                      "explicit_one stem layers.0 layers.1 by_name.a by_name.b branches.left "
                      "branches.right owned plain");
}

BOOST_AUTO_TEST_CASE(a_state_dict_goes_from_one_to_another) {
    const Net a, b;
    b->stem = Scale(9);
    b->tied = b->stem.ptr();
    a->load_state_dict(b->state_dict());
    BOOST_CHECK_EQUAL(a->get_parameter("stem.weight").to_vector<double>()[0], 9);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
