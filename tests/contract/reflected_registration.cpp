// Every way in which C++ holds a module, in one model: this source goes through lithe-reflect.
#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <tuple>
#include <vector>

#include "compiler/compiled_model.h"
#include "dsl/nn.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace blocks::deep {

/// A template, whose width is a constant of the type.
template <int width>
class DenseImpl : public nn::Module {
public:
    Tensor forward(const Tensor& x) { return relu(fc(x)); }

private:
    nn::Linear fc{width, width};
};

struct BaseImpl : nn::Module {
    nn::Linear base{3, 3};
};

class MiddleImpl : public BaseImpl {
protected:
    nn::ModuleHolder<DenseImpl<3>> middle;
};

}  // namespace blocks::deep

namespace {

/// Registers before the members that come later are made.
struct InInitialisersImpl : nn::Module {
    InInitialisersImpl()
        : first(register_module("first", nn::Linear(2, 3))),
          gain(register_parameter("gain", ones({3}))),
          second(register_module("second", nn::Linear(3, 1))) {}
    Tensor forward(const Tensor& x) { return second(first(x) * gain); }
    nn::Linear first;
    Tensor gain;
    nn::Linear second;
};

/// The name of a field of one kind goes to a registration of another.
struct TwoKindsImpl : nn::Module {
    nn::Linear fc{2, 2};
    Tensor forward(const Tensor& x) { return fc(x); }
};

using Dense3 = nn::ModuleHolder<blocks::deep::DenseImpl<3>>;

class EverythingImpl : public blocks::deep::MiddleImpl {
public:
    EverythingImpl() {
        tied->weight = base->weight;
        chain->push_back("inner", nn::Sequential(nn::Linear(3, 3), nn::Functional(relu)));
        late = nn::Linear(3, 3);
    }
    Tensor forward(const Tensor& x) {
        Tensor y = middle(base(x)) + tied(x);
        for (auto& layer : list) y = layer(y);
        for (auto& layer : pair) y = layer(y);
        for (auto& [name, layer] : by_name) y = y + layer(x);
        y = std::get<1>(both)(std::get<0>(both)(y));
        y = (*owned)(*maybe)->forward(y);
        y = shared->forward(y);
        for (auto& row : nested) {
            for (auto& layer : row) y = layer(y);
        }
        return late(chain->forward(y)) * gains[0] + scale["a"] * offset;
    }

    nn::Linear late{nullptr};
    nn::Linear absent{nullptr};

private:
    struct Owned {
        nn::Linear inside{3, 3};
        nn::Linear& operator()(nn::Linear& other) { return is_other ? other : inside; }
        bool is_other = true;
    };
    nn::Linear tied{nn::LinearOptions(3, 3).bias(false)};
    std::vector<Dense3> list{2};
    std::array<nn::Linear, 2> pair{nn::Linear(3, 3), nn::Linear(3, 3)};
    std::map<std::string, nn::Linear> by_name{{"b", nn::Linear(3, 3)}, {"a", nn::Linear(3, 3)}};
    std::tuple<nn::Linear, nn::BatchNorm1d> both{nn::Linear(3, 3), nn::BatchNorm1d(3)};
    std::unique_ptr<Owned> owned = std::make_unique<Owned>();
    std::optional<nn::Linear> maybe{nn::Linear(3, 3)};
    std::shared_ptr<nn::Called<nn::LinearImpl>> shared = nn::make_module<nn::LinearImpl>(3, 3);
    std::vector<std::vector<nn::Linear>> nested{{nn::Linear(3, 3)}, {nn::Linear(3, 3)}};
    nn::Sequential chain;
    nn::ParameterList gains{Tensors{full({1}, 0.5)}};
    nn::ParameterDict scale;
    nn::Buffer offset{full({3}, 0.25)};

public:
    void add_scale() { scale->insert("a", full({1}, 2.0)); }
};
LITHE_MODULE(Everything);

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(contract_registration)

BOOST_AUTO_TEST_CASE(every_way_of_holding_a_module_gives_it_a_name) {
    Everything net;
    net->add_scale();
    BOOST_CHECK_EQUAL(
        joined(net->named_children().keys()),
        "base middle late tied list.0 list.1 pair.0 pair.1 by_name.a by_name.b both.0 "
        "both.1 owned.inside maybe shared nested.0.0 nested.1.0 chain gains scale");
    BOOST_CHECK(!net->named_parameters().contains("tied.weight"));
    BOOST_CHECK(net->state_dict().contains("tied.weight"));
    BOOST_CHECK(net->named_parameters().contains("middle.fc.weight"));
    BOOST_CHECK(net->named_parameters().contains("chain.inner.0.weight"));
    BOOST_CHECK(net->named_parameters().contains("gains.0"));
    BOOST_CHECK(net->named_parameters().contains("scale.a"));
    BOOST_CHECK(net->named_buffers().contains("offset"));
}

BOOST_AUTO_TEST_CASE(the_compiled_model_has_the_same_names_and_results) {
    Everything net;
    net->add_scale();
    net->eval();
    CompiledModel compiled = compile(net, "x:f32[N=1..4,3]", compile_options());
    const Tensor x = numbers({2, 3}, DType::f32);
    check_equal(compiled(x), net(x).detach(), 1e-5);
    std::vector<std::string> names;
    for (const NamedTensor& entry : compiled.model().state_dict()) names.push_back(entry.name);
    std::sort(names.begin(), names.end());
    std::vector<std::string> wanted = net->state_dict().keys();
    std::sort(wanted.begin(), wanted.end());
    BOOST_CHECK_EQUAL(joined(names), joined(wanted));
}

BOOST_AUTO_TEST_CASE(members_register_in_initialisers_before_others_are_made) {
    alignas(InInitialisersImpl) unsigned char memory[sizeof(InInitialisersImpl)];
    std::fill(std::begin(memory), std::end(memory), static_cast<unsigned char>(0xAB));
    auto* net = new (memory) InInitialisersImpl();
    BOOST_CHECK_EQUAL(joined(net->state_dict().keys()),
                      "gain first.weight first.bias second.weight second.bias");
    net->~InInitialisersImpl();
}

BOOST_AUTO_TEST_CASE(a_field_of_another_kind_keeps_its_name_to_itself) {
    TwoKindsImpl net;
    net.register_buffer("fc", ones({2}));
    check_error("module.duplicate_name", [&] { net.state_dict(); });
}

BOOST_AUTO_TEST_CASE(a_clone_shares_nothing) {
    nn::Sequential chain(nn::Linear(3, 3), nn::ReLU());
    const nn::ModulePtr copy = chain->clone();
    const Tensor original = chain->get_parameter("0.weight"),
                 twin = copy->get_parameter("0.weight");
    BOOST_CHECK(!original.is_same(twin));
    check_equal(twin.detach(), original.detach());
    {
        const NoGradGuard no_grad;
        twin.fill_(0);
    }
    BOOST_CHECK(original.to_vector<float>()[0] != 0);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
