// Training loops as LibTorch's users write them: optimizers with options and groups, schedules,
// gradients by hand.
#pragma once

#include <lithe/torch.h>

#include <memory>
#include <vector>

#include "tests/libtorch/programs/log.h"

namespace programs {

struct Net : torch::nn::Module {
    Net() {
        fc1 = register_module("fc1", torch::nn::Linear(4, 5));
        fc2 = register_module("fc2", torch::nn::Linear(5, 2));
    }
    torch::Tensor forward(torch::Tensor x) {
        x = torch::relu(fc1->forward(x.reshape({x.size(0), 4})));
        x = torch::dropout(x, /*p=*/0.5, /*train=*/false);
        return torch::log_softmax(fc2->forward(x), /*dim=*/1);
    }
    torch::nn::Linear fc1{nullptr}, fc2{nullptr};
};

/// Numbers of its own for every parameter, the same in every library.
template <class Module>
void fill(Module& module) {
    torch::NoGradGuard no_grad;
    int64_t k = 0;
    for (auto& p : module.named_parameters()) {
        auto n = p.value().numel();
        p.value().copy_(
            (torch::arange(n, torch::kFloat32).add(k++).sin() * 0.5).view_as(p.value()));
    }
}

inline void train(Log& out) {
    torch::manual_seed(1);
    torch::Device device(torch::kCPU);
    auto net = std::make_shared<Net>();
    net->to(device);
    fill(*net);
    torch::optim::SGD optimizer(net->parameters(), /*lr=*/0.1);
    auto data = torch::arange(24, torch::kFloat32).view({6, 2, 2}).cos();
    auto target = torch::tensor({0, 1, 0, 1, 1, 0});
    for (size_t epoch = 1; epoch <= 3; ++epoch) {
        net->train();
        optimizer.zero_grad();
        torch::Tensor prediction = net->forward(data.to(device));
        torch::Tensor loss = torch::nll_loss(prediction, target.to(device));
        AT_ASSERT(!std::isnan(loss.template item<float>()));
        loss.backward();
        optimizer.step();
        out << "Epoch: " << epoch << " | Loss: " << loss.item<float>() << '\n';
    }
    torch::NoGradGuard no_grad;
    net->eval();
    auto output = net->forward(data);
    auto test_loss =
        torch::nll_loss(output, target, /*weight=*/{}, torch::Reduction::Sum).item<float>();
    auto pred = output.argmax(1);
    auto correct = pred.eq(target).sum().template item<int64_t>();
    out << test_loss << ' ' << correct << '\n';
    for (const auto& pair : net->named_parameters())
        out << pair.key() << ": " << pair.value().sum() << '\n';
}

template <class Make>
void try_optimizer(Log& out, const char* name, Make make) {
    auto net = std::make_shared<Net>();
    fill(*net);
    auto optimizer = make(net->parameters());
    auto data = torch::arange(24, torch::kFloat32).view({6, 4}).cos();
    auto target = torch::tensor({0, 1, 0, 1, 1, 0});
    out << name;
    for (int step = 0; step < 3; ++step) {
        auto closure = [&]() -> torch::Tensor {
            optimizer.zero_grad();
            auto loss = torch::nll_loss(net->forward(data), target);
            loss.backward();
            return loss;
        };
        out << ' ' << optimizer.step(closure).template item<float>();
    }
    out << '\n';
}

inline void try_optimizers(Log& out) {
    namespace optim = torch::optim;
    using P = std::vector<torch::Tensor>;
    try_optimizer(out, "SGD", [](P p) {
        return optim::SGD(p,
                          optim::SGDOptions(0.1).momentum(0.9).weight_decay(1e-2).dampening(0.1));
    });
    try_optimizer(out, "Nesterov", [](P p) {
        return optim::SGD(p, optim::SGDOptions(0.1).momentum(0.9).nesterov(true));
    });
    try_optimizer(out, "Adam", [](P p) {
        return optim::Adam(p,
                           optim::AdamOptions(0.1).betas({0.8, 0.9}).eps(1e-7).weight_decay(0.1));
    });
    try_optimizer(out, "amsgrad",
                  [](P p) { return optim::Adam(p, optim::AdamOptions().lr(0.05).amsgrad(true)); });
    try_optimizer(out, "AdamW",
                  [](P p) { return optim::AdamW(p, optim::AdamWOptions(0.1).weight_decay(0.2)); });
    try_optimizer(out, "RMSprop", [](P p) {
        return optim::RMSprop(p,
                              optim::RMSpropOptions(0.01).alpha(0.9).centered(true).momentum(0.5));
    });
    try_optimizer(out, "Adagrad",
                  [](P p) { return optim::Adagrad(p, optim::AdagradOptions(0.1).lr_decay(0.1)); });
    try_optimizer(out, "LBFGS",
                  [](P p) { return optim::LBFGS(p, optim::LBFGSOptions(1).max_iter(4)); });
}

inline void use_param_groups(Log& out) {
    auto net = std::make_shared<Net>();
    fill(*net);
    std::vector<torch::optim::OptimizerParamGroup> groups;
    groups.push_back(torch::optim::OptimizerParamGroup(
        net->fc1->parameters(),
        std::make_unique<torch::optim::SGDOptions>(torch::optim::SGDOptions(0.5).momentum(0.5))));
    groups.push_back(torch::optim::OptimizerParamGroup(net->fc2->parameters()));
    torch::optim::SGD optimizer(groups, torch::optim::SGDOptions(0.1).momentum(0.5));
    out << optimizer.param_groups().size() << optimizer.size() << '\n';
    for (auto& group : optimizer.param_groups()) {
        if (group.has_options()) {
            auto& options = static_cast<torch::optim::SGDOptions&>(group.options());
            out << options.lr() << ' ' << options.momentum() << ' ' << group.params().size()
                << '\n';
            options.lr(options.lr() * 0.5);
        }
        out << group.options().get_lr() << '\n';
        group.options().set_lr(0.02);
    }
    auto loss = net->forward(torch::ones({2, 4})).mean();
    loss.backward();
    optimizer.step();
    out << net->fc1->weight.sum() << net->fc2->weight.sum() << '\n';
    optimizer.add_param_group(
        torch::optim::OptimizerParamGroup({torch::ones({1}, torch::requires_grad())}));
    out << optimizer.param_groups().size() << '\n';
    torch::optim::StepLR scheduler(optimizer, 2, 0.1);
    for (int i = 0; i < 3; ++i) scheduler.step();
    out << optimizer.param_groups()[0].options().get_lr() << '\n';
    auto& defaults = static_cast<torch::optim::SGDOptions&>(optimizer.defaults());
    out << defaults.lr() << '\n';
    optimizer.zero_grad();
    out << net->fc1->weight.grad().defined() << '\n';
}

inline void take_gradients(Log& out) {
    auto x = torch::tensor({1.0, 2.0, 3.0}, torch::requires_grad());
    auto y = (x * x).sum();
    y.backward();
    out << x.grad() << x.is_leaf() << y.is_leaf() << y.requires_grad() << '\n';
    x.grad().zero_();
    auto z = x.pow(3);
    z.backward(torch::tensor({1.0, 0.1, 0.01}));
    out << x.grad() << '\n';
    auto grads = torch::autograd::grad({(x * 2).sum()}, {x});
    out << grads[0] << '\n';
    auto first = torch::autograd::grad({x.pow(3).sum()}, {x}, {}, /*retain_graph=*/true,
                                       /*create_graph=*/true)[0];
    first.sum().backward();
    out << x.grad() << '\n';
    {
        torch::NoGradGuard no_grad;
        out << (x * 2).requires_grad() << '\n';
    }
    out << x.detach().requires_grad() << x.clone().requires_grad() << x.data().requires_grad()
        << '\n';
    auto w = torch::ones({2}, torch::requires_grad(true));
    auto handle = w.register_hook([](torch::Tensor grad) { return grad * 2; });
    w.sum().backward();
    out << w.grad() << w.mutable_grad() << '\n';
    w.requires_grad_(false);
    w.set_requires_grad(true);
    out << w.requires_grad() << '\n';
    auto net = std::make_shared<Net>();
    fill(*net);
    net->forward(torch::ones({1, 4})).sum().backward();
    out << torch::nn::utils::clip_grad_norm_(net->parameters(), 0.1) << '\n';
    out << net->fc2->bias.grad() << '\n';
    net->zero_grad();
    torch::AutoGradMode enable(true);
    out << torch::GradMode::is_enabled() << '\n';
}

struct Square : torch::autograd::Function<Square> {
    static torch::Tensor forward(torch::autograd::AutogradContext* ctx, torch::Tensor x,
                                 double scale) {
        ctx->save_for_backward({x});
        ctx->saved_data["scale"] = scale;
        return x * x * scale;
    }
    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::tensor_list grad_outputs) {
        auto saved = ctx->get_saved_variables();
        auto scale = ctx->saved_data["scale"].toDouble();
        return {grad_outputs[0] * 2 * saved[0] * scale, torch::Tensor()};
    }
};

inline void use_functions_of_ones_own(Log& out) {
    auto x = torch::tensor({1.f, -2.f}, torch::requires_grad());
    auto y = Square::apply(x, 3.0);
    y.sum().backward();
    out << y.detach() << x.grad() << '\n';
}

}  // namespace programs
