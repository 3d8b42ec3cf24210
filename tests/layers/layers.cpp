#include "dsl/holder.h"
#include "dsl/layers/activation.h"
#include "dsl/layers/batch_norm.h"
#include "dsl/layers/container.h"
#include "dsl/layers/conv.h"
#include "dsl/layers/dropout.h"
#include "dsl/layers/embedding.h"
#include "dsl/layers/linear.h"
#include "dsl/layers/loss.h"
#include "dsl/layers/normalization.h"
#include "dsl/layers/padding.h"
#include "dsl/layers/pooling.h"
#include "dsl/layers/recurrent.h"
#include "dsl/layers/softmax.h"
#include "dsl/layers/vision.h"
#include "dsl/optim/adam.h"
#include "dsl/random.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

Tensor as(const Sizes& sizes, int stream = 0) { return numbers(sizes, DType::f32, 1.5, stream); }

}  // namespace

BOOST_AUTO_TEST_SUITE(layers)

BOOST_AUTO_TEST_CASE(print_as_in_pytorch) {
    const auto check = [](const nn::Module& module, const std::string& text) {
        BOOST_CHECK_EQUAL(module.str(), text);
    };
    check(*nn::Linear(784, 10), "Linear(in_features=784, out_features=10, bias=True)");
    check(*nn::Conv2d(nn::Conv2dOptions(1, 6, {5, 3}).padding({2, 1}).bias(false)),
          "Conv2d(1, 6, kernel_size=(5, 3), stride=(1, 1), padding=(2, 1), bias=False)");
    check(*nn::Conv1d(nn::Conv1dOptions(4, 8, 3).groups(2).padding_mode(kReflect).padding(kSame)),
          "Conv1d(4, 8, kernel_size=(3,), stride=(1,), padding=same, groups=2, "
          "padding_mode=reflect)");
    check(*nn::BatchNorm2d(6),
          "BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=True, bias=True, "
          "track_running_stats=True)");
    check(*nn::MaxPool2d(2),
          "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)");
    check(*nn::AdaptiveAvgPool2d(1), "AdaptiveAvgPool2d(output_size=1)");
    check(*nn::ReLU(), "ReLU()");
    check(*nn::LeakyReLU(0.2), "LeakyReLU(negative_slope=0.2)");
    check(*nn::Dropout(0.25), "Dropout(p=0.25, inplace=False)");
    check(*nn::Flatten(), "Flatten(start_dim=1, end_dim=-1)");
    check(*nn::LayerNorm(nn::LayerNormOptions({8}).eps(1e-12)),
          "LayerNorm((8,), eps=1e-12, elementwise_affine=True, bias=True)");
    check(*nn::Softmax(1), "Softmax(dim=1)");
    check(*nn::LSTM(nn::LSTMOptions(128, 256).num_layers(2).batch_first(true)),
          "LSTM(128, 256, num_layers=2, batch_first=True)");
    check(*nn::Embedding(10, 3), "Embedding(10, 3)");
}

BOOST_AUTO_TEST_CASE(initial_values_stay_in_pytorch_s_ranges) {
    manual_seed(1);
    const nn::Linear linear(100, 50);
    const double limit = 1 / std::sqrt(100.0);
    BOOST_CHECK_LE(amax(abs(linear->weight)).item<double>(), limit);
    BOOST_CHECK_GE(amax(abs(linear->weight)).item<double>(), 0.95 * limit);
    BOOST_CHECK_LE(amax(abs(linear->bias)).item<double>(), limit);
    const nn::Conv2d conv(nn::Conv2dOptions(8, 4, 3).groups(2));
    BOOST_CHECK_LE(amax(abs(conv->weight)).item<double>(), 1 / std::sqrt(4 * 9.0));
    BOOST_CHECK_EQUAL(conv->weight.type().str(), "f32[4, 4, 3, 3]");
    check_error("conv2d.groups", [] { nn::Conv2d(nn::Conv2dOptions(3, 4, 3).groups(2)); });
    check_error("conv2d.padding",
                [] { nn::Conv2d(nn::Conv2dOptions(3, 4, 3).stride(2).padding(kSame)); });
}

BOOST_AUTO_TEST_CASE(convolution_pads_in_every_way) {
    const Tensor x = as({2, 3, 6, 5});
    const nn::Conv2d same_padded(nn::Conv2dOptions(3, 4, {4, 3}).padding(kSame));
    BOOST_CHECK_EQUAL(same_padded(x).type().str(), "f32[2, 4, 6, 5]");
    nn::Conv2d circular(nn::Conv2dOptions(3, 4, 3).padding(1).padding_mode(kCircular));
    const Tensor padded = pad(x, {Dim(1), Dim(1), Dim(1), Dim(1)}, PadMode::circular);
    check_equal(circular(x).detach(), conv2d(padded, circular->weight, circular->bias).detach());
    const nn::ConvTranspose2d up(nn::ConvTranspose2dOptions(3, 4, 3).stride(2).padding(1));
    BOOST_CHECK_EQUAL(up(x).type().str(), "f32[2, 4, 11, 9]");
    BOOST_CHECK_EQUAL(up->forward(x, Sizes{12, 10}).type().str(), "f32[2, 4, 12, 10]");
    check_error("conv_transpose2d.output_size", [&] { up->forward(x, Sizes{14, 10}); });
}

BOOST_AUTO_TEST_CASE(batch_norm_tracks_and_uses_statistics) {
    nn::BatchNorm1d norm(2);
    const Tensor x = tensor({{0.0, 1.0}, {2.0, 5.0}});
    check_equal(norm(x).detach(), tensor({{-1.0, -1.0}, {1.0, 1.0}}), 1e-4);
    check_equal(norm->running_mean, tensor({0.1, 0.3}), 1e-6);
    check_equal(norm->running_var, tensor({0.9 + 0.2, 0.9 + 0.8}), 1e-6);
    BOOST_CHECK_EQUAL(norm->num_batches_tracked.item<int64_t>(), 1);
    norm->eval();
    check_equal(norm(zeros({1, 2})).detach(),
                tensor({{-0.1 / std::sqrt(1.1 + 1e-5), -0.3 / std::sqrt(1.7 + 1e-5)}}), 1e-6);
    BOOST_CHECK_EQUAL(norm->num_batches_tracked.item<int64_t>(), 1);
    norm->train();
    check_error("batch_norm.one_value", [&] { norm(zeros({1, 2})); });
    check_error("batch_norm.rank", [&] { norm(zeros({2, 2, 2, 2})); });
    // A momentum of none weighs all batches alike.
    nn::BatchNorm1d average(nn::BatchNorm1dOptions(2).momentum(std::nullopt));
    average(x);
    average(x + 2);
    check_equal(average->running_mean, tensor({2.0, 4.0}), 1e-6);
    // Without num_batches_tracked only an old state is taken.
    nn::StateDict dict = norm->state_dict();
    dict.erase("num_batches_tracked");
    check_error("load_state_dict.incompatible", [&] { average->load_state_dict(dict); });
    dict.metadata[""] = 1;
    BOOST_CHECK(average->load_state_dict(dict).missing_keys.empty());
    BOOST_CHECK(nn::InstanceNorm2d(3)->state_dict().empty());
}

BOOST_AUTO_TEST_CASE(dropout_scales_what_stays) {
    nn::Dropout dropout(0.5);
    const Tensor y = dropout(ones({1000}));
    for (const double value : y.to_vector<double>()) BOOST_CHECK(value == 0 || value == 2);
    BOOST_CHECK_GT(sum(y).item<double>(), 800);
    dropout->eval();
    check_equal(dropout(ones({4})), ones({4}));
    check_equal(nn::Dropout(1)(ones({4})), zeros({4}));
    check_error("dropout.p", [] { nn::Dropout(1.5); });
}

BOOST_AUTO_TEST_CASE(inplace_writes_into_the_argument) {
    const Tensor x = tensor({-1.0, 2.0});
    nn::ReLU(nn::ReLUOptions(true))(x);
    check_equal(x, tensor({0.0, 2.0}));
}

BOOST_AUTO_TEST_CASE(embeddings_look_up_rows) {
    nn::Embedding rows(nn::EmbeddingOptions(5, 2).padding_idx(-1));
    check_equal(select(rows->weight, 0, 4).detach(), zeros({2}));
    const Tensor y = rows(tensor({{1, 4}}));
    check_equal(select(select(y, 0, 0), 0, 0).detach(), select(rows->weight, 0, 1).detach());
    const Tensor table = tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 7.0}});
    nn::EmbeddingBag bag(nn::EmbeddingBagOptions(3, 2).mode(kSum));
    bag->weight.set_data(table);
    check_equal(bag->forward(tensor({{0, 1}, {2, 2}})).detach(),
                tensor({{4.0, 6.0}, {10.0, 14.0}}));
    check_equal(bag->forward(tensor({0, 1, 2}), tensor({0, 2})).detach(),
                tensor({{4.0, 6.0}, {5.0, 7.0}}));
    const nn::Embedding frozen = nn::Embedding::from_pretrained(table);
    BOOST_CHECK(!frozen->weight.requires_grad());
    BOOST_CHECK_EQUAL(frozen->parameters().size(), 1U);
}

BOOST_AUTO_TEST_CASE(recurrent_layers_equal_their_cells) {
    const Tensor x = as({3, 2, 4});
    nn::LSTM lstm(4, 5);
    nn::LSTMCell cell(4, 5);
    cell->load_state_dict([&] {
        nn::StateDict dict;
        for (const auto& [key, value] : lstm->state_dict())
            dict.insert(key.substr(0, key.size() - 3), value);
        return dict;
    }());
    const auto [y, states] = lstm(x);
    std::optional<std::tuple<Tensor, Tensor>> state;
    for (int64_t t = 0; t < 3; ++t) {
        state = cell->forward(select(x, 0, t), state);
        check_equal(select(y, 0, t).detach(), std::get<0>(*state).detach(), 1e-6);
    }
    check_equal(select(std::get<1>(states), 0, 0).detach(), std::get<1>(*state).detach(), 1e-6);

    nn::GRU both(nn::GRUOptions(4, 5).num_layers(2).bidirectional(true).batch_first(true));
    BOOST_CHECK_EQUAL(both->named_parameters().keys().at(4), "weight_ih_l0_reverse");
    const auto [z, h] = both(transpose(x, 0, 1));
    BOOST_CHECK_EQUAL(z.type().str(), "f32[2, 3, 10]");
    BOOST_CHECK_EQUAL(h.type().str(), "f32[4, 2, 5]");
    nn::LSTM projected(nn::LSTMOptions(4, 5).proj_size(3));
    BOOST_CHECK_EQUAL(std::get<0>(projected(select(x, 1, 0))).type().str(), "f32[3, 3]");
    // The states can be given in braces.
    check_equal(std::get<0>(lstm->forward(x, {zeros({1, 2, 5}), zeros({1, 2, 5})})).detach(),
                y.detach());
    check_error("rnn.input_size", [&] { lstm(as({3, 2, 5})); });
    check_error("rnn.state", [&] { both->forward(x, zeros({1, 1, 5})); });
}

BOOST_AUTO_TEST_CASE(losses_reduce_as_told) {
    const Tensor x = as({4, 3}), target = tensor({0, 2, 1, 1});
    const Tensor each =
        nn::CrossEntropyLoss(nn::CrossEntropyLossOptions().reduction(kNone))(x, target);
    check_equal(nn::CrossEntropyLoss()(x, target), mean(each), 1e-6);
    check_equal(nn::MSELoss(nn::MSELossOptions(kSum))(x, x + 2), full({}, 48.0), 1e-6);
    check_error("mse_loss.reduction", [] { nn::MSELoss(nn::MSELossOptions(kMax)); });
    const Tensor weight = tensor({1.0, 2.0, 3.0});
    BOOST_CHECK(nn::NLLLoss(nn::NLLLossOptions().weight(weight))->state_dict().contains("weight"));
}

BOOST_AUTO_TEST_CASE(a_clone_shares_nothing) {
    nn::Sequential net(nn::Linear(2, 3), nn::BatchNorm1d(3), nn::ReLU());
    net->push_back("again", net->ptr<nn::LinearImpl>(0));
    const nn::ModulePtr copy = net->clone();
    BOOST_CHECK_EQUAL(copy->state_dict().size(), net->state_dict().size());
    BOOST_CHECK(copy->get_submodule("0") == copy->get_submodule("again"));
    for (const auto& [key, tensor] : copy->named_parameters()) {
        const Tensor original = net->get_parameter(key);
        BOOST_CHECK(!tensor.is_same(original) && tensor.requires_grad());
        BOOST_CHECK(!tensor.array().shares_buffer(original.array()));
        check_equal(tensor.detach(), original.detach());
    }
}

BOOST_AUTO_TEST_CASE(a_convolutional_net_learns) {
    manual_seed(3);
    nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(1, 4, 3).padding(1)), nn::ReLU(),
                       nn::MaxPool2d(2), nn::Conv2d(4, 8, 3), nn::BatchNorm2d(8), nn::ReLU(),
                       nn::Flatten(), nn::Linear(32, 16), nn::ReLU(), nn::Linear(16, 2));
    // Images with a bright left or right half.
    const Tensor target = (arange(32) < 16).to(DType::i64);
    const Tensor side = reshape(target.to(DType::f32) * 2 - 1, {32, 1, 1, 1});
    const Tensor ramp = (arange(8).to(DType::f32) < 4).to(DType::f32) * 2 - 1;
    const Tensor images = side * reshape(ramp, {1, 1, 1, 8}) + randn({32, 1, 8, 8}) * 0.5;
    optim::Adam optimizer(net->parameters(), optim::AdamOptions(0.01));
    double first = 0, last = 0;
    for (int step = 0; step < 15; ++step) {
        optimizer.zero_grad();
        const Tensor loss = cross_entropy(net(images), target);
        loss.backward();
        optimizer.step();
        last = loss.item<double>();
        if (step == 0) first = last;
    }
    BOOST_CHECK_GT(first, 0.3);
    BOOST_CHECK_LT(last, 0.05);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
