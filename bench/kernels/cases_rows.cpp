// What memory bounds: elementwise, reductions, norms, transposes, gathers.
#include <fmt/format.h>
#include <lithe/lithe.h>

#include "bench/kernels/cases.h"

namespace lithe::bench {
namespace {

using Unary = Tensor (*)(const Tensor&);

void add_function(Cases& cases, const std::string& op, int64_t rows, int64_t columns,
                  const Unary& apply) {
    cases.push_back(
        {.name = fmt::format("{}_{}x{}", op, rows, columns),
         .op = op,
         .sizes = {{"rows", rows}, {"columns", columns}},
         .inputs = fmt::format("x:f32[{},{}]", rows, columns),
         .subject = function([apply](const Tensors& in) { return Tensors{apply(in[0])}; })});
}

void add_norms(Cases& cases) {
    add_function(cases, "softmax", 1536, 128, [](const Tensor& x) { return softmax(x, -1); });
    add_function(cases, "softmax", 64, 1000, [](const Tensor& x) { return softmax(x, -1); });
    add_function(cases, "softmax", 1, 50257, [](const Tensor& x) { return softmax(x, -1); });
    add_function(cases, "softmax_columns", 192, 196, [](const Tensor& x) { return softmax(x, 0); });
    add_function(cases, "log_softmax", 64, 1000,
                 [](const Tensor& x) { return log_softmax(x, -1); });
    for (const auto& [rows, columns] :
         {std::pair<int64_t, int64_t>{128, 384}, {197, 192}, {64, 768}, {7, 1001}}) {
        cases.push_back({.name = fmt::format("layer_norm_{}x{}", rows, columns),
                         .op = "layer_norm",
                         .sizes = {{"rows", rows}, {"columns", columns}},
                         .inputs = fmt::format("x:f32[{},{}]", rows, columns),
                         .subject = subject_of(nn::LayerNorm(columns))});
    }
    cases.push_back({.name = "group_norm_32of256@28",
                     .op = "group_norm",
                     .sizes = {{"groups", 32}, {"channels", 256}, {"image", 28}},
                     .inputs = "x:f32[1,256,28,28]",
                     .subject = subject_of(nn::GroupNorm(32, 256))});
}

void add_pointwise(Cases& cases) {
    add_function(cases, "relu", 128, 1536, [](const Tensor& x) { return relu(x); });
    add_function(cases, "relu", 1024, 4096, [](const Tensor& x) { return relu(x); });
    add_function(cases, "gelu", 128, 1536, [](const Tensor& x) { return gelu(x); });
    add_function(cases, "tanh", 128, 1536, [](const Tensor& x) { return tanh(x); });
    add_function(cases, "sigmoid", 128, 1536, [](const Tensor& x) { return sigmoid(x); });
    add_function(cases, "silu", 128, 1536, [](const Tensor& x) { return silu(x); });
    add_function(cases, "exp", 128, 1536, [](const Tensor& x) { return exp(x); });
    add_function(cases, "sin", 128, 1536, [](const Tensor& x) { return sin(x); });
    const auto sum_of = [](const Tensors& in) { return Tensors{in[0] + in[1]}; };
    cases.push_back({.name = "add_128x1536",
                     .op = "add",
                     .sizes = {{"rows", 128}, {"columns", 1536}},
                     .inputs = "a:f32[128,1536];b:f32[128,1536]",
                     .subject = function(sum_of)});
    cases.push_back({.name = "add_row_128x1536",
                     .op = "add_row",
                     .sizes = {{"rows", 128}, {"columns", 1536}},
                     .inputs = "a:f32[128,1536];b:f32[1536]",
                     .subject = function(sum_of)});
    cases.push_back({.name = "add_column_128x1536",
                     .op = "add_column",
                     .sizes = {{"rows", 128}, {"columns", 1536}},
                     .inputs = "a:f32[128,1536];b:f32[128,1]",
                     .subject = function(sum_of)});
}

void add_moves(Cases& cases) {
    add_function(cases, "transpose", 384, 1536, [](const Tensor& x) { return t(x); });
    add_function(cases, "transpose", 1000, 333, [](const Tensor& x) { return t(x); });
    const std::vector<std::pair<std::string, Sizes>> perms = {
        {"heads", {0, 2, 1, 3}}, {"channels_last", {0, 2, 3, 1}}, {"reverse", {3, 2, 1, 0}}};
    const std::vector<Sizes> shapes = {{1, 128, 12, 32}, {1, 64, 56, 56}, {16, 24, 32, 40}};
    for (size_t i = 0; i < perms.size(); ++i) {
        const Sizes perm = perms[i].second;
        std::vector<std::pair<std::string, int64_t>> sizes;
        for (size_t axis = 0; axis < 4; ++axis) {
            sizes.emplace_back(fmt::format("size{}", axis), shapes[i][axis]);
            sizes.emplace_back(fmt::format("perm{}", axis), perm[axis]);
        }
        cases.push_back(
            {.name = fmt::format("permute_{}_{}", perms[i].first, fmt::join(shapes[i], "x")),
             .op = "permute",
             .sizes = sizes,
             .inputs = fmt::format("x:f32[{}]", fmt::join(shapes[i], ",")),
             .subject =
                 function([perm](const Tensors& in) { return Tensors{permute(in[0], perm)}; })});
    }
    cases.push_back({.name = "cat_2x64@56",
                     .op = "cat",
                     .sizes = {{"channels", 64}, {"image", 56}},
                     .inputs = "a:f32[1,64,56,56];b:f32[1,64,56,56]",
                     .subject = function([](const Tensors& in) { return Tensors{cat(in, 1)}; })});
}

void add_reductions(Cases& cases) {
    add_function(cases, "sum_rows", 1024, 1024, [](const Tensor& x) { return sum(x, 1); });
    add_function(cases, "sum_columns", 1024, 1024, [](const Tensor& x) { return sum(x, 0); });
    add_function(cases, "sum_all", 1024, 1024, [](const Tensor& x) { return sum(x); });
    add_function(cases, "mean_rows", 333, 777, [](const Tensor& x) { return mean(x, 1); });
    add_function(cases, "amax_rows", 1024, 1024, [](const Tensor& x) { return amax(x, 1); });
    add_function(cases, "argmax_rows", 64, 1000, [](const Tensor& x) { return argmax(x, 1); });
    add_function(cases, "cumsum_rows", 64, 1000, [](const Tensor& x) { return cumsum(x, 1); });
}

void add_orders(Cases& cases) {
    for (const int64_t columns : {64, 256, 4096}) {
        add_function(cases, "sort", 64, columns,
                     [](const Tensor& x) { return std::get<0>(sort(x, 1, true)); });
    }
    for (const auto& [rows, columns] :
         {std::pair<int64_t, int64_t>{1, 50257}, {64, 256}, {4, 16384}}) {
        add_function(cases, "topk", rows, columns,
                     [](const Tensor& x) { return std::get<0>(topk(x, 20, 1)); });
    }
}

}  // namespace

void add_rows(Cases& cases) {
    add_norms(cases);
    add_pointwise(cases);
    add_moves(cases);
    add_reductions(cases);
    add_orders(cases);
}

}  // namespace lithe::bench
