// Bahdanau, Cho, Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate",
// ICLR 2015.
#pragma once

#include <lithe/torch.h>

#include <tuple>

namespace seq2seq {

struct EncoderImpl : torch::nn::Module {
    EncoderImpl(int64_t vocab, int64_t embed, int64_t hidden)
        : embedding(register_module("embedding", torch::nn::Embedding(vocab, embed))),
          rnn(register_module(
              "rnn",
              torch::nn::GRU(
                  torch::nn::GRUOptions(embed, hidden).batch_first(true).bidirectional(true)))),
          fc(register_module("fc", torch::nn::Linear(2 * hidden, hidden))) {}

    std::tuple<torch::Tensor, torch::Tensor> forward(torch::Tensor src) {
        auto embedded = embedding->forward(src);  // [B, S, E]
        torch::Tensor outputs, hidden;
        std::tie(outputs, hidden) = rnn->forward(embedded);  // [B, S, 2H], [2, B, H]
        auto last = torch::cat({hidden[0], hidden[1]}, /*dim=*/1);
        return std::make_tuple(outputs, torch::tanh(fc(last)));
    }

    torch::nn::Embedding embedding;
    torch::nn::GRU rnn;
    torch::nn::Linear fc;
};
TORCH_MODULE(Encoder);

struct AttentionImpl : torch::nn::Module {
    explicit AttentionImpl(int64_t hidden)
        : attn(register_module("attn", torch::nn::Linear(3 * hidden, hidden))),
          v(register_module("v",
                            torch::nn::Linear(torch::nn::LinearOptions(hidden, 1).bias(false)))) {}

    // hidden: [B, H], outputs: [B, S, 2H] -> [B, S]
    torch::Tensor forward(const torch::Tensor& hidden, const torch::Tensor& outputs) {
        int64_t src_len = outputs.size(1);
        auto repeated = hidden.unsqueeze(1).repeat({1, src_len, 1});
        auto energy = torch::tanh(attn->forward(torch::cat({repeated, outputs}, 2)));
        return torch::softmax(v->forward(energy).squeeze(2), 1);
    }

    torch::nn::Linear attn, v;
};
TORCH_MODULE(Attention);

struct DecoderImpl : torch::nn::Module {
    DecoderImpl(int64_t vocab, int64_t embed, int64_t hidden)
        : embedding(vocab, embed),
          attention(hidden),
          cell(torch::nn::GRUCellOptions(embed + 2 * hidden, hidden)),
          out(3 * hidden + embed, vocab) {
        register_module("embedding", embedding);
        register_module("attention", attention);
        register_module("cell", cell);
        register_module("out", out);
    }

    std::pair<torch::Tensor, torch::Tensor> forward(torch::Tensor input, torch::Tensor hidden,
                                                    torch::Tensor outputs) {
        auto embedded = embedding(input);                   // [B, E]
        auto a = attention(hidden, outputs).unsqueeze(1);   // [B, 1, S]
        auto weighted = torch::bmm(a, outputs).squeeze(1);  // [B, 2H]
        hidden = cell->forward(torch::cat({embedded, weighted}, 1), hidden);
        auto prediction = out->forward(torch::cat({hidden, weighted, embedded}, 1));
        return {prediction, hidden};
    }

    torch::nn::Embedding embedding;
    Attention attention;
    torch::nn::GRUCell cell;
    torch::nn::Linear out;
};
TORCH_MODULE(Decoder);

/// Greedy decoding: every next input is the argmax of the output before.
struct Seq2SeqImpl : torch::nn::Module {
    Seq2SeqImpl()
        : encoder(register_module("encoder", Encoder(13, 8, 12))),
          decoder(register_module("decoder", Decoder(13, 8, 12))) {}

    torch::Tensor forward(torch::Tensor src) {
        const auto batch_size = src.size(0);
        auto [outputs, hidden] = encoder->forward(src);
        auto input = torch::zeros({batch_size},
                                  torch::TensorOptions().dtype(torch::kLong).device(src.device()));
        std::vector<torch::Tensor> predictions;
        for (int t = 0; t < 5; ++t) {
            torch::Tensor prediction;
            std::tie(prediction, hidden) = decoder->forward(input, hidden, outputs);
            predictions.push_back(prediction);
            input = std::get<1>(prediction.max(1));
        }
        return torch::stack(predictions, 1);  // [B, 5, V]
    }

    Encoder encoder;
    Decoder decoder;
};
TORCH_MODULE(Seq2Seq);

}  // namespace seq2seq
