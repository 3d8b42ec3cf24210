// Windows as long as a named axis: LibTorch's way to pool over all of it.
#include <functional>

#include "lithe/compile.h"
#include "lithe/torch.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

namespace F = torch::nn::functional;
using Pool = std::function<torch::Tensor(const torch::Tensor&)>;

/// Convolutions of two widths over a text, the largest answer of each, a layer over those.
struct TextNetImpl : torch::nn::Module {
    torch::nn::ModuleList convs;
    torch::nn::Linear fc{nullptr};
    Pool pool;
    explicit TextNetImpl(Pool pooling) : pool(std::move(pooling)) {
        for (int64_t k : {2, 3})
            convs->push_back(torch::nn::Conv1d(torch::nn::Conv1dOptions(3, 4, k)));
        register_module("convs", convs);
        fc = register_module("fc", torch::nn::Linear(8, 2));
    }
    torch::Tensor forward(torch::Tensor x) {  // [N, 3, T]
        std::vector<torch::Tensor> answers;
        for (const auto& conv : *convs)
            answers.push_back(pool(torch::relu(conv->as<torch::nn::Conv1d>()->forward(x))));
        return fc(torch::cat(answers, 1));
    }
};
TORCH_MODULE(TextNet);

struct ImageNetImpl : torch::nn::Module {
    torch::nn::Conv2d conv{nullptr};
    torch::nn::Linear fc{nullptr};
    Pool pool;
    explicit ImageNetImpl(Pool pooling) : pool(std::move(pooling)) {
        conv = register_module("conv",
                               torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 5, 3).padding(1)));
        fc = register_module("fc", torch::nn::Linear(5, 2));
    }
    torch::Tensor forward(torch::Tensor x) {  // [N, 3, H, W]
        x = pool(conv(x));
        return fc(x.view({x.size(0), -1}));
    }
};
TORCH_MODULE(ImageNet);

/// Eager and compiled, also where the axes have the length of the samples and of other kernels.
template <class Net>
void check_sizes(Net net, const std::string& inputs, const std::vector<Sizes>& sizes) {
    CompileOptions options = compile_without_hooks();
    CompiledModel compiled = compile(net, inputs, options);
    const NoGradGuard no_grad;
    for (const Sizes& shape : sizes) {
        const Tensor x = numbers(shape, DType::f32);
        check_equal(compiled(x), net(x), 1e-5);
    }
}

void check_text(const Pool& pool) {
    check_sizes(TextNet(pool), "x:f32[N=1..4,3,T=3..40]",
                {{1, 3, 3}, {2, 3, 4}, {4, 3, 7}, {3, 3, 40}});
}

void check_image(const Pool& pool) {
    check_sizes(ImageNet(pool), "x:f32[N=1..4,3,H=2..20,W=3..20]",
                {{1, 3, 2, 3}, {2, 3, 5, 7}, {4, 3, 7, 7}, {3, 3, 20, 19}});
}

std::string refusal(const std::function<void()>& body) {
    try {
        body();
    } catch (const UserError& error) {
        BOOST_TEST(error.id() == "trace.not_general");
        return error.what();
    }
    BOOST_ERROR("nothing was thrown");
    return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_whole_windows, *boost::unit_test::label("long"))

BOOST_AUTO_TEST_CASE(cover_the_axis_at_every_size, *boost::unit_test::label("slow")) {
    check_text([](const Tensor& y) { return torch::max_pool1d(y, y.size(2)).squeeze(2); });
    check_text([](const Tensor& y) { return torch::avg_pool1d(y, y.size(-1)).squeeze(-1); });
    check_image([](const Tensor& y) { return torch::max_pool2d(y, {y.size(2), y.size(3)}); });
    check_image([](const Tensor& y) { return torch::avg_pool2d(y, {y.size(2), y.size(3)}); });
}

BOOST_AUTO_TEST_CASE(are_options_or_integers_as_well) {
    check_text([](const Tensor& y) {
        const int64_t length = y.size(2);
        return F::max_pool1d(y, F::MaxPool1dFuncOptions(length)).squeeze(2);
    });
    check_text([](const Tensor& y) {
        return F::max_pool1d(y, F::MaxPool1dFuncOptions(y.size(2)).stride(1)).squeeze(2);
    });
    check_image([](const Tensor& y) {
        return F::avg_pool2d(y, F::AvgPool2dFuncOptions({y.size(2), y.size(3)}));
    });
    check_image([](const Tensor& y) {
        const int h = y.size(2), w = y.size(3);
        return F::max_pool2d(y, F::MaxPool2dFuncOptions({h, w}).ceil_mode(true));
    });
    check_image([](const Tensor& y) {
        return F::lp_pool2d(y, F::LPPool2dFuncOptions(2, {y.size(2), y.size(3)}));
    });
}

BOOST_AUTO_TEST_CASE(may_be_computed_from_the_size_of_another_tensor) {
    TextNet net([](const Tensor& y) { return y; });
    net->pool = [&net](const Tensor& y) { return torch::max_pool1d(y, y.size(2)).view({-1, 4}); };
    check_sizes(net, "x:f32[N=1..4,3,T=3..40]", {{1, 3, 3}, {2, 3, 5}, {4, 3, 40}});
    struct Impl : torch::nn::Module {
        torch::nn::Conv1d conv{nullptr};
        Impl() { conv = register_module("conv", torch::nn::Conv1d(3, 4, 3)); }
        torch::Tensor forward(torch::Tensor x) {
            const int64_t t = x.size(2);
            return torch::max_pool1d(torch::relu(conv(x)), t - 2).squeeze(2);
        }
    };
    check_sizes(nn::ModuleHolder<Impl>(), "x:f32[N=1..4,3,T=3..40]",
                {{1, 3, 3}, {2, 3, 5}, {4, 3, 40}});
}

BOOST_AUTO_TEST_CASE(of_a_constant_length_stay_as_they_are) {
    // 5 is the sample of H, which the model asks for as well.
    check_sizes(ImageNet([](const Tensor& y) {
                    const int64_t h = y.size(2);
                    return torch::max_pool2d(y, {5, 1}).mean({2, 3}) * static_cast<double>(h);
                }),
                "x:f32[N=1..4,3,H=5..20,W=3..20]", {{1, 3, 5, 3}, {2, 3, 12, 7}, {4, 3, 20, 20}});
}

BOOST_AUTO_TEST_CASE(of_half_the_axis_are_refused_where_their_number_changes) {
    const auto halves = [](const Tensor& y) {
        return torch::max_pool2d(y, {y.size(2) / 2, y.size(3)}).flatten(1).slice(1, 0, 5);
    };
    check_sizes(ImageNet(halves), "x:f32[N=1..4,3,H=4..20,W=3..20]",
                {{1, 3, 4, 3}, {2, 3, 5, 7}, {4, 3, 20, 20}});
    const auto two = [](const Tensor& y) {
        return torch::max_pool2d(y, {y.size(2) / 2, y.size(3)}).view({y.size(0), 5, 2}).sum(2);
    };
    check_sizes(ImageNet(two), "x:f32[N=1..4,3,H=4..20,W=3..20]",
                {{1, 3, 4, 3}, {2, 3, 5, 7}, {4, 3, 20, 20}});
    const std::string text =
        refusal([&] { compile(ImageNet(two), "x:f32[N=1..4,3,H=3..20,W=3..20]"); });
    BOOST_TEST(text.find("in reshape at ") != std::string::npos, text);
    BOOST_TEST(text.find("H=3") != std::string::npos, text);
}

BOOST_AUTO_TEST_SUITE_END()
