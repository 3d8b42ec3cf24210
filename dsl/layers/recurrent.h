#pragma once

#include <optional>
#include <tuple>
#include <vector>

#include "dsl/arg.h"
#include "dsl/choice.h"
#include "dsl/holder.h"
#include "dsl/layers/packed_sequence.h"

namespace lithe::nn {

/// Which recurrence a layer computes.
enum class Recurrence : uint8_t { rnn_tanh, rnn_relu, lstm, gru };

class RNNOptions {
public:
    RNNOptions(int64_t input_size, int64_t hidden_size)
        : input_size_(input_size), hidden_size_(hidden_size) {}
    LITHE_ARG(int64_t, input_size);
    LITHE_ARG(int64_t, hidden_size);
    LITHE_ARG(int64_t, num_layers) = 1;
    LITHE_ARG(Choice, nonlinearity) = kTanh;
    LITHE_ARG(bool, bias) = true;
    /// x and the result are [N, T, C] instead of [T, N, C]; the states are not changed.
    LITHE_ARG(bool, batch_first) = false;
    /// Between the layers, in training.
    LITHE_ARG(double, dropout) = 0;
    LITHE_ARG(bool, bidirectional) = false;
    /// LSTM: the size to which h is projected; 0: not at all.
    LITHE_ARG(int64_t, proj_size) = 0;
    LITHE_ARG(DType, dtype) = DType::f32;
};
using LSTMOptions = RNNOptions;
using GRUOptions = RNNOptions;
using utils::rnn::PackedSequence;

/// What RNN, LSTM and GRU share. Parameters as in PyTorch: weight_ih_l0, weight_hh_l0, bias_ih_l0,
/// bias_hh_l0, weight_hr_l0, then those of the other direction (`_reverse`), then the next layer.
/// Errors: rnn.*.
class RecurrentBase : public Module {
public:
    RecurrentBase(Recurrence recurrence, const RNNOptions& options);

    void reset_parameters();
    /// Without effect: the weights have no second form.
    void flatten_parameters() {}
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;
    Tensors all_weights() const;

    RNNOptions options;

protected:
    /// The weights of one direction of one layer.
    struct Weights {
        Tensor ih, hh, bias_ih, bias_hh, hr;
    };
    struct State {
        Tensor h, c;
    };
    /// x is [T, N, C] or [T, C]; states are [layers * directions, N, H], undefined: zeros. With
    /// lengths [N] x is [T, N, C], and each state is that of the sequence's last step.
    std::tuple<Tensor, State> run(const Tensor& x, const State& initial,
                                  const Tensor& lengths = {}) const;
    std::tuple<PackedSequence, State> run_packed(const PackedSequence& x,
                                                 const State& initial) const;

private:
    const Weights& weights(int64_t layer, int64_t direction) const;
    Tensor run_direction(const Tensor& x, const Weights& weights, State& state, bool is_reverse,
                         const Tensor& lengths) const;
    State step(const Tensor& input_part, const Weights& weights, const State& state) const;
    void check_input(const Tensor& x) const;
    Tensor checked_state(const Tensor& state, int64_t size, const Tensor& x, bool is_batched) const;

    Recurrence recurrence_;
    std::vector<Weights> weights_;  ///< layers outer, directions inner
};

/// h = tanh(W_ih x + b_ih + W_hh h + b_hh), or with relu. Gives all outputs and the last states.
class RNNImpl : public RecurrentBase {
public:
    RNNImpl(int64_t input_size, int64_t hidden_size)
        : RNNImpl(RNNOptions(input_size, hidden_size)) {}
    explicit RNNImpl(const RNNOptions& options);
    std::tuple<Tensor, Tensor> forward(const Tensor& x, const Tensor& h = {});
    std::tuple<PackedSequence, Tensor> forward_with_packed_input(const PackedSequence& x,
                                                                 const Tensor& h = {});
};

/// i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of W_ih x + b_ih + W_hh h + b_hh;
/// c = f c + i g,  h = o tanh(c).  Source: Hochreiter, Schmidhuber, 1997; Gers et al., 2000.
class LSTMImpl : public RecurrentBase {
public:
    using States = std::tuple<Tensor, Tensor>;
    LSTMImpl(int64_t input_size, int64_t hidden_size)
        : LSTMImpl(LSTMOptions(input_size, hidden_size)) {}
    explicit LSTMImpl(const LSTMOptions& lstm_options)
        : RecurrentBase(Recurrence::lstm, lstm_options) {}
    std::tuple<Tensor, States> forward(const Tensor& x,
                                       const std::optional<States>& states = std::nullopt);
    std::tuple<PackedSequence, States> forward_with_packed_input(
        const PackedSequence& x, const std::optional<States>& states = std::nullopt);
};

/// r, z = sigmoid of W x + b + W h + b;  n = tanh(W x + b + r (W h + b));  h = (1 - z) n + z h.
/// Source: Cho et al., 2014.
class GRUImpl : public RecurrentBase {
public:
    GRUImpl(int64_t input_size, int64_t hidden_size)
        : GRUImpl(GRUOptions(input_size, hidden_size)) {}
    explicit GRUImpl(const GRUOptions& gru_options) : RecurrentBase(Recurrence::gru, gru_options) {}
    std::tuple<Tensor, Tensor> forward(const Tensor& x, const Tensor& h = {});
    std::tuple<PackedSequence, Tensor> forward_with_packed_input(const PackedSequence& x,
                                                                 const Tensor& h = {});
};
LITHE_MODULE(RNN);
LITHE_MODULE(LSTM);
LITHE_MODULE(GRU);

class RNNCellOptions {
public:
    RNNCellOptions(int64_t input_size, int64_t hidden_size)
        : input_size_(input_size), hidden_size_(hidden_size) {}
    LITHE_ARG(int64_t, input_size);
    LITHE_ARG(int64_t, hidden_size);
    LITHE_ARG(bool, bias) = true;
    LITHE_ARG(Choice, nonlinearity) = kTanh;
    LITHE_ARG(DType, dtype) = DType::f32;
};
using LSTMCellOptions = RNNCellOptions;
using GRUCellOptions = RNNCellOptions;

/// What the cells share: one step of the recurrence, x being [N, C] or [C].
class RecurrentCellBase : public Module {
public:
    RecurrentCellBase(Recurrence recurrence, const RNNCellOptions& options);

    void reset_parameters();
    std::string extra_repr() const override;
    void visit_members(FieldVisitor& visitor) override;

    RNNCellOptions options;
    Tensor weight_ih, weight_hh, bias_ih, bias_hh;

protected:
    /// The new h and, for an LSTM, c.
    std::tuple<Tensor, Tensor> run(const Tensor& x, const Tensor& h, const Tensor& c) const;

private:
    Recurrence recurrence_;
};

class RNNCellImpl : public RecurrentCellBase {
public:
    RNNCellImpl(int64_t input_size, int64_t hidden_size)
        : RNNCellImpl(RNNCellOptions(input_size, hidden_size)) {}
    explicit RNNCellImpl(const RNNCellOptions& options);
    Tensor forward(const Tensor& x, const Tensor& h = {});
};
class LSTMCellImpl : public RecurrentCellBase {
public:
    using States = std::tuple<Tensor, Tensor>;
    LSTMCellImpl(int64_t input_size, int64_t hidden_size)
        : LSTMCellImpl(LSTMCellOptions(input_size, hidden_size)) {}
    explicit LSTMCellImpl(const LSTMCellOptions& cell_options)
        : RecurrentCellBase(Recurrence::lstm, cell_options) {}
    States forward(const Tensor& x, const std::optional<States>& states = std::nullopt);
};
class GRUCellImpl : public RecurrentCellBase {
public:
    GRUCellImpl(int64_t input_size, int64_t hidden_size)
        : GRUCellImpl(GRUCellOptions(input_size, hidden_size)) {}
    explicit GRUCellImpl(const GRUCellOptions& cell_options)
        : RecurrentCellBase(Recurrence::gru, cell_options) {}
    Tensor forward(const Tensor& x, const Tensor& h = {});
};
LITHE_MODULE(RNNCell);
LITHE_MODULE(LSTMCell);
LITHE_MODULE(GRUCell);

}  // namespace lithe::nn
