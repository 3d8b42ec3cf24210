#include "tests/support/level_models.h"

#include <lithe/lithe.h>

#include "compiler/ir/regions.h"
#include "compiler/lower/body.h"

namespace lithe::tests {
namespace {

/// Errors of f32 sums: of `terms` products in another order, and of a few functions behind them.
double tolerance_of(int terms) { return 2e-7 * (8 + std::sqrt(static_cast<double>(terms))); }

Subject function(Forward forward) { return {nn::Sequential().ptr(), std::move(forward)}; }

template <class Net>
Subject of(Net net) {
    net->eval();
    return {net.ptr(), [net](const Tensors& in) mutable { return Tensors{net->forward(in[0])}; }};
}

nn::Sequential mlp() {
    return nn::Sequential(nn::Linear(37, 45), nn::ReLU(), nn::Linear(45, 70), nn::Tanh(),
                          nn::Linear(70, 3));
}

nn::Sequential convolutions() {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(3, 20, 3).stride(2).padding(1)),
                          nn::BatchNorm2d(20), nn::ReLU(), nn::Conv2d(20, 37, 1),
                          nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1)),
                          nn::Conv2d(nn::Conv2dOptions(37, 5, 5).padding(2)));
}

nn::Sequential wide_convolutions() {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(32, 48, 3).padding(1)), nn::ReLU(),
                          nn::Conv2d(nn::Conv2dOptions(48, 48, 3).padding(1)));
}

nn::Sequential depthwise() {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(21, 21, 3).padding(1).groups(21)),
                          nn::ReLU6(),
                          nn::Conv2d(nn::Conv2dOptions(21, 21, 5).stride(2).padding(2).groups(21)),
                          nn::AdaptiveAvgPool2d(1), nn::Flatten());
}

nn::Sequential expanded() {
    return nn::Sequential(nn::Conv2d(5, 48, 1), nn::SiLU(),
                          nn::Conv2d(nn::Conv2dOptions(48, 48, 3).stride(2).padding(1).groups(48)),
                          nn::ReLU());
}

nn::Sequential pooled() {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(3, 48, 5).stride(2)), nn::ReLU(),
                          nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1)));
}

nn::Sequential narrow_groups() {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(20, 20, 3).padding(1).groups(5)), nn::ReLU(),
                          nn::Conv2d(nn::Conv2dOptions(20, 20, 3).stride(2).groups(10)));
}

nn::Sequential planes() {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(5, 10, 3).stride(2).padding(1).groups(5)),
                          nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1)));
}

nn::Sequential few_planes() {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(2, 2, 5).padding(2)), nn::ReLU(),
                          nn::MaxPool2d(2), nn::Conv2d(2, 20, 3));
}

nn::Sequential last_pixel() {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(19, 7, 3)), nn::Flatten());
}

nn::Sequential norms() {
    return nn::Sequential(nn::Linear(37, 45), nn::LayerNorm(45), nn::GELU(), nn::Linear(45, 70),
                          nn::RMSNorm(70), nn::GELU(nn::GELUOptions("tanh")));
}

Tensors functions(const Tensors& in) {
    const Tensor& x = in[0];
    const Tensor angles = x * 1e7;  // some are large
    return {exp(x), log(abs(x)), erf(x),      tanh(x),    sigmoid(x),
            sin(x), cos(x),      sin(angles), cos(angles)};
}

/// Steps of three rows, then of one.
Subject recurrent() {
    nn::ModuleList layers(nn::LSTM(nn::LSTMOptions(11, 21).num_layers(2)),
                          nn::GRU(nn::GRUOptions(21, 19).bidirectional(true)));
    layers->eval();
    return {layers.ptr(), [layers](const Tensors& in) mutable -> Tensors {
                const Tensor y = std::get<0>(layers[0]->as<nn::LSTM>()->forward(in[0]));
                return {y, std::get<0>(layers[1]->as<nn::GRU>()->forward(slice(y, 1, 0, 1)))};
            }};
}

nn::Sequential transposed() {
    using Options = nn::ConvTranspose2dOptions;
    return nn::Sequential(nn::ConvTranspose2d(Options(5, 32, 2).stride(2)), nn::ReLU(),
                          nn::ConvTranspose2d(Options(32, 16, 3).stride(2).padding(1)));
}

Tensors attend(const Tensors& in) {
    return {nn::functional::scaled_dot_product_attention(in[0], in[1], in[2])};
}

/// Images [B, C, P]; their pixels are queries, keys and the columns of values.
Tensors attend_planes(const Tensors& in) {
    const Tensor weights = softmax(matmul(transpose(in[0], 1, 2), in[1]), 2);
    return {matmul(in[2], transpose(weights, 1, 2))};
}

/// Pixels that gates weigh and that a resize repeats, between convolutions.
Subject resized() {
    nn::ModuleList layers(nn::Conv2d(nn::Conv2dOptions(3, 24, 3).stride(2)), nn::Conv2d(24, 24, 1),
                          nn::Conv2d(24, 9, 1));
    return {layers.ptr(), [layers](const Tensors& in) mutable -> Tensors {
                const auto conv = [&](size_t i, const Tensor& x) {
                    return layers[i]->as<nn::Conv2d>()->forward(x);
                };
                const Tensor x = relu(conv(0, in[0]));
                const Tensor gated = x * sigmoid(conv(1, adaptive_avg_pool2d(x, 1)));
                return {conv(2, interpolate(gated, {.scale = {2, 2}, .mode = ResizeMode::linear}))};
            }};
}

/// Rows of pixels that a depthwise convolution takes as an image.
Subject rows_as_image() {
    nn::ModuleList layers(nn::Linear(11, 24),
                          nn::Conv2d(nn::Conv2dOptions(24, 24, 3).padding(1).groups(24)),
                          nn::Linear(24, 11));
    return {layers.ptr(), [layers](const Tensors& in) mutable -> Tensors {
                const Tensor rows = layers[0]->as<nn::Linear>()->forward(in[0]);
                const Tensor image = reshape(transpose(rows, 1, 2), {2, 24, 7, 9});
                const Tensor filtered = layers[1]->as<nn::Conv2d>()->forward(image);
                const Tensor back = transpose(reshape(filtered, {2, 24, 63}), 1, 2);
                return {layers[2]->as<nn::Linear>()->forward(gelu(back))};
            }};
}

/// Rows longer than vectors, and shorter ones.
Tensors rows(const Tensors& in) {
    const Tensor parts = reshape(in[0], {-1, 7});
    return {softmax(in[0], 1), sum(in[0] * in[0], {1}), amax(in[0], {0, 1}), softmax(parts, 1),
            amax(parts, {1})};
}

Tensors columns(const Tensors& in) { return {softmax(in[0], 0), log_softmax(in[0] * 2.0, 0)}; }

Tensors lines(const Tensors& in) {
    const Tensor line = reshape(in[0], {-1});
    return {
        cumsum(in[0], 1),           std::get<0>(cummax(in[0], 0)),  std::get<0>(sort(in[0], 1)),
        std::get<0>(sort(line, 0)), std::get<0>(topk(in[0], 5, 0)), std::get<0>(topk(line, 20, 0))};
}

Tensors moves(const Tensors& in) {
    const Tensor to = remainder(unsqueeze(arange(37), 1) + arange(53), 37);
    return {permute(in[0], {1, 0}) + 0.0, cat({in[0], exp(in[0])}, 1),
            scatter_add(in[0], 0, to, in[0])};
}

}  // namespace

std::vector<LevelModel> level_models() {
    manual_seed(5);
    return {
        {"mlp", "x:f32[9,37]", of(mlp()), tolerance_of(70)},
        {"one_row", "x:f32[1,37]", of(mlp()), tolerance_of(70)},
        {"long_sums", "x:f32[29,32768]", of(nn::Linear(32768, 24)), tolerance_of(32768)},
        {"rows_known_late", "x:f32[N=1..33,37]", of(mlp()), tolerance_of(70)},
        {"convolutions", "x:f32[2,3,29,23]", of(convolutions()), tolerance_of(925)},
        {"wide_convolutions", "x:f32[1,32,29,29]", of(wide_convolutions()),
         100 * tolerance_of(432)},  // Winograd's way, twice
        {"depthwise", "x:f32[2,21,17,19]", of(depthwise()), tolerance_of(225)},
        {"expanded", "x:f32[2,5,23,17]", of(expanded()), tolerance_of(45)},
        {"pooled", "x:f32[2,3,41,37]", of(pooled()), tolerance_of(75)},
        {"recurrent", "x:f32[5,3,11]", recurrent(), 10 * tolerance_of(32)},
        {"narrow_groups", "x:f32[2,20,17,19]", of(narrow_groups()), tolerance_of(54)},
        {"planes", "x:f32[2,5,41,37]", of(planes()), tolerance_of(9)},
        {"few_planes", "x:f32[3,2,30,37]", of(few_planes()), tolerance_of(68)},
        {"transposed", "x:f32[2,5,9,7]", of(transposed()), tolerance_of(148)},
        {"last_pixel", "x:f32[1,19,3,3]", of(last_pixel()), tolerance_of(171)},
        {"attention", "q:f32[2,3,33,24];k:f32[2,3,41,24];v:f32[2,3,41,24]", function(attend),
         tolerance_of(41)},
        {"attention_row", "q:f32[2,3,1,24];k:f32[2,3,41,24];v:f32[2,3,41,24]", function(attend),
         tolerance_of(41)},
        {"attention_of_planes", "q:f32[2,24,63];k:f32[2,24,63];v:f32[2,37,63]",
         function(attend_planes), tolerance_of(63)},
        {"resized", "x:f32[2,3,17,23]", resized(), tolerance_of(27)},
        {"rows_as_image", "x:f32[2,63,11]", rows_as_image(), tolerance_of(24)},
        {"rows", "x:f32[13,77]", function(rows), tolerance_of(77)},
        {"columns", "x:f32[13,77]", function(columns), tolerance_of(13)},
        {"norms", "x:f32[9,37]", of(norms()), tolerance_of(45)},
        {"functions", "x:f32[13,77]", function(functions), tolerance_of(1)},
        {"moves", "x:f32[37,53]", function(moves), tolerance_of(1)},
        {"lines", "x:f32[37,53]", function(lines), tolerance_of(53)},
    };
}

std::vector<std::string> families_of(const ir::Program& program, const lower::Target& target) {
    std::vector<std::string> families;
    ir::for_each_graph(program, [&](const ir::Graph& graph) {
        for (const auto& node : graph.nodes()) {
            if (node->is("group")) families.emplace_back(lower::find_family(*node, target).name);
        }
    });
    return families;
}

std::vector<std::string> families_of(const Compiled& compiled) {
    return families_of(compiled.program, compiled.target);
}

}  // namespace lithe::tests
