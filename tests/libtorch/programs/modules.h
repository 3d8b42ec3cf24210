// What LibTorch's users do with modules: containers, listings, printing, hand-made parameters.
#pragma once

#include <lithe/torch.h>

#include <memory>
#include <string>

#include "tests/libtorch/programs/training.h"

namespace programs {

struct BlockImpl : torch::nn::Cloneable<BlockImpl> {
    BlockImpl(int64_t in, int64_t out) : in_(in), out_(out) { reset(); }
    void reset() override {
        linear = register_module(
            "linear", torch::nn::Linear(torch::nn::LinearOptions(in_, out_).bias(false)));
        norm = register_module("norm", torch::nn::BatchNorm1d(out_));
        scale = register_parameter("scale", torch::ones({out_}));
        offset = register_buffer("offset", torch::zeros({out_}));
    }
    torch::Tensor forward(const torch::Tensor& x) { return norm(linear(x)) * scale + offset; }

    int64_t in_, out_;
    torch::nn::Linear linear{nullptr};
    torch::nn::BatchNorm1d norm{nullptr};
    torch::Tensor scale, offset;
};
TORCH_MODULE(Block);

inline void list_members(Log& out) {
    Block block(2, 3);

    for (const auto& p : block->named_parameters())
        out << p.key() << p.value().sizes() << p->requires_grad() << ' ';
    for (const auto& b : block->named_buffers(/*recurse=*/true))
        out << b.key() << b.value().sizes() << ' ';
    out << block->parameters().size() << block->buffers().size() << block->children().size()
        << '\n';
    for (const auto& child : block->named_children()) out << child.key() << ' ';
    for (const auto& m : block->named_modules("net", true)) out << m.key() << ' ';
    out << block->modules(false).size() << '\n';
    block->eval();
    out << block->is_training() << block->norm->is_training()
        << block->linear->options.in_features() << '\n';
    size_t visited = 0;
    block->apply([&](torch::nn::Module& m) { visited += m.parameters(false).size(); });
    block->apply([&](const std::string& name, torch::nn::Module&) { visited += name.size(); });
    out << visited << '\n';
    auto copy = std::dynamic_pointer_cast<BlockImpl>(block->clone());
    {
        torch::NoGradGuard no_grad;
        copy->scale.fill_(5);
        block->named_parameters()["linear.weight"].fill_(0.5);
    }
    out << block->scale << copy->scale << block->forward(torch::ones({1, 2})) << '\n';
    block->to(torch::kFloat64);
    out << block->linear->weight << block->forward(torch::ones({1, 2}, torch::kDouble)) << '\n';
    for (auto& p : block->parameters()) p.set_requires_grad(false);
    out << block->parameters()[0].requires_grad() << '\n';
}

inline void use_containers(Log& out) {
    namespace nn = torch::nn;
    nn::Sequential seq(nn::Linear(2, 3), nn::ReLU(), nn::Dropout(0.5), nn::Functional(torch::tanh),
                       nn::Linear(nn::LinearOptions(3, 1)));
    fill(*seq);
    seq->eval();
    out << seq->size() << seq->forward(torch::ones({2, 2})) << '\n';
    nn::Sequential named({{"first", nn::Linear(2, 2)}, {"act", nn::Sigmoid()}});
    named->push_back("last", nn::Linear(2, 1));
    named->push_back(nn::Flatten());
    fill(*named);
    out << named->size() << named->forward(torch::ones({1, 2})) << '\n';
    out << seq->at<nn::LinearImpl>(0).weight.sizes() << bool(seq[1]->as<nn::ReLU>()) << '\n';
    for (auto it = seq->begin(); it != seq->end(); ++it) out << it->ptr()->parameters().size();
    out << '\n';

    nn::ModuleList list(nn::Linear(2, 2), nn::Linear(2, 2));
    list->push_back(nn::ReLU());
    list->extend(std::vector<nn::Linear>{nn::Linear(2, 2)});
    fill(*list);
    auto x = torch::ones({1, 2});
    for (const auto& module : *list) {
        if (auto* linear = module->as<nn::Linear>()) x = linear->forward(x);
    }
    out << x << list->size() << '\n';

    nn::ModuleDict dict;
    torch::OrderedDict<std::string, std::shared_ptr<nn::Module>> members;
    members.insert("b", nn::Linear(2, 2).ptr());
    members.insert("a", nn::ReLU().ptr());
    dict->update(members);
    fill(*dict);
    out << dict->contains("a") << dict->size()
        << dict["b"]->as<nn::Linear>()->forward(torch::ones({1, 2})) << '\n';
    for (const auto& key : dict->keys()) out << key;
    out << '\n';

    nn::ParameterList parameters(torch::ones({2}), torch::zeros({1}));
    parameters->append(torch::full({3}, 2.0));
    out << parameters->size() << parameters[2] << parameters->parameters().size() << '\n';
    nn::ParameterDict by_name;
    by_name->insert("w", torch::ones({2}));
    out << by_name["w"] << by_name->contains("w") << '\n';

    nn::AnyModule any(nn::Linear(2, 1));
    fill(*any.ptr());
    out << any.forward(torch::ones({1, 2})) << any.forward<torch::Tensor>(torch::ones({1, 2}))
        << '\n';
    nn::Sequential deep(Block(1, 1), nn::Conv2d(nn::Conv2dOptions(1, 2, 3).stride(2).padding(1)));

    for (const auto& p : deep->named_parameters()) out << p.key() << ' ';
    out << '\n';
}

inline void initialize(Log& out) {
    torch::nn::Linear linear(50, 40);
    torch::nn::init::xavier_uniform_(linear->weight);
    torch::nn::init::constant_(linear->bias, 0.5);
    out << (linear->weight.abs().max().item<double>() <= std::sqrt(6.0 / 90)) << linear->bias[3]
        << '\n';
    torch::nn::init::kaiming_normal_(linear->weight, 0.0, torch::kFanOut, torch::kReLU);
    torch::nn::init::normal_(linear->weight, 0, 0.01);
    torch::nn::init::uniform_(linear->weight, -1, 1);
    torch::nn::init::zeros_(linear->bias);
    torch::nn::init::ones_(linear->bias);
    torch::nn::init::eye_(linear->weight);
    out << linear->weight.sum() << linear->bias.sum() << '\n';
    torch::manual_seed(3);
    auto a = torch::randn({3});
    torch::manual_seed(3);
    out << torch::equal(a, torch::randn({3})) << '\n';
    auto net = std::make_shared<Net>();
    for (auto& module : net->modules(/*include_self=*/false)) {
        if (auto* m = module->as<torch::nn::Linear>()) {
            torch::nn::init::xavier_normal_(m->weight);
            torch::nn::init::zeros_(m->bias);
        }
    }
    out << net->fc1->bias << '\n';
}

}  // namespace programs
