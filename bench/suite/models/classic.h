#pragma once

#include "blocks.h"

namespace suite {

struct Vgg11Impl : nn::Module {
    nn::Sequential features;
    nn::Sequential head{nn::Linear(512 * 49, 4096), nn::ReLU(), nn::Linear(4096, 4096), nn::ReLU(),
                        nn::Linear(4096, 1000)};

    Vgg11Impl() {
        int64_t in = 3;
        for (const int64_t v : {64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0}) {
            if (v == 0) {
                features->push_back(nn::MaxPool2d(2));
                continue;
            }
            features->push_back(nn::Conv2d(nn::Conv2dOptions(in, v, 3).padding(1)));
            features->push_back(nn::ReLU());
            in = v;
        }
    }
    Tensor forward(Tensor x) { return head->forward(lithe::flatten(features->forward(x), 1)); }
};
LITHE_MODULE(Vgg11);

struct FireImpl : nn::Module {
    nn::Conv2d s, e1, e3;

    FireImpl(int64_t in, int64_t squeeze, int64_t expand)
        : s(in, squeeze, 1),
          e1(squeeze, expand, 1),
          e3(nn::Conv2dOptions(squeeze, expand, 3).padding(1)) {}
    Tensor forward(Tensor x) {
        x = lithe::relu(s(x));
        return lithe::cat({lithe::relu(e1(x)), lithe::relu(e3(x))}, 1);
    }
};
LITHE_MODULE(Fire);

struct SqueezeNet11Impl : nn::Module {
    nn::Sequential f;

    SqueezeNet11Impl() {
        auto pool = [] { return nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).ceil_mode(true)); };
        f = nn::Sequential(nn::Conv2d(nn::Conv2dOptions(3, 64, 3).stride(2)), nn::ReLU(), pool(),
                           Fire(64, 16, 64), Fire(128, 16, 64), pool(), Fire(128, 32, 128),
                           Fire(256, 32, 128), pool(), Fire(256, 48, 192), Fire(384, 48, 192),
                           Fire(384, 64, 256), Fire(512, 64, 256), nn::Conv2d(512, 1000, 1),
                           nn::ReLU(), nn::AdaptiveAvgPool2d(1));
    }
    Tensor forward(Tensor x) { return lithe::flatten(f->forward(x), 1); }
};
LITHE_MODULE(SqueezeNet11);

struct DenseLayerImpl : nn::Module {
    nn::Sequential f;

    DenseLayerImpl(int64_t in, int64_t growth)
        : f(nn::BatchNorm2d(in), nn::ReLU(),
            nn::Conv2d(nn::Conv2dOptions(in, 4 * growth, 1).bias(false)),
            nn::BatchNorm2d(4 * growth), nn::ReLU(),
            nn::Conv2d(nn::Conv2dOptions(4 * growth, growth, 3).padding(1).bias(false))) {}
    Tensor forward(Tensor x) { return lithe::cat({x, f->forward(x)}, 1); }
};
LITHE_MODULE(DenseLayer);

struct DenseNet121Impl : nn::Module {
    nn::Sequential f;
    nn::Linear fc{nullptr};

    DenseNet121Impl() {
        constexpr int64_t growth = 32;
        int64_t in = 64;
        f->push_back(cbr({.in = 3, .out = 64, .kernel = 7, .stride = 2}));
        f->push_back(nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1)));
        const int depths[] = {6, 12, 24, 16};
        for (int block = 0; block < 4; ++block) {
            for (int k = 0; k < depths[block]; ++k, in += growth)
                f->push_back(DenseLayer(in, growth));
            if (block == 3) break;
            f->push_back(nn::Sequential(nn::BatchNorm2d(in), nn::ReLU(),
                                        nn::Conv2d(nn::Conv2dOptions(in, in / 2, 1).bias(false)),
                                        nn::AvgPool2d(2)));
            in /= 2;
        }
        f->push_back(nn::BatchNorm2d(in));
        f->push_back(nn::ReLU());
        f->push_back(nn::AdaptiveAvgPool2d(1));
        fc = nn::Linear(in, 1000);
    }
    Tensor forward(Tensor x) { return fc(lithe::flatten(f->forward(x), 1)); }
};
LITHE_MODULE(DenseNet121);

struct UNetImpl : nn::Module {
    nn::ModuleList down, up, dec;
    nn::MaxPool2d pool{2};
    nn::Conv2d out{32, 1, 1};

    UNetImpl() {
        auto twice = [](int64_t in, int64_t o) {
            return nn::Sequential(cbr({.in = in, .out = o, .kernel = 3}),
                                  cbr({.in = o, .out = o, .kernel = 3}));
        };
        constexpr int64_t ch[] = {32, 64, 128, 256, 512};
        for (int k = 0; k < 5; ++k) down->push_back(twice(k == 0 ? 3 : ch[k - 1], ch[k]));
        for (int k = 3; k >= 0; --k) {
            up->push_back(
                nn::ConvTranspose2d(nn::ConvTranspose2dOptions(ch[k + 1], ch[k], 2).stride(2)));
            dec->push_back(twice(ch[k + 1], ch[k]));
        }
    }
    Tensor forward(Tensor x) {
        std::vector<Tensor> skips;
        for (size_t k = 0; k < down->size(); ++k) {
            x = down[k]->as<nn::Sequential>()->forward(k == 0 ? x : pool(x));
            skips.push_back(x);
        }
        skips.pop_back();
        for (size_t k = 0; k < up->size(); ++k) {
            x = lithe::cat({skips.back(), up[k]->as<nn::ConvTranspose2d>()->forward(x)}, 1);
            skips.pop_back();
            x = dec[k]->as<nn::Sequential>()->forward(x);
        }
        return out(x);
    }
};
LITHE_MODULE(UNet);

struct DcganImpl : nn::Module {
    nn::Sequential f;

    DcganImpl() {
        auto deconv = [](int64_t in, int64_t o, int64_t stride, int64_t padding) {
            return nn::ConvTranspose2d(
                nn::ConvTranspose2dOptions(in, o, 4).stride(stride).padding(padding).bias(false));
        };
        int64_t in = 100;
        for (const int64_t o : {512, 256, 128, 64}) {
            f->push_back(in == 100 ? deconv(in, o, 1, 0) : deconv(in, o, 2, 1));
            f->push_back(nn::BatchNorm2d(o));
            f->push_back(nn::ReLU());
            in = o;
        }
        f->push_back(deconv(64, 3, 2, 1));
        f->push_back(nn::Tanh());
    }
    Tensor forward(Tensor z) { return f->forward(z); }
};
LITHE_MODULE(Dcgan);

}  // namespace suite
