// Attention, recurrent layers, embeddings.
#include <fmt/format.h>
#include <lithe/lithe.h>

#include "bench/kernels/cases.h"

namespace lithe::bench {
namespace {

struct Attention {
    int64_t heads, queries, keys, width;
    bool is_causal = false;
};

void add_attention(Cases& cases, const Attention& a) {
    cases.push_back(
        {.name = fmt::format("attention{}_h{}_{}x{}x{}", a.is_causal ? "_causal" : "", a.heads,
                             a.queries, a.keys, a.width),
         .op = "attention",
         .sizes = {{"heads", a.heads},
                   {"queries", a.queries},
                   {"keys", a.keys},
                   {"width", a.width},
                   {"causal", a.is_causal ? 1 : 0}},
         .inputs = fmt::format("q:f32[1,{0},{1},{3}];k:f32[1,{0},{2},{3}];v:f32[1,{0},{2},{3}]",
                               a.heads, a.queries, a.keys, a.width),
         .subject = function([causal = a.is_causal](const Tensors& in) {
             return Tensors{
                 scaled_dot_product_attention(in[0], in[1], in[2], {.is_causal = causal})};
         }),
         .flop = 4.0 * static_cast<double>(a.heads * a.queries * a.keys * a.width)});
}

template <class Layer>
Subject first_result_of(Layer layer) {
    return {layer.ptr(), [layer](const Tensors& in) mutable {
                return Tensors{std::get<0>(layer->forward(in[0]))};
            }};
}

void add_recurrent(Cases& cases, const std::string& op, int64_t batch, int64_t steps, int64_t in,
                   int64_t hidden) {
    const auto options = nn::RNNOptions(in, hidden).batch_first(true);
    const int64_t gates = op == "lstm" ? 4 : 3;
    cases.push_back(
        {.name = fmt::format("{}_b{}_t{}_{}to{}", op, batch, steps, in, hidden),
         .op = op,
         .sizes = {{"batch", batch}, {"steps", steps}, {"in", in}, {"hidden", hidden}},
         .inputs = fmt::format("x:f32[{},{},{}]", batch, steps, in),
         .subject =
             op == "lstm" ? first_result_of(nn::LSTM(options)) : first_result_of(nn::GRU(options)),
         .flop = 2.0 * static_cast<double>(batch * steps * gates * hidden * (in + hidden))});
}

void add_embedding(Cases& cases, int64_t rows, int64_t width, int64_t count) {
    cases.push_back({.name = fmt::format("embedding_{}of{}x{}", count, rows, width),
                     .op = "embedding",
                     .sizes = {{"rows", rows}, {"width", width}, {"count", count}},
                     .inputs = fmt::format("index:i64[{}]", count),
                     .subject = subject_of(nn::Embedding(rows, width)),
                     .index_limit = rows,
                     .table_bytes = 4.0 * static_cast<double>(count * width)});
}

}  // namespace

void add_sequences(Cases& cases) {
    for (const Attention& attention : {Attention{12, 128, 128, 32},
                                       {3, 197, 197, 64},
                                       {12, 64, 64, 64, true},
                                       {12, 1, 128, 64},
                                       {8, 512, 512, 64}}) {
        add_attention(cases, attention);
    }
    add_recurrent(cases, "lstm", 1, 64, 128, 256);
    add_recurrent(cases, "lstm", 8, 64, 128, 256);
    add_recurrent(cases, "gru", 1, 64, 128, 256);
    add_embedding(cases, 30522, 384, 128);
    add_embedding(cases, 1000, 64, 26);
}

}  // namespace lithe::bench
