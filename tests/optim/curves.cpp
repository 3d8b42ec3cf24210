// Loss curves of 100 steps beside PyTorch's, from the same first weights.
#include <lithe/lithe.h>

#include "tests/support/recorded.h"

namespace lithe::tests {
namespace {

struct CurveCnnImpl : nn::Module {
    nn::Conv2d conv1, conv2;
    nn::BatchNorm2d bn;
    nn::Linear fc;
    CurveCnnImpl()
        : conv1(nn::Conv2dOptions(1, 8, 3).padding(1)),
          conv2(nn::Conv2dOptions(8, 16, 3).padding(1)),
          bn(16),
          fc(64, 10) {
        register_module("conv1", conv1);
        register_module("conv2", conv2);
        register_module("bn", bn);
        register_module("fc", fc);
    }
    Tensor forward(Tensor x) {
        x = max_pool2d(relu(conv1(x)), 2);
        x = max_pool2d(relu(bn(conv2(x))), 2);
        return fc(x.flatten(1));
    }
    Tensor loss(int64_t step) {
        const Tensor n = (arange(16) + step * 16).to(DType::f64),
                     label = remainder((arange(16) + step * 16) * 7, 10);
        const Tensor pixel = arange(64).to(DType::f64);
        const Tensor x =
            sin(pixel * (label.to(DType::f64) + 1).unsqueeze(1) * 0.05 + n.unsqueeze(1));
        return cross_entropy(forward(x.to(parameters()[0].dtype()).view({16, 1, 8, 8})), label);
    }
};
LITHE_MODULE(CurveCnn);

struct CurveTransformerImpl : nn::Module {
    nn::Embedding embedding;
    nn::TransformerEncoderLayer layer;
    nn::Linear head;
    CurveTransformerImpl()
        : embedding(16, 16),
          layer(nn::TransformerEncoderLayerOptions(16, 2).dim_feedforward(32).dropout(0.0)),
          head(16, 16) {
        register_module("embedding", embedding);
        register_module("layer", layer);
        register_module("head", head);
    }
    Tensor forward(Tensor ids) { return head(layer(embedding(ids))); }
    Tensor loss(int64_t step) {
        Tensors tokens{remainder(arange(8) + step, 16)};
        for (int i = 0; i < 6; ++i) tokens.push_back(remainder(tokens.back() * 5 + 3, 16));
        const Tensor ids = stack(tokens, 0);
        return cross_entropy(forward(ids.narrow(0, 0, 6)).reshape({-1, 16}),
                             ids.narrow(0, 1, 6).reshape({-1}));
    }
};
LITHE_MODULE(CurveTransformer);

std::unique_ptr<optim::Optimizer> optimizer_for(const std::string& name, const Tensors& params) {
    if (name == "sgd")
        return std::make_unique<optim::SGD>(params, optim::SGDOptions(0.05).momentum(0.9));
    if (name == "adam") return std::make_unique<optim::Adam>(params, optim::AdamOptions(2e-3));
    return std::make_unique<optim::AdamW>(params, optim::AdamWOptions(2e-3).weight_decay(0.1));
}

/// Follows both curves; f32 may be as far from f64's as PyTorch's f32 was so far, and rounding of
/// one loss.
template <class Net>
void follow(const std::string& net_name, const std::string& optimizer_name, DType dtype) {
    const Recorded recorded("curves.safetensors");
    const std::string name = net_name + "." + optimizer_name;
    Net net;
    nn::StateDict first;
    for (const std::string& key : net->state_dict().keys())
        first.insert(key, recorded[net_name + ".init." + key]);
    net->load_state_dict(first);
    net->to(dtype);
    const auto optimizer = optimizer_for(optimizer_name, net->parameters());
    const Array f32 = recorded[name + ".f32"].array(), f64 = recorded[name + ".f64"].array();
    double limit = dtype == DType::f64 ? 1e-9 : 2e-6;
    double last = 0;
    for (int64_t step = 0; step < 100; ++step) {
        optimizer->zero_grad();
        const Tensor loss = net->loss(step);
        loss.backward();
        optimizer->step();
        last = loss.template item<double>();
        if (dtype == DType::f32) limit = std::max(limit, 4 * std::abs(f32.at(step) - f64.at(step)));
        const double error = std::abs(last - (dtype == DType::f64 ? f64 : f32).at(step));
        BOOST_REQUIRE_MESSAGE(error <= limit, name << " " << lithe::name(dtype) << ", step " << step
                                                   << ": loss " << last << " is " << error
                                                   << " off, allowed " << limit);
    }
    BOOST_CHECK_LT(last, f64.at(0));  // it learns
}

}  // namespace

BOOST_AUTO_TEST_SUITE(optim_curves)

BOOST_AUTO_TEST_CASE(a_cnn_learns_as_in_pytorch) {
    for (const DType dtype : {DType::f64, DType::f32}) {
        for (const char* optimizer : {"sgd", "adam", "adamw"})
            follow<CurveCnn>("cnn", optimizer, dtype);
    }
}

BOOST_AUTO_TEST_CASE(a_transformer_learns_as_in_pytorch) {
    for (const DType dtype : {DType::f64, DType::f32}) {
        for (const char* optimizer : {"sgd", "adam", "adamw"})
            follow<CurveTransformer>("transformer", optimizer, dtype);
    }
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
