#pragma once

#include "blocks.h"

namespace suite {

struct InvResImpl : nn::Module {
    bool residual;
    nn::Sequential f;

    InvResImpl(int64_t in, int64_t out, int64_t stride, int64_t t)
        : residual(stride == 1 && in == out) {
        const int64_t h = in * t;
        if (t != 1) f->push_back(cbr({.in = in, .out = h, .kernel = 1, .act = Act::relu6}));
        f->push_back(cbr(
            {.in = h, .out = h, .kernel = 3, .stride = stride, .groups = h, .act = Act::relu6}));
        f->push_back(cbr({.in = h, .out = out, .kernel = 1, .act = Act::none}));
    }
    Tensor forward(Tensor x) { return residual ? x + f->forward(x) : f->forward(x); }
};
LITHE_MODULE(InvRes);

struct MobileNetV2Impl : nn::Module {
    nn::Sequential features;
    nn::AdaptiveAvgPool2d pool{1};
    nn::Linear fc{1280, 1000};

    MobileNetV2Impl() {
        struct Stage {
            int64_t t, c;
            int n;
            int64_t s;
        };
        int64_t in = 32;
        features->push_back(cbr({.in = 3, .out = 32, .kernel = 3, .stride = 2, .act = Act::relu6}));
        for (const Stage& o : {Stage{1, 16, 1, 1},
                               {6, 24, 2, 2},
                               {6, 32, 3, 2},
                               {6, 64, 4, 2},
                               {6, 96, 3, 1},
                               {6, 160, 3, 2},
                               {6, 320, 1, 1}}) {
            for (int k = 0; k < o.n; ++k) {
                features->push_back(InvRes(in, o.c, k == 0 ? o.s : 1, o.t));
                in = o.c;
            }
        }
        features->push_back(cbr({.in = in, .out = 1280, .kernel = 1, .act = Act::relu6}));
    }
    Tensor forward(Tensor x) { return fc(lithe::flatten(pool(features->forward(x)), 1)); }
};
LITHE_MODULE(MobileNetV2);

/// Squeeze and excite.
struct SeImpl : nn::Module {
    nn::AdaptiveAvgPool2d pool{1};
    nn::Conv2d a, b;

    SeImpl(int64_t c, int64_t r) : a(c, r, 1), b(r, c, 1) {}
    Tensor forward(Tensor x) { return x * lithe::sigmoid(b(lithe::silu(a(pool(x))))); }
};
LITHE_MODULE(Se);

struct MbConvImpl : nn::Module {
    bool residual;
    nn::Sequential f;

    MbConvImpl(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t t)
        : residual(stride == 1 && in == out) {
        const int64_t h = in * t;
        if (t != 1)
            f->push_back(cbr({.in = in, .out = h, .kernel = 1, .act = Act::silu, .eps = 1e-3}));
        f->push_back(cbr({.in = h,
                          .out = h,
                          .kernel = kernel,
                          .stride = stride,
                          .groups = h,
                          .act = Act::silu,
                          .eps = 1e-3}));
        f->push_back(Se(h, std::max<int64_t>(1, in / 4)));
        f->push_back(cbr({.in = h, .out = out, .kernel = 1, .act = Act::none, .eps = 1e-3}));
    }
    Tensor forward(Tensor x) { return residual ? x + f->forward(x) : f->forward(x); }
};
LITHE_MODULE(MbConv);

struct EfficientNetB0Impl : nn::Module {
    nn::Sequential features;
    nn::AdaptiveAvgPool2d pool{1};
    nn::Linear fc{1280, 1000};

    EfficientNetB0Impl() {
        struct Stage {
            int64_t t, c;
            int n;
            int64_t s, k;
        };
        int64_t in = 32;
        features->push_back(
            cbr({.in = 3, .out = 32, .kernel = 3, .stride = 2, .act = Act::silu, .eps = 1e-3}));
        for (const Stage& o : {Stage{1, 16, 1, 1, 3},
                               {6, 24, 2, 2, 3},
                               {6, 40, 2, 2, 5},
                               {6, 80, 3, 2, 3},
                               {6, 112, 3, 1, 5},
                               {6, 192, 4, 2, 5},
                               {6, 320, 1, 1, 3}}) {
            for (int j = 0; j < o.n; ++j) {
                features->push_back(MbConv(in, o.c, o.k, j == 0 ? o.s : 1, o.t));
                in = o.c;
            }
        }
        features->push_back(
            cbr({.in = in, .out = 1280, .kernel = 1, .act = Act::silu, .eps = 1e-3}));
    }
    Tensor forward(Tensor x) { return fc(lithe::flatten(pool(features->forward(x)), 1)); }
};
LITHE_MODULE(EfficientNetB0);

}  // namespace suite
