#include "dsl/layers/container.h"

#include "dsl/layers/activation.h"
#include "dsl/layers/linear.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

struct AddImpl : nn::Module {
    Tensor forward(const Tensor& a, const Tensor& b, double scale = 1) { return (a + b) * scale; }
};
LITHE_MODULE(Add);

struct SplitImpl : nn::Module {
    std::tuple<Tensor, Tensor> forward(const Tensor& x) { return {x, x * 2}; }
};
LITHE_MODULE(Split);

std::string keys(const nn::Module& module) {
    std::string text;
    for (const std::string& key : module.state_dict().keys()) text += key + " ";
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(container)

BOOST_AUTO_TEST_CASE(sequential_calls_in_order_and_names_by_position) {
    nn::Sequential net(nn::Linear(3, 4), nn::ReLU(), nn::Sequential(nn::Linear(4, 2)));
    BOOST_CHECK_EQUAL(net->size(), 3U);
    BOOST_CHECK_EQUAL(keys(*net), "0.weight 0.bias 2.0.weight 2.0.bias ");
    const Tensor x = numbers({5, 3}, DType::f32);
    const Tensor want = net->at<nn::SequentialImpl>(2).at<nn::LinearImpl>(0).forward(
        relu(net->at<nn::LinearImpl>(0).forward(x)));
    check_equal(net(x).detach(), want.detach());
    check_equal(net->forward(x).detach(), want.detach());
}

BOOST_AUTO_TEST_CASE(sequential_takes_names_several_inputs_and_default_arguments) {
    nn::Sequential net({{"add", Add()}, {"relu", nn::ReLU()}});
    BOOST_CHECK_EQUAL(net->named_children().keys().at(1), "relu");
    check_equal(net->forward(full({2}, 1.0), full({2}, 2.0)), full({2}, 3.0));
    check_equal(net->forward(full({2}, 1.0), full({2}, 2.0), 2.0), full({2}, 6.0));
    check_error("any_module.arguments", [&] { net->forward(ones({2})); });
    check_error("module.duplicate_name", [&] { net->push_back("add", Add()); });
    check_error("sequential.index", [&] { net->ptr(7); });
    nn::Sequential split{nn::Sequential(), Split()};
    const auto pair = split->forward<std::tuple<Tensor, Tensor>>(ones({1}));
    check_equal(std::get<1>(pair), full({1}, 2.0));
    check_error("any_value.type", [&] { split->forward(ones({1})); });
}

BOOST_AUTO_TEST_CASE(sequential_fires_the_hooks_of_what_it_holds) {
    nn::Sequential net(nn::ReLU(), std::make_shared<nn::ReLUImpl>());
    int calls = 0;
    for (const nn::ModulePtr& child : net->children()) {
        child->register_forward_hook([&](nn::Module&, const Tensors&, const Tensors&) { ++calls; });
    }
    net->forward(ones({1}));
    BOOST_CHECK_EQUAL(calls, 2);
}

BOOST_AUTO_TEST_CASE(any_module_gives_what_it_holds_as_a_holder_a_reference_or_a_pointer) {
    nn::Linear linear(2, 3);
    const nn::AnyModule any(linear);
    const nn::Linear held = any.get<nn::Linear>();
    BOOST_CHECK(held.ptr() == linear.ptr());
    BOOST_CHECK_EQUAL(&any.get<nn::LinearImpl>(), linear.get());
    BOOST_CHECK(any.ptr<nn::LinearImpl>() == linear.ptr());
    BOOST_CHECK(any.ptr() == linear.ptr());
    BOOST_CHECK(any.type_info() == typeid(nn::LinearImpl));
    check_error("any_module.type", [&] { any.get<nn::ReLU>(); });
    nn::Sequential row(linear, nn::ReLU());
    BOOST_CHECK_EQUAL(&row->at<nn::LinearImpl>(0), linear.get());
    BOOST_CHECK(row->ptr<nn::LinearImpl>(0) == linear.ptr());
}

BOOST_AUTO_TEST_CASE(sequential_can_be_derived_from) {
    struct BlockImpl : nn::SequentialImpl {
        explicit BlockImpl(int64_t size) : SequentialImpl(nn::Linear(size, size), nn::ReLU()) {}
    };
    nn::ModuleHolder<BlockImpl> block(3);
    BOOST_CHECK_EQUAL(block->forward(zeros({1, 3})).type().str(), "f32[1, 3]");
    BOOST_CHECK_EQUAL(keys(*block), "0.weight 0.bias ");
}

BOOST_AUTO_TEST_CASE(lists_and_dicts_hold_modules) {
    nn::ModuleList list(nn::Linear(2, 2), nn::Linear(2, 2), nn::ReLU());
    BOOST_CHECK_EQUAL(keys(*list), "0.weight 0.bias 1.weight 1.bias ");
    BOOST_CHECK_EQUAL(list->str(),
                      "ModuleList(\n"
                      "  (0-1): 2 x Linear(in_features=2, out_features=2, bias=True)\n"
                      "  (2): ReLU()\n)");
    Tensor x = ones({1, 2});
    for (const nn::ModulePtr& module : *list) {
        if (auto* linear = module->as<nn::Linear>()) x = linear->forward(x);
    }
    BOOST_CHECK(x.requires_grad());
    check_error("module_list.index", [&] { list[3]; });

    nn::ModuleDict dict;
    dict->insert("b", nn::Linear(1, 1));
    dict->insert("a", nn::ReLU());
    BOOST_CHECK_EQUAL(dict->named_children().keys().at(0), "b");
    BOOST_CHECK(dict->contains("a"));
    dict->pop("b");
    BOOST_CHECK_EQUAL(dict->size(), 1U);
    check_error("ordered_dict.unknown_key", [&] { dict["c"]; });
}

BOOST_AUTO_TEST_CASE(lists_and_dicts_hold_parameters) {
    nn::ParameterList list(Tensors{ones({1}), ones({2})});
    list->append(ones({3}));
    BOOST_CHECK_EQUAL(keys(*list), "0 1 2 ");
    BOOST_CHECK(list[2].requires_grad());
    nn::ParameterDict dict;
    dict->insert("w", ones({2}));
    BOOST_CHECK_EQUAL(dict->parameters().size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_function_is_a_module) {
    nn::Sequential net(nn::Functional(relu), nn::Functional(leaky_relu, 0.5),
                       nn::Functional([](const Tensor& x) { return x * 3; }));
    check_equal(net->forward(tensor({-1.0, 2.0})), tensor({0.0, 6.0}));
}

BOOST_AUTO_TEST_CASE(members_can_be_replaced_by_path) {
    nn::Sequential net(nn::Sequential(nn::Linear(2, 2)), nn::ModuleList(nn::Linear(2, 2)));
    net->set_submodule("1.0", nn::ReLU().ptr());
    BOOST_CHECK_EQUAL(net->get_submodule("1.0")->name(), "ReLU");
    const nn::Linear other(2, 5);
    net->set_submodule("0.0", other.ptr());
    BOOST_CHECK_EQUAL(net->at<nn::SequentialImpl>(0).forward(ones({1, 2})).type().str(),
                      "f32[1, 5]");
    check_error("module.replace", [&] { net->set_submodule("0.0", nn::ReLU().ptr()); });
    check_error("module.unknown_path", [&] { net->set_submodule("5", nn::ReLU().ptr()); });
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
