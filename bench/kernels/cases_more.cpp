// Convolutions of one and three axes, norms over channels, separable convolutions, masks, slices.
#include <fmt/format.h>
#include <lithe/lithe.h>

#include "bench/kernels/cases.h"

namespace lithe::bench {
namespace {

void add_conv1d(Cases& cases, int64_t in, int64_t out, int64_t length, int64_t kernel,
                int64_t stride) {
    const int64_t padding = kernel / 2, result = (length + 2 * padding - kernel) / stride + 1;
    const auto options = nn::Conv1dOptions(in, out, kernel).stride(stride).padding(padding);
    cases.push_back({.name = fmt::format("conv1d_{}s{}_{}to{}@{}", kernel, stride, in, out, length),
                     .op = "conv1d",
                     .sizes = {{"in", in},
                               {"out", out},
                               {"kernel", kernel},
                               {"stride", stride},
                               {"padding", padding}},
                     .inputs = fmt::format("x:f32[1,{},{}]", in, length),
                     .subject = subject_of(nn::Conv1d(options)),
                     .flop = 2.0 * static_cast<double>(in * out * result * kernel)});
}

void add_conv3d(Cases& cases, int64_t in, int64_t out, int64_t depth, int64_t image) {
    cases.push_back({.name = fmt::format("conv3d_{}to{}@{}x{}", in, out, depth, image),
                     .op = "conv3d",
                     .sizes = {{"in", in}, {"out", out}},
                     .inputs = fmt::format("x:f32[1,{},{},{},{}]", in, depth, image, image),
                     .subject = subject_of(nn::Conv3d(nn::Conv3dOptions(in, out, 3).padding(1))),
                     .flop = 2.0 * static_cast<double>(in * out * depth * image * image * 27)});
}

/// A depthwise convolution and the 1 x 1 convolution behind it.
void add_separable(Cases& cases, int64_t in, int64_t out, int64_t image) {
    const nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(in, in, 3).padding(1).groups(in)),
                             nn::ReLU(), nn::Conv2d(in, out, 1));
    cases.push_back({.name = fmt::format("separable3x3_{}to{}@{}", in, out, image),
                     .op = "separable",
                     .sizes = {{"in", in}, {"out", out}},
                     .inputs = fmt::format("x:f32[1,{},{},{}]", in, image, image),
                     .subject = subject_of(net),
                     .flop = 2.0 * static_cast<double>(in * image * image * (9 + out))});
}

/// A 1 x 1 convolution that makes more channels, and the depthwise one behind it.
void add_expanded(Cases& cases, int64_t in, int64_t out, int64_t image, int64_t kernel,
                  int64_t stride) {
    const nn::Sequential net(
        nn::Conv2d(in, out, 1), nn::ReLU6(),
        nn::Conv2d(
            nn::Conv2dOptions(out, out, kernel).stride(stride).padding(kernel / 2).groups(out)),
        nn::ReLU6());
    const int64_t result = (image + stride - 1) / stride;
    cases.push_back(
        {.name = fmt::format("expanded{}x{}s{}_{}to{}@{}", kernel, kernel, stride, in, out, image),
         .op = "expanded",
         .sizes = {{"in", in}, {"out", out}, {"kernel", kernel}, {"stride", stride}},
         .inputs = fmt::format("x:f32[1,{},{},{}]", in, image, image),
         .subject = subject_of(net),
         .flop = 2.0 * static_cast<double>(
                           out * (image * image * in + result * result * kernel * kernel))});
}

/// A convolution of windows and the largest of every 3 x 3 results behind it.
void add_pooled(Cases& cases, int64_t in, int64_t out, int64_t image, int64_t kernel) {
    const nn::Sequential net(
        nn::Conv2d(nn::Conv2dOptions(in, out, kernel).stride(2).padding(kernel / 2)), nn::ReLU(),
        nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1)));
    const int64_t lines = image / 2;
    cases.push_back(
        {.name = fmt::format("pooled{}x{}s2_{}to{}@{}", kernel, kernel, in, out, image),
         .op = "pooled",
         .sizes = {{"in", in}, {"out", out}, {"kernel", kernel}},
         .inputs = fmt::format("x:f32[1,{},{},{}]", in, image, image),
         .subject = subject_of(net),
         .flop = 2.0 * static_cast<double>(in * out * kernel * kernel * lines * lines)});
}

void add_channel_norms(Cases& cases) {
    nn::BatchNorm2d batch_norm(64);
    batch_norm->eval();
    cases.push_back({.name = "batch_norm_64@56",
                     .op = "batch_norm",
                     .sizes = {{"channels", 64}},
                     .inputs = "x:f32[1,64,56,56]",
                     .subject = subject_of(batch_norm)});
    cases.push_back({.name = "rms_norm_128x768",
                     .op = "rms_norm",
                     .sizes = {{"columns", 768}},
                     .inputs = "x:f32[128,768]",
                     .subject = subject_of(nn::RMSNorm(nn::RMSNormOptions({768})))});
}

void add_masked_attention(Cases& cases) {
    cases.push_back({.name = "attention_masked_h12_128x128x32",
                     .op = "masked_attention",
                     .sizes = {{"width", 32}},
                     .inputs = "q:f32[1,12,128,32];k:f32[1,12,128,32];v:f32[1,12,128,32];"
                               "mask:f32[1,1,1,128]",
                     .subject = function([](const Tensors& in) {
                         return Tensors{
                             scaled_dot_product_attention(in[0], in[1], in[2], {.mask = in[3]})};
                     }),
                     .flop = 4.0 * 12 * 128 * 128 * 32});
}

void add_functions(Cases& cases) {
    const std::pair<const char*, Tensor (*)(const Tensor&)> functions[] = {
        {"log", [](const Tensor& x) { return log(abs(x)); }},
        {"erf", [](const Tensor& x) { return erf(x); }},
        {"cos", [](const Tensor& x) { return cos(x); }},
        {"slice", [](const Tensor& x) { return relu(narrow(x, 1, 256, 768)); }},
    };
    for (const auto& [op, apply] : functions) {
        cases.push_back({.name = fmt::format("{}_128x1536", op),
                         .op = op,
                         .sizes = {},
                         .inputs = "x:f32[128,1536]",
                         .subject = function([apply = apply](const Tensors& in) {
                             return Tensors{apply(in[0])};
                         })});
    }
}

}  // namespace

void add_more(Cases& cases) {
    add_conv1d(cases, 64, 128, 1000, 5, 1);
    add_conv1d(cases, 256, 256, 512, 3, 1);
    add_conv1d(cases, 80, 256, 3000, 3, 2);
    add_conv3d(cases, 16, 32, 16, 28);
    add_separable(cases, 144, 24, 56);
    add_separable(cases, 512, 512, 14);
    add_expanded(cases, 16, 96, 112, 3, 2);
    add_expanded(cases, 24, 144, 56, 3, 1);
    add_expanded(cases, 40, 240, 28, 5, 1);
    add_expanded(cases, 96, 576, 14, 3, 1);
    add_expanded(cases, 160, 960, 7, 3, 1);
    add_pooled(cases, 3, 64, 224, 7);
    add_pooled(cases, 3, 64, 224, 3);
    add_channel_norms(cases);
    add_masked_attention(cases);
    add_functions(cases);
}

}  // namespace lithe::bench
