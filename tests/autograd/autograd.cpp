#include <lithe/torch.h>

#include "tests/support/check_gradient.h"

namespace lithe::tests {
namespace {

using namespace torch::autograd;

/// x^k with the derivative times a factor, so that it can be told from the op's own.
struct Power : torch::autograd::Function<Power> {
    static Tensor forward(AutogradContext* ctx, Tensor x, int64_t k, double factor) {
        ctx->save_for_backward({x});
        ctx->saved_data["k"] = k;
        ctx->saved_data["factor"] = factor;
        return x.pow(k);
    }
    static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
        const Tensor x = ctx->get_saved_variables()[0];
        const int64_t k = ctx->saved_data["k"].toInt();
        return {grads[0] * x.pow(k - 1) * k * ctx->saved_data["factor"].toDouble(), Tensor(),
                Tensor()};
    }
};

struct Both : torch::autograd::Function<Both> {
    static tensor_list forward(AutogradContext* ctx, Tensor x, Tensor y) {
        ctx->saved_data["first"] = ctx->needs_input_grad(0);
        return {x + y, x * 3};
    }
    static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
        BOOST_CHECK(ctx->saved_data["first"].toBool());
        return {grads[0] + grads[1] * 3, grads[0]};
    }
};

struct Short : torch::autograd::Function<Short> {
    static Tensor forward(AutogradContext*, Tensor x, double k) { return x * k; }
    static tensor_list backward(AutogradContext*, tensor_list grads) { return grads; }
};

/// LibTorch's example: an argument with a default, whose gradient is told even where it is left.
struct Affine : torch::autograd::Function<Affine> {
    static Tensor forward(AutogradContext* ctx, Tensor x, Tensor weight, Tensor bias = Tensor()) {
        ctx->save_for_backward({x, weight, bias});
        const Tensor y = x.mm(weight.t());
        return bias.defined() ? y + bias : y;
    }
    static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
        const auto saved = ctx->get_saved_variables();
        Tensor bias;
        if (saved[2].defined()) bias = grads[0].sum(0);
        return {grads[0].mm(saved[1]), grads[0].t().mm(saved[0]), bias};
    }
};

struct Shift : torch::autograd::Function<Shift> {
    static Tensor forward(AutogradContext*, Tensor x, std::optional<Tensor> by) {
        return by ? x + *by : x * 1;
    }
    static tensor_list backward(AutogradContext*, tensor_list grads) {
        return {grads[0], grads[0] * 7};
    }
};

Tensor leaf(std::vector<double> values) { return tensor(values, DType::f64).requires_grad_(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(autograd_api)

BOOST_AUTO_TEST_CASE(a_function_has_the_derivative_that_it_says) {
    Tensor x = leaf({2, 3});
    const Tensor y = Power::apply(x, 3, 10.0);
    check_equal(y.detach(), tensor({8, 27}, DType::f64));
    y.sum().backward();
    check_equal(x.grad(), tensor({120, 270}, DType::f64));
    check_gradient([](const Tensors& in) { return Power::apply(in[0], 3, 1.0); },
                   {numbers({2, 3})});
    Tensor a = leaf({1}), b = tensor({5.0}, DType::f64);
    const tensor_list both = Both::apply(a, b);
    both[1].sum().backward();  // nothing arrived at the first: zeros
    check_equal(a.grad(), tensor({3.0}, DType::f64));
    BOOST_CHECK(!Power::apply(b, 2, 1.0).requires_grad());
    Tensor wrong = Short::apply(x, 2.0);
    check_error("function.gradients", [&] { wrong.sum().backward(); });
}

BOOST_AUTO_TEST_CASE(a_function_may_be_called_without_its_last_arguments) {
    Tensor x = leaf({1, 2}), weight = leaf({3, 4}), bias = leaf({5});
    Affine::apply(x.view({1, 2}), weight.view({1, 2})).sum().backward();
    check_equal(x.grad(), tensor({3, 4}, DType::f64));
    check_equal(weight.grad(), tensor({1, 2}, DType::f64));
    Affine::apply(x.view({1, 2}), weight.view({1, 2}), bias).sum().backward();
    check_equal(bias.grad(), tensor({1}, DType::f64));

    Tensor by = leaf({1, 1});
    Shift::apply(x, std::optional<Tensor>(by)).sum().backward();
    check_equal(by.grad(), tensor({7, 7}, DType::f64));
    check_equal(x.grad(), tensor({7, 9}, DType::f64));
    Shift::apply(by, std::nullopt).sum().backward();
    check_equal(by.grad(), tensor({8, 8}, DType::f64));
}

BOOST_AUTO_TEST_CASE(a_tensor_names_the_step_that_made_it) {
    Tensor x = leaf({1, 2});
    BOOST_CHECK(!x.grad_fn());
    BOOST_CHECK(!(x.detach() * 2).grad_fn());
    BOOST_CHECK_EQUAL((x + 2).grad_fn()->name(), "AddBackward0");
    BOOST_CHECK_EQUAL(log_softmax(x, 0).grad_fn()->name(), "LogSoftmaxBackward0");
    BOOST_CHECK_EQUAL(Power::apply(x, 3, 1.0).grad_fn()->name(), "FunctionBackward");
    BOOST_CHECK_EQUAL(str(x * 2), "tensor([2., 4.], dtype=torch.float64, grad_fn=<MulBackward0>)");
}

BOOST_AUTO_TEST_CASE(a_function_notices_what_was_written_after_it_was_saved) {
    Tensor x = leaf({2});
    const Tensor y = Power::apply(x, 2, 1.0);
    {
        torch::NoGradGuard no_grad;
        x.add_(1);
    }
    check_error("backward.modified", [&] { y.sum().backward(); });
}

BOOST_AUTO_TEST_CASE(a_checkpoint_gives_the_same_gradients) {
    manual_seed(4);
    nn::Linear fc(4, 4);
    const auto block = [&](const Tensor& x) { return dropout(tanh(fc(x)), 0.5, true); };
    const Tensor start = numbers({3, 4}, DType::f32);
    Tensor x = start.clone().requires_grad_(), z = start.clone().requires_grad_();
    const auto before = default_generator().state();
    block(x).square().sum().backward();
    const Tensor weight_gradient = fc->weight.grad().clone();
    fc->zero_grad();
    default_generator().set_state(before);
    const Tensor y = checkpoint(std::function<Tensor(const Tensor&)>(block), z);
    randn({3});  // draws between do not matter
    y.square().sum().backward();
    check_equal(z.grad(), x.grad());
    check_equal(fc->weight.grad(), weight_gradient);
    fc->zero_grad();
    checkpoint(std::function<Tensor(const Tensor&)>(block), start)
        .sum()
        .backward();  // no argument wants a gradient
    BOOST_CHECK(fc->weight.grad().defined());
}

BOOST_AUTO_TEST_CASE(backward_can_be_kept_to_some_leaves) {
    Tensor x = leaf({1}), y = leaf({2});
    const Tensor z = x * y;
    torch::autograd::backward({z}, {}, /*retain_graph=*/true, /*create_graph=*/false, {x});
    BOOST_CHECK(x.grad().defined() && !y.grad().defined());
    torch::autograd::backward({z, x * 3}, {tensor({10.0}, DType::f64), tensor({1.0}, DType::f64)});
    check_equal(x.grad(), tensor({2.0 + 20 + 3}, DType::f64));
    check_error("backward.inputs", [&] { torch::autograd::backward({z}, {}, true, false, {z}); });
}

BOOST_AUTO_TEST_CASE(gradients_accumulate_and_graphs_are_used_once) {
    Tensor x = leaf({3});
    const Tensor y = x * x;
    y.backward({}, true);
    y.backward();
    check_equal(x.grad(), tensor({12.0}, DType::f64));
    BOOST_CHECK_EXCEPTION(y.backward(), UserError, [](const UserError& e) {
        return std::string(e.what()).find("Trying to backward through the graph a second time") !=
               std::string::npos;
    });
    const Tensor first = torch::autograd::grad({x.pow(3)}, {x}, {}, true, true)[0];
    check_equal(torch::autograd::grad({first}, {x})[0], tensor({18.0}, DType::f64));
}

BOOST_AUTO_TEST_CASE(hooks_run_after_gradients_were_added) {
    Tensor x = leaf({1, 2});
    int calls = 0;
    auto handle = x.register_post_accumulate_grad_hook([&](const Tensor& leaf) {
        ++calls;
        BOOST_CHECK(leaf.impl() == x.impl());
        check_equal(leaf.grad(), tensor({2.0 * calls, 4.0 * calls}, DType::f64));
    });
    // Both paths to x are summed before the hook sees them.
    (x * x * 0.5 + x * x * 0.5).sum().backward();
    (x * x).sum().backward();
    BOOST_CHECK_EQUAL(calls, 2);
    torch::autograd::grad({(x * x).sum()}, {x});  // nothing is accumulated
    BOOST_CHECK_EQUAL(calls, 2);
    handle.remove();
    (x * x).sum().backward();
    BOOST_CHECK_EQUAL(calls, 2);
}

BOOST_AUTO_TEST_CASE(an_optimizer_may_step_within_the_backward_pass) {
    Tensor x = leaf({1, 2});
    torch::optim::SGD optimizer({x}, torch::optim::SGDOptions(0.25));
    x.register_post_accumulate_grad_hook([&](const Tensor&) {
        optimizer.step();
        optimizer.zero_grad();
    });
    (x * x).sum().backward();
    check_equal(x.detach(), tensor({0.5, 1.0}, DType::f64));
    BOOST_CHECK(!x.grad().defined());
}

BOOST_AUTO_TEST_CASE(guards_nest) {
    Tensor x = leaf({1});
    {
        torch::NoGradGuard none;
        BOOST_CHECK(!(x * 2).requires_grad());
        {
            torch::AutoGradMode on(true);
            BOOST_CHECK((x * 2).requires_grad());
        }
    }
    {
        torch::InferenceMode inference;
        BOOST_CHECK(!(x * 2).requires_grad());
    }
    BOOST_CHECK(torch::GradMode::is_enabled());
}

BOOST_AUTO_TEST_CASE(anomalies_are_named) {
    Tensor x = leaf({0});
    const Tensor y = sqrt(x) * 0;  // 0 times infinity on the way back
    const DetectAnomalyGuard guard;
    BOOST_CHECK_EXCEPTION(y.backward(), UserError, [](const UserError& e) {
        return e.id() == "backward.nan" && std::string(e.what()).find("sqrt") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(errors_have_pytorch_s_words) {
    const auto says = [](const std::string& words, const std::function<void()>& body) {
        BOOST_CHECK_EXCEPTION(body(), UserError, [&](const UserError& e) {
            BOOST_TEST_MESSAGE(e.what());
            return std::string(e.what()).find(words) != std::string::npos;
        });
    };
    Tensor x = leaf({1, 2});
    says("does not require grad and does not have a grad_fn", [] { ones({1}).backward(); });
    says("grad can be implicitly created only for scalar outputs", [&] { (x * 2).backward(); });
    says("post accumulate grad hooks cannot be registered on non-leaf tensors",
         [&] { (x * 2).register_post_accumulate_grad_hook([](const Tensor&) {}); });
    says("cannot register a hook on a tensor that doesn't require gradient",
         [&] { ones({1}).register_post_accumulate_grad_hook([](const Tensor&) {}); });
    says("a leaf Variable that requires grad is being used in an in-place operation",
         [&] { x.add_(1); });
    says("you can only change requires_grad flags of leaf variables",
         [&] { (x * 2).requires_grad_(false); });
    says("only Tensors of floating point dtype can require gradients",
         [] { arange(3).requires_grad_(); });
    says("appears to not have been used in the graph",
         [&] { torch::autograd::grad({(x * 2).sum()}, {leaf({1})}); });
    says("has been modified by an inplace operation", [&] {
        const Tensor y = x * 1;
        const Tensor z = (y * y).sum();
        y.detach().add_(1);
        z.backward();
    });
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
