// Convolutions and pooling.
#include <fmt/format.h>
#include <lithe/lithe.h>

#include "bench/kernels/cases.h"

namespace lithe::bench {
namespace {

struct Conv {
    std::string kind;
    int64_t in, out, image, kernel = 3, stride = 1, groups = 1, dilation = 1, batch = 1;
};

void add_conv(Cases& cases, const Conv& c) {
    const int64_t padding = c.dilation * (c.kernel - 1) / 2;
    const int64_t result = (c.image + 2 * padding - c.dilation * (c.kernel - 1) - 1) / c.stride + 1;
    const auto options = nn::Conv2dOptions(c.in, c.out, c.kernel)
                             .stride(c.stride)
                             .padding(padding)
                             .groups(c.groups)
                             .dilation(c.dilation);
    std::string name = fmt::format("{}_{}", c.kind, c.in);
    if (c.out != c.in) name += fmt::format("to{}", c.out);
    name += fmt::format("@{}", c.image);
    if (c.batch != 1) name += fmt::format("_b{}", c.batch);
    cases.push_back({.name = name,
                     .op = "conv2d",
                     .sizes = {{"batch", c.batch},
                               {"in", c.in},
                               {"out", c.out},
                               {"image", c.image},
                               {"kernel", c.kernel},
                               {"stride", c.stride},
                               {"padding", padding},
                               {"groups", c.groups},
                               {"dilation", c.dilation}},
                     .inputs = fmt::format("x:f32[{},{},{},{}]", c.batch, c.in, c.image, c.image),
                     .subject = subject_of(nn::Conv2d(options)),
                     .flop = 2.0 * static_cast<double>(c.batch * c.out * (c.in / c.groups) *
                                                       result * result * c.kernel * c.kernel)});
}

void add_transposed(Cases& cases, int64_t in, int64_t out, int64_t image, int64_t kernel,
                    int64_t stride, int64_t padding) {
    const auto options =
        nn::ConvTranspose2dOptions(in, out, kernel).stride(stride).padding(padding);
    cases.push_back(
        {.name =
             fmt::format("transposed{}x{}s{}_{}to{}@{}", kernel, kernel, stride, in, out, image),
         .op = "conv_transpose2d",
         .sizes = {{"batch", 1},
                   {"in", in},
                   {"out", out},
                   {"image", image},
                   {"kernel", kernel},
                   {"stride", stride},
                   {"padding", padding}},
         .inputs = fmt::format("x:f32[1,{},{},{}]", in, image, image),
         .subject = subject_of(nn::ConvTranspose2d(options)),
         .flop = 2.0 * static_cast<double>(in * out * image * image * kernel * kernel)});
}

void add_pool(Cases& cases, const char* op, int64_t channels, int64_t image, int64_t kernel,
              int64_t stride, int64_t padding) {
    const bool is_max = std::string(op) == "max_pool2d";
    cases.push_back(
        {.name = fmt::format("{}_{}x{}s{}_{}@{}", op, kernel, kernel, stride, channels, image),
         .op = op,
         .sizes = {{"channels", channels},
                   {"image", image},
                   {"kernel", kernel},
                   {"stride", stride},
                   {"padding", padding}},
         .inputs = fmt::format("x:f32[1,{},{},{}]", channels, image, image),
         .subject = function([=](const Tensors& in) {
             return Tensors{is_max ? max_pool2d(in[0], kernel, stride, padding)
                                   : avg_pool2d(in[0], kernel, stride, padding)};
         })});
}

}  // namespace

void add_images(Cases& cases) {
    for (const Conv& conv : std::vector<Conv>{
             {"conv3x3", 64, 64, 56},
             {"conv3x3", 128, 128, 28},
             {"conv3x3", 256, 256, 14},
             {"conv3x3", 512, 512, 7},
             {"conv3x3", 32, 32, 33},
             {.kind = "conv3x3", .in = 64, .out = 64, .image = 56, .batch = 8},
             {.kind = "conv3x3d2", .in = 64, .out = 64, .image = 56, .dilation = 2},
             {"conv3x3s2", 64, 128, 56, 3, 2},
             {"conv3x3s2", 256, 512, 14, 3, 2},
             {"conv3x3s2", 128, 256, 28, 3, 2},
             {.kind = "conv3x3s2", .in = 512, .out = 512, .image = 14, .stride = 2, .batch = 8},
             {"conv4x4s2", 64, 128, 64, 4, 2},
             {"conv7x7s2", 3, 64, 224, 7, 2},
             {"conv3x3s2", 3, 32, 224, 3, 2},
             {"conv5x5", 32, 64, 14, 5},
             {.kind = "conv5x5", .in = 1, .out = 6, .image = 28, .kernel = 5, .batch = 8},
             {"conv3x3", 1, 1, 224},
             {"conv1x1", 64, 256, 56, 1},
             {"conv1x1", 512, 128, 28, 1},
             {"conv1x1", 2048, 512, 7, 1},
             {"conv1x1", 96, 24, 56, 1},
             {"conv1x1", 64, 1, 128, 1},
             {"conv1x1s2", 256, 512, 56, 1, 2},
             {"conv16x16s16", 3, 192, 224, 16, 16, 1},
             {"grouped3x3", 128, 128, 28, 3, 1, 4},
             {"grouped3x3", 128, 128, 56, 3, 1, 32},
             {"grouped3x3", 168, 168, 28, 3, 1, 7},
             {"depthwise3x3", 32, 32, 112, 3, 1, 32},
             {"depthwise3x3", 144, 144, 56, 3, 1, 144},
             {"depthwise3x3s2", 96, 96, 112, 3, 2, 96},
             {"depthwise5x5", 240, 240, 28, 5, 1, 240},
             {"depthwise3x3", 960, 960, 7, 3, 1, 960},
         }) {
        add_conv(cases, conv);
    }
    add_transposed(cases, 256, 128, 16, 4, 2, 1);
    add_transposed(cases, 128, 64, 32, 2, 2, 0);
    add_transposed(cases, 128, 64, 32, 3, 2, 1);
    add_transposed(cases, 64, 3, 32, 4, 2, 1);
    add_pool(cases, "max_pool2d", 64, 112, 3, 2, 1);
    add_pool(cases, "max_pool2d", 128, 56, 2, 2, 0);
    add_pool(cases, "avg_pool2d", 256, 28, 2, 2, 0);
    add_pool(cases, "avg_pool2d", 64, 56, 3, 1, 1);
    add_pool(cases, "avg_pool2d", 512, 7, 7, 1, 0);
}

}  // namespace lithe::bench
