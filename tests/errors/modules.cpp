// Modules: registration, paths, hooks, containers, state_dict, copies, nn::utils.
#include <lithe/lithe.h>

#include "dsl/reflect.h"
#include "dsl/utils.h"
#include "tests/errors/cases.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

namespace utils = nn::utils;

struct ScaleImpl : nn::Module {
    Tensor weight = register_parameter("weight", ones({2}));
    Tensor forward(const Tensor& x) { return x * weight; }
};
LITHE_MODULE(Scale);

struct PairImpl : nn::Module {
    Scale first = register_module("first", Scale());
    Tensor forward(const Tensor& a, const Tensor& b) { return first(a) + b; }
};
LITHE_MODULE(Pair);

/// Registers what its copy will not have.
struct LateImpl : nn::Cloneable<LateImpl> {
    LateImpl() { reset(); }
    void reset() override { register_parameter("weight", ones({1})); }
    Tensor forward(const Tensor& x) { return x; }
};
LITHE_MODULE(Late);

struct UniqueImpl : nn::Module {
    std::unique_ptr<int> number;
    Tensor forward(const Tensor& x) { return x; }
};

struct RowsImpl : nn::Module {
    Tensor forward(const Tensor& x) { return x.narrow(0, 0, 1); }
};
LITHE_MODULE(Rows);

const ErrorCases cases = {
    {"module.name", [] { Pair()->register_parameter("a.b", Tensor()); }},
    {"module.name", [] { Pair()->register_buffer("", Tensor()); }},
    {"module.duplicate_name", [] { Pair()->register_module("first", Scale()); }},
    {"module.duplicate_name", [] { Pair()->register_buffer("first", ones({1})); }},
    {"module.duplicate_name",
     [] {
         nn::Sequential net;
         net->push_back("a", nn::ReLU());
         net->push_back("a", nn::ReLU());
     }},
    {"embedding_bag.weight", [] { nn::EmbeddingBag::from_pretrained(ones({3})); }},
    {"module.cycle",
     [] {
         Pair pair;
         pair->register_module("self", pair);
     }},
    {"module.not_leaf", [] { Pair()->register_parameter("p", ones({1}).requires_grad_() * 2); }},
    {"module.to", [] { Pair()->to(DType::i64); }},
    {"module.unknown_name", [] { Pair()->unregister_module("frist"); }},
    {"module.unknown_name", [] { Pair()->replace_module("frist", Scale()); }},
    {"module.unknown_path", [] { Pair()->get_submodule("frist"); }},
    {"module.unknown_path", [] { Pair()->get_parameter("first.wieght"); }},
    {"module.unknown_path",
     [] { nn::Sequential(nn::ReLU())->set_submodule("5", nn::ReLU().ptr()); }},
    {"module.replace",
     [] {
         nn::Sequential net{nn::Sequential(nn::Linear(2, 2)), nn::ReLU()};
         net->set_submodule("0.0", nn::ReLU().ptr());
     }},
    {"module.clone",
     [] {
         Late late;
         late->register_buffer("late", ones({1}));
         late->clone();
     }},
    {"module.clone", [] { UniqueImpl().clone(); }},
    {"holder.empty", [] { nn::Linear(nullptr)->forward(ones({1, 2})); }},
    {"hook.count",
     [] {
         Scale module;
         module->register_forward_pre_hook(
             [](nn::Module&, const Tensors& in) { return Tensors{in[0], in[0]}; });
         module(ones({2}));
     }},
    {"hook.count",
     [] {
         Scale module;
         module->register_full_backward_hook(
             [](nn::Module&, const Tensors&, const Tensors&) { return Tensors{}; });
         sum(module(ones({2}).requires_grad_())).backward();
     }},
    {"hook.empty", [] { Scale()->register_forward_pre_hook(nn::ForwardPreHook()); }},
    {"hook.empty", [] { nn::register_module_forward_hook(nn::ForwardHook()); }},
    {"tensor.passed_on",
     [] {
         nn::ReLU relu(nn::ReLUOptions(true));
         relu->register_full_backward_hook([](nn::Module&, const Tensors&, const Tensors&) {});
         relu(ones({2}).requires_grad_() * 2);
     }},
    {"hook.argument",
     [] {
         Scale module;
         module->register_forward_pre_hook(
             [](nn::Module&, const Tensors&, const nn::Arguments& all) { all.get<float>(0) = 1; });
         module(ones({2}));
     }},
    {"hook.argument",
     [] {
         Scale module;
         module->register_forward_pre_hook(
             [](nn::Module&, const Tensors&, const nn::Arguments& all) { all.get<Tensor>(2); });
         module(ones({2}));
     }},
    {"reflect.conflict",
     [] {
         ClassDescriptor one{.type = typeid(UniqueImpl),
                             .name = "Net",
                             .file = "net.cpp",
                             .line = 3,
                             .is_complete = true,
                             .bases = {},
                             .fields = {}};
         ClassDescriptor other = one;
         other.file = "main.cpp";
         other.fields = {{"fc", 4}};
         register_class(one);
         register_class(other);
         find_class(typeid(UniqueImpl));
     }},
    {"any_module.arguments",
     [] {
         nn::Sequential net{Pair()};
         net->forward(ones({2}));
     }},
    {"any_module.empty", [] { nn::AnyModule().forward(ones({2})); }},
    {"any_module.empty", [] { nn::AnyModule().type_info(); }},
    {"any_module.type", [] { nn::AnyModule(Scale()).get<nn::LinearImpl>(); }},
    {"any_value.type", [] { nn::AnyModule(Scale()).forward<int>(ones({2})); }},
    {"sequential.index", [] { nn::Sequential(nn::ReLU())->ptr(7); }},
    {"sequential.empty", [] { nn::Sequential()->forward(ones({2}), ones({2})); }},
    {"module_list.index",
     [] {
         nn::ModuleList list(nn::ReLU{});
         list[3];
     }},
    {"ordered_dict.unknown_key",
     [] {
         nn::ModuleDict dict;
         dict->insert("conv1", nn::ReLU());
         dict["conv"];
     }},
    {"ordered_dict.duplicate_key",
     [] {
         OrderedDict<std::string, int> dict;
         dict.insert("a", 1);
         dict.insert("a", 2);
     }},
    {"load_state_dict.incompatible",
     [] {
         nn::StateDict dict = Pair()->state_dict();
         dict.set("first.weight", ones({3}));
         dict.set("second.weight", ones({3}));
         Pair()->load_state_dict(dict);
     }},
    {"load_state_dict.incompatible", [] { Pair()->load_state_dict(nn::StateDict()); }},
    {"load_state_dict.incompatible",
     [] {
         nn::StateDict dict;
         dict.set("first.weihgt", ones({2}));
         Pair()->load_state_dict(dict);
     }},
    {"load_state_dict.incompatible",
     [] {
         nn::StateDict dict;
         dict.set("first.weight", ones({2}, DType::i64));
         Pair()->load_state_dict(dict);
     }},
    {"utils.twice",
     [] {
         nn::Linear fc(2, 2);
         utils::weight_norm(fc);
         utils::weight_norm(fc);
     }},
    {"utils.missing",
     [] {
         nn::Linear fc(2, 2);
         utils::remove_weight_norm(*fc);
     }},
    {"prune.mask", [] { utils::prune::custom_from_mask(*nn::Linear(2, 2), "bias", ones({3})); }},
    {"prune.amount", [] { utils::prune::l1_unstructured(*nn::Linear(2, 2), "bias", 1.5); }},
    {"prune.amount", [] { utils::prune::l1_unstructured(*nn::Linear(2, 2), "bias", 3); }},
    {"parametrize.shape",
     [] { utils::parametrize::register_parametrization(*nn::Linear(2, 2), "weight", Rows()); }},
    {"orthogonal.rank", [] { utils::parametrizations::orthogonal(*nn::Linear(2, 3), "bias"); }},
    {"fuse.training", [] { utils::fuse_conv_bn_eval(nn::Conv2d(2, 2, 1), nn::BatchNorm2d(2)); }},
    {"clip_grad.nonfinite",
     [] {
         const Tensor x = ones({1}).requires_grad_();
         x.grad() = full({1}, INFINITY);
         utils::clip_grad_norm_(x, 1, 2, /*error_if_nonfinite=*/true);
     }},
    {"vector_to_parameters.size",
     [] { utils::vector_to_parameters(zeros({7}), nn::Linear(2, 2)->parameters()); }},
    {"parameters_to_vector.empty", [] { utils::parameters_to_vector({}); }},
};

}  // namespace
}  // namespace lithe::tests
