// Times eager training: an epoch of a small CNN and of a small transformer, one thread.
// usage: train_bench cnn|transformer EPOCHS      prints the milliseconds of each epoch and the last
// loss
#include <lithe/torch.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

namespace nn = torch::nn;
using torch::Tensor;

struct CnnImpl : nn::Module {
    nn::Conv2d conv1{nn::Conv2dOptions(1, 16, 3).padding(1)};
    nn::Conv2d conv2{nn::Conv2dOptions(16, 32, 3).padding(1)};
    nn::Linear fc1{32 * 2 * 2, 64}, fc2{64, 10};
    Tensor forward(Tensor x) {
        x = torch::max_pool2d(torch::relu(conv1(x)), 2);
        x = torch::max_pool2d(torch::relu(conv2(x)), 2);
        return fc2(torch::relu(fc1(x.flatten(1))));
    }
};
LITHE_MODULE(Cnn);

struct TransformerImpl : nn::Module {
    nn::Embedding embedding{64, 64};
    nn::TransformerEncoderLayer layer1{
        nn::TransformerEncoderLayerOptions(64, 4).dim_feedforward(128).dropout(0.0)};
    nn::TransformerEncoderLayer layer2{
        nn::TransformerEncoderLayerOptions(64, 4).dim_feedforward(128).dropout(0.0)};
    nn::Linear head{64, 64};
    Tensor forward(Tensor ids) { return head(layer2(layer1(embedding(ids)))); }
};
LITHE_MODULE(Transformer);

/// Numbers that need no generator: what they are does not matter for the time.
Tensor images(int64_t count) {
    return torch::sin(torch::arange(count * 64).to(torch::kFloat32) * 0.37).view({count, 1, 8, 8});
}
Tensor labels(int64_t count, int64_t classes) {
    return torch::remainder(torch::arange(count) * 7, classes);
}

template <class Net, class Loss>
void run(Net& net, int epochs, int batches, Loss loss_of) {
    torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(1e-3));
    for (int epoch = 0; epoch < epochs; ++epoch) {
        const auto begin = std::chrono::steady_clock::now();
        double last = 0;
        for (int i = 0; i < batches; ++i) {
            optimizer.zero_grad();
            Tensor loss = loss_of(i);
            loss.backward();
            optimizer.step();
            last = loss.template item<double>();
        }
        const std::chrono::duration<double, std::milli> time =
            std::chrono::steady_clock::now() - begin;
        std::printf("%.3f %.6f\n", time.count(), last);
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "cnn";
    const int epochs = argc > 2 ? std::atoi(argv[2]) : 3;
    torch::manual_seed(1);
    if (what == "cnn") {
        constexpr int64_t batch = 32, batches = 45;  // 1437 digits
        const Tensor x = images(batch * batches), y = labels(batch * batches, 10);
        Cnn net;
        run(net, epochs, batches, [&](int i) {
            return torch::cross_entropy(net->forward(x.narrow(0, i * batch, batch)),
                                        y.narrow(0, i * batch, batch));
        });
    } else {
        constexpr int64_t time = 32, batch = 16, batches = 20;
        Transformer net;
        run(net, epochs, batches, [&](int i) {
            const Tensor ids =
                torch::remainder(torch::arange(time * batch) * 11 + i, 64).view({time, batch});
            const Tensor scores = net->forward(ids);
            return torch::cross_entropy(scores.view({time * batch, 64}),
                                        torch::remainder(ids * 3 + 1, 64).view({-1}));
        });
    }
}
