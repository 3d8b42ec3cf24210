#include "dsl/layers/recurrent.h"

#include <cmath>

#include "dsl/control_flow.h"
#include "dsl/init.h"
#include "dsl/layers/make.h"
#include "dsl/ops.h"
#include "dsl/random.h"
#include "dsl/repr.h"
#include "dsl/warning.h"

namespace lithe::nn {
namespace {

int64_t gate_count(Recurrence recurrence) {
    return recurrence == Recurrence::lstm ? 4 : recurrence == Recurrence::gru ? 3 : 1;
}

/// One step from what x (`in`) and h (`back`) contribute to the gates: the new h and c.
std::tuple<Tensor, Tensor> next_state(Recurrence recurrence, const Tensor& in, const Tensor& back,
                                      const Tensor& h, const Tensor& c) {
    if (recurrence == Recurrence::rnn_tanh) return {tanh(in + back), c};
    if (recurrence == Recurrence::rnn_relu) return {relu(in + back), c};
    if (recurrence == Recurrence::lstm) {
        const Tensors gates = chunk(in + back, 4, -1);
        const Tensor cell = sigmoid(gates[1]) * c + sigmoid(gates[0]) * tanh(gates[2]);
        return {sigmoid(gates[3]) * tanh(cell), cell};
    }
    const Tensors from_x = chunk(in, 3, -1), from_h = chunk(back, 3, -1);
    const Tensor r = sigmoid(from_x[0] + from_h[0]), z = sigmoid(from_x[1] + from_h[1]);
    const Tensor n = tanh(from_x[2] + r * from_h[2]);
    return {(1 - z) * n + z * h, c};
}

Recurrence rnn_of(Choice nonlinearity) {
    check_choice("rnn", "nonlinearity", nonlinearity, {kTanh, kReLU});
    return nonlinearity == kTanh ? Recurrence::rnn_tanh : Recurrence::rnn_relu;
}

}  // namespace

RecurrentBase::RecurrentBase(Recurrence recurrence, const RNNOptions& rnn_options)
    : options(rnn_options), recurrence_(recurrence) {
    check_positive("rnn", "hidden_size", options.hidden_size());
    check_positive("rnn", "num_layers", options.num_layers());
    check_positive("rnn", "proj_size", options.proj_size(), 0);
    check_probability("rnn", options.dropout());
    if (options.proj_size() > 0 && recurrence != Recurrence::lstm) {
        throw UserError("rnn.proj_size", "rnn: proj_size is for an LSTM only, got " +
                                             std::to_string(options.proj_size()));
    }
    if (options.proj_size() >= options.hidden_size()) {
        throw UserError("rnn.proj_size", "rnn: proj_size " + std::to_string(options.proj_size()) +
                                             " has to be smaller than hidden_size " +
                                             std::to_string(options.hidden_size()));
    }
    if (options.dropout() > 0 && options.num_layers() == 1) {
        warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout "
            "expects num_layers greater than 1");
    }
    const int64_t rows = gate_count(recurrence) * options.hidden_size();
    const int64_t out = options.proj_size() > 0 ? options.proj_size() : options.hidden_size();
    const int64_t directions = options.bidirectional() ? 2 : 1;
    for (int64_t layer = 0; layer < options.num_layers(); ++layer) {
        for (int64_t direction = 0; direction < directions; ++direction) {
            Weights w;
            w.ih = new_parameter({rows, layer == 0 ? options.input_size() : out * directions},
                                 options.dtype());
            w.hh = new_parameter({rows, out}, options.dtype());
            if (options.bias()) {
                w.bias_ih = new_parameter({rows}, options.dtype());
                w.bias_hh = new_parameter({rows}, options.dtype());
            }
            if (options.proj_size() > 0)
                w.hr = new_parameter({out, options.hidden_size()}, options.dtype());
            weights_.push_back(w);
        }
    }
    reset_parameters();
}

void RecurrentBase::reset_parameters() {
    const double limit = 1 / std::sqrt(static_cast<double>(options.hidden_size()));
    for (const Tensor& weight : all_weights()) init::uniform_(weight, -limit, limit);
}

Tensors RecurrentBase::all_weights() const {
    Tensors all;
    for (const Weights& w : weights_) {
        for (const Tensor& tensor : {w.ih, w.hh, w.bias_ih, w.bias_hh, w.hr}) {
            if (tensor.defined()) all.push_back(tensor);
        }
    }
    return all;
}

const RecurrentBase::Weights& RecurrentBase::weights(int64_t layer, int64_t direction) const {
    return weights_[static_cast<size_t>(layer * (options.bidirectional() ? 2 : 1) + direction)];
}

void RecurrentBase::visit_members(FieldVisitor& visitor) {
    const size_t directions = options.bidirectional() ? 2 : 1;
    for (size_t i = 0; i < weights_.size(); ++i) {
        const std::string suffix =
            "_l" + std::to_string(i / directions) + (i % directions == 1 ? "_reverse" : "");
        const auto show = [&](const char* name, Tensor& tensor) {
            visitor.tensor(name + suffix, tensor, TensorFieldKind::parameter);
        };
        Weights& w = weights_[i];
        show("weight_ih", w.ih);
        show("weight_hh", w.hh);
        if (options.bias()) {
            show("bias_ih", w.bias_ih);
            show("bias_hh", w.bias_hh);
        }
        if (options.proj_size() > 0) show("weight_hr", w.hr);
    }
}

std::string RecurrentBase::extra_repr() const {
    Repr repr;
    repr.add(options.input_size()).add(options.hidden_size());
    if (options.proj_size() != 0) repr.add("proj_size", options.proj_size());
    if (options.num_layers() != 1) repr.add("num_layers", options.num_layers());
    if (!options.bias()) repr.add("bias", false);
    if (options.batch_first()) repr.add("batch_first", true);
    if (options.dropout() != 0) repr.add("dropout", options.dropout());
    if (options.bidirectional()) repr.add("bidirectional", true);
    return repr.str();
}

void RecurrentBase::check_input(const Tensor& x) const {
    if (x.dim() != 2 && x.dim() != 3) {
        throw UserError("rnn.rank", "rnn: expected input to be 2-D or 3-D, got " + x.type().str());
    }
    const Dim size = x.size(-1);
    if (!same(size, Dim(options.input_size())) && size != options.input_size()) {
        throw UserError("rnn.input_size",
                        "rnn: input.size(-1) must be equal to input_size, expected " +
                            std::to_string(options.input_size()) + ", got " + x.type().str());
    }
}

Tensor RecurrentBase::checked_state(const Tensor& state, int64_t size, const Tensor& x,
                                    bool is_batched) const {
    const int64_t count = options.num_layers() * (options.bidirectional() ? 2 : 1);
    const Shape wanted{Dim(count), x.size(1), Dim(size)};
    if (!state.defined()) return zeros(wanted, x.dtype());
    if (state.dim() != (is_batched ? 3 : 2)) {
        throw UserError("rnn.state", "rnn: for " + std::string(is_batched ? "" : "un") +
                                         "batched input the state should be " +
                                         (is_batched ? "3" : "2") + "-D, got " +
                                         state.type().str());
    }
    const Tensor batched = is_batched ? state : unsqueeze(state, 1);
    if (!same(batched.sizes(), wanted) && batched.sizes() != wanted) {
        throw UserError("rnn.state", "rnn: expected a state of shape " + lithe::str(wanted) +
                                         ", got " + batched.type().str());
    }
    return batched;
}

RecurrentBase::State RecurrentBase::step(const Tensor& input_part, const Weights& w,
                                         const State& state) const {
    const auto [h, c] =
        next_state(recurrence_, input_part, linear(state.h, w.hh, w.bias_hh), state.h, state.c);
    return {w.hr.defined() ? linear(h, w.hr) : h, c};
}

/// What x contributes is one product for all steps; the rest is a scan.
Tensor RecurrentBase::run_direction(const Tensor& x, const Weights& w, State& state,
                                    bool is_reverse, const Tensor& lengths) const {
    if (x.size(0).is_constant(0)) {
        throw UserError("rnn.empty",
                        "rnn: a sequence has at least one step, got " + x.type().str());
    }
    const bool has_cell = state.c.defined();
    Tensors slices{linear(x, w.ih, w.bias_ih)};
    if (lengths.defined()) {
        // A sequence that is over, or from behind not begun, keeps its state.
        const Tensor times = reshape(arange(0, x.size(0), 1, lengths.dtype()), {x.size(0), 1, 1});
        slices.push_back(unsqueeze(lengths, 1) > times);
    }
    const ScanStep one = [&](const Tensors& now, const Tensors& slice) -> ScanResult {
        const State before{now[0], has_cell ? now[1] : Tensor()};
        State next = step(slice[0], w, before);
        const Tensor y = next.h;
        if (lengths.defined()) {
            next.h = where(slice[1], next.h, before.h);
            if (has_cell) next.c = where(slice[1], next.c, before.c);
        }
        return {has_cell ? Tensors{next.h, next.c} : Tensors{next.h}, {y}};
    };
    Tensors start{state.h};
    if (has_cell) start.push_back(state.c);
    const ScanResult result = scan(one, start, slices, {.reverse = is_reverse});
    state = {result.carries[0], has_cell ? result.carries[1] : Tensor()};
    return result.stacked[0];
}

std::tuple<Tensor, RecurrentBase::State> RecurrentBase::run(const Tensor& x, const State& initial,
                                                            const Tensor& lengths) const {
    check_input(x);
    const bool is_batched = x.dim() == 3;
    const bool swaps = is_batched && options.batch_first() && !lengths.defined();
    Tensor y = !is_batched ? unsqueeze(x, 1) : swaps ? transpose(x, 0, 1) : x;
    const int64_t out = options.proj_size() > 0 ? options.proj_size() : options.hidden_size();
    const Tensor h = checked_state(initial.h, out, y, is_batched);
    const Tensor c = recurrence_ == Recurrence::lstm
                         ? checked_state(initial.c, options.hidden_size(), y, is_batched)
                         : Tensor();
    const int64_t directions = options.bidirectional() ? 2 : 1;
    Tensors last_h, last_c;
    for (int64_t layer = 0; layer < options.num_layers(); ++layer) {
        Tensors sides;
        for (int64_t direction = 0; direction < directions; ++direction) {
            const int64_t index = layer * directions + direction;
            State state{select(h, 0, index), c.defined() ? select(c, 0, index) : Tensor()};
            sides.push_back(
                run_direction(y, weights(layer, direction), state, direction == 1, lengths));
            last_h.push_back(state.h);
            last_c.push_back(state.c);
        }
        y = directions == 1 ? sides[0] : cat(sides, -1);
        if (layer + 1 < options.num_layers()) y = dropout(y, options.dropout(), is_training());
    }
    State state{stack(last_h, 0), c.defined() ? stack(last_c, 0) : Tensor()};
    if (swaps) y = transpose(y, 0, 1);
    if (!is_batched) {
        y = squeeze(y, Axes(1));
        state.h = squeeze(state.h, Axes(1));
        if (c.defined()) state.c = squeeze(state.c, Axes(1));
    }
    return {y, state};
}

std::tuple<PackedSequence, RecurrentBase::State> RecurrentBase::run_packed(
    const PackedSequence& x, const State& initial) const {
    // In the order of the packed sequences, the longest first.
    const PackedSequence sorted(x.data(), x.batch_sizes());
    const auto [padded, lengths] = utils::rnn::pad_packed_sequence(sorted);
    const auto permuted = [](const Tensor& state, const Tensor& order) {
        return state.defined() && order.defined() ? index_select(state, 1, order) : state;
    };
    const Tensor &sort = x.sorted_indices(), &unsort = x.unsorted_indices();
    auto [y, last] = run(padded, {permuted(initial.h, sort), permuted(initial.c, sort)}, lengths);
    last.h = permuted(last.h, unsort);
    last.c = permuted(last.c, unsort);
    return {x.with_data(utils::rnn::pack_padded_sequence(y, lengths).data()), last};
}

RNNImpl::RNNImpl(const RNNOptions& rnn_options)
    : RecurrentBase(rnn_of(rnn_options.nonlinearity()), rnn_options) {}

std::tuple<Tensor, Tensor> RNNImpl::forward(const Tensor& x, const Tensor& h) {
    const auto [y, state] = run(x, {h, {}});
    return {y, state.h};
}

std::tuple<PackedSequence, Tensor> RNNImpl::forward_with_packed_input(const PackedSequence& x,
                                                                      const Tensor& h) {
    const auto [y, state] = run_packed(x, {h, {}});
    return {y, state.h};
}

std::tuple<PackedSequence, LSTMImpl::States> LSTMImpl::forward_with_packed_input(
    const PackedSequence& x, const std::optional<States>& states) {
    const State initial = states ? State{std::get<0>(*states), std::get<1>(*states)} : State();
    const auto [y, state] = run_packed(x, initial);
    return {y, {state.h, state.c}};
}

std::tuple<PackedSequence, Tensor> GRUImpl::forward_with_packed_input(const PackedSequence& x,
                                                                      const Tensor& h) {
    const auto [y, state] = run_packed(x, {h, {}});
    return {y, state.h};
}

std::tuple<Tensor, LSTMImpl::States> LSTMImpl::forward(const Tensor& x,
                                                       const std::optional<States>& states) {
    const State initial = states ? State{std::get<0>(*states), std::get<1>(*states)} : State();
    const auto [y, state] = run(x, initial);
    return {y, {state.h, state.c}};
}

std::tuple<Tensor, Tensor> GRUImpl::forward(const Tensor& x, const Tensor& h) {
    const auto [y, state] = run(x, {h, {}});
    return {y, state.h};
}

RecurrentCellBase::RecurrentCellBase(Recurrence recurrence, const RNNCellOptions& cell_options)
    : options(cell_options), recurrence_(recurrence) {
    check_positive("rnn_cell", "hidden_size", options.hidden_size());
    const int64_t rows = gate_count(recurrence) * options.hidden_size();
    weight_ih = new_parameter({rows, options.input_size()}, options.dtype());
    weight_hh = new_parameter({rows, options.hidden_size()}, options.dtype());
    if (options.bias()) {
        bias_ih = new_parameter({rows}, options.dtype());
        bias_hh = new_parameter({rows}, options.dtype());
    }
    reset_parameters();
}

void RecurrentCellBase::reset_parameters() {
    const double limit = 1 / std::sqrt(static_cast<double>(options.hidden_size()));
    for (const Tensor& weight : {weight_ih, weight_hh, bias_ih, bias_hh}) {
        if (weight.defined()) init::uniform_(weight, -limit, limit);
    }
}

std::tuple<Tensor, Tensor> RecurrentCellBase::run(const Tensor& x, const Tensor& h,
                                                  const Tensor& c) const {
    if (x.dim() != 1 && x.dim() != 2) {
        throw UserError("rnn_cell.rank",
                        "rnn_cell: expected input to be 1-D or 2-D, got " + x.type().str());
    }
    Shape shape = x.sizes();
    shape.back() = options.hidden_size();
    const Tensor hidden = h.defined() ? h : zeros(shape, x.dtype());
    const Tensor cell = c.defined() ? c : zeros(shape, x.dtype());
    return next_state(recurrence_, linear(x, weight_ih, bias_ih),
                      linear(hidden, weight_hh, bias_hh), hidden, cell);
}

std::string RecurrentCellBase::extra_repr() const {
    Repr repr;
    repr.add(options.input_size()).add(options.hidden_size());
    if (!options.bias()) repr.add("bias", false);
    if (recurrence_ == Recurrence::rnn_relu) repr.append("nonlinearity=relu");
    return repr.str();
}

void RecurrentCellBase::visit_members(FieldVisitor& visitor) {
    visitor.tensor("weight_ih", weight_ih, TensorFieldKind::parameter);
    visitor.tensor("weight_hh", weight_hh, TensorFieldKind::parameter);
    visitor.tensor("bias_ih", bias_ih, TensorFieldKind::parameter);
    visitor.tensor("bias_hh", bias_hh, TensorFieldKind::parameter);
}

RNNCellImpl::RNNCellImpl(const RNNCellOptions& cell_options)
    : RecurrentCellBase(rnn_of(cell_options.nonlinearity()), cell_options) {}

Tensor RNNCellImpl::forward(const Tensor& x, const Tensor& h) { return std::get<0>(run(x, h, {})); }

LSTMCellImpl::States LSTMCellImpl::forward(const Tensor& x, const std::optional<States>& states) {
    return states ? run(x, std::get<0>(*states), std::get<1>(*states)) : run(x, {}, {});
}

Tensor GRUCellImpl::forward(const Tensor& x, const Tensor& h) { return std::get<0>(run(x, h, {})); }

}  // namespace lithe::nn
