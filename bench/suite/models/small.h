#pragma once

#include "blocks.h"

namespace suite {

/// x * a + b on eight numbers: what a call costs.
struct NoopImpl : nn::Module {
    Tensor a = register_parameter("a", lithe::ones({8}));
    Tensor b = register_parameter("b", lithe::ones({8}));
    Tensor forward(Tensor x) { return x * a + b; }
};
LITHE_MODULE(Noop);

struct MlpImpl : nn::SequentialImpl {
    MlpImpl()
        : nn::SequentialImpl(nn::Linear(784, 512), nn::ReLU(), nn::Linear(512, 256), nn::ReLU(),
                             nn::Linear(256, 10)) {}
    Tensor forward(Tensor x) { return nn::SequentialImpl::forward(x); }
};
LITHE_MODULE(Mlp);

struct LeNet5Impl : nn::SequentialImpl {
    LeNet5Impl()
        : nn::SequentialImpl(nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2)), nn::ReLU(),
                             nn::MaxPool2d(2), nn::Conv2d(6, 16, 5), nn::ReLU(), nn::MaxPool2d(2),
                             nn::Flatten(), nn::Linear(400, 120), nn::ReLU(), nn::Linear(120, 84),
                             nn::ReLU(), nn::Linear(84, 10)) {}
    Tensor forward(Tensor x) { return nn::SequentialImpl::forward(x); }
};
LITHE_MODULE(LeNet5);

/// Keyword spotting on 49 x 10 MFCC frames: 64 channels, 12 classes.
struct DscnnImpl : nn::Module {
    nn::Sequential stem{
        nn::Conv2d(nn::Conv2dOptions(1, 64, {10, 4}).stride(2).padding({5, 1}).bias(false)),
        nn::BatchNorm2d(64), nn::ReLU()};
    nn::Sequential blocks;
    nn::Linear fc{64, 12};

    DscnnImpl() {
        for (int i = 0; i < 4; ++i) {
            blocks->push_back(nn::Sequential(cbr({.in = 64, .out = 64, .kernel = 3, .groups = 64}),
                                             cbr({.in = 64, .out = 64, .kernel = 1})));
        }
    }
    Tensor forward(Tensor x) { return fc(blocks->forward(stem->forward(x)).mean({2, 3})); }
};
LITHE_MODULE(Dscnn);

/// A recommender: 26 embedding tables, pairwise products, two small perceptrons.
struct DlrmImpl : nn::Module {
    static constexpr int64_t tables = 26, rows = 10000, width = 64;
    nn::ModuleList emb;
    nn::Sequential bot{nn::Linear(13, 512),    nn::ReLU(), nn::Linear(512, 256), nn::ReLU(),
                       nn::Linear(256, width), nn::ReLU()};
    nn::Sequential top{nn::Linear(width + (tables + 1) * tables / 2, 512),
                       nn::ReLU(),
                       nn::Linear(512, 256),
                       nn::ReLU(),
                       nn::Linear(256, 1),
                       nn::Sigmoid()};
    Tensor tri;

    DlrmImpl() {
        for (int i = 0; i < tables; ++i) emb->push_back(nn::Embedding(rows, width));
        std::vector<int64_t> below;
        for (int64_t i = 0; i <= tables; ++i) {
            for (int64_t j = 0; j < i; ++j) below.push_back(i * (tables + 1) + j);
        }
        tri = register_buffer("tri", lithe::tensor(below));
    }
    Tensor forward(Tensor dense, Tensor sparse) {
        Tensor x = bot->forward(dense);
        std::vector<Tensor> features{x};
        for (int k = 0; k < tables; ++k) {
            features.push_back(emb[k]->as<nn::Embedding>()->forward(sparse.select(1, k)));
        }
        Tensor t = lithe::stack(features, 1);
        Tensor z = lithe::bmm(t, t.transpose(1, 2)).flatten(1).index_select(1, tri);
        return top->forward(lithe::cat({x, z}, 1));
    }
};
LITHE_MODULE(Dlrm);

struct LstmNetImpl : nn::Module {
    nn::LSTM rnn{nn::LSTMOptions(128, 256).num_layers(2).batch_first(true)};
    Tensor forward(Tensor x) { return std::get<0>(rnn->forward(x)); }
};
LITHE_MODULE(LstmNet);

struct GruNetImpl : nn::Module {
    nn::GRU rnn{nn::GRUOptions(128, 256).num_layers(2).batch_first(true)};
    Tensor forward(Tensor x) { return std::get<0>(rnn->forward(x)); }
};
LITHE_MODULE(GruNet);

}  // namespace suite
