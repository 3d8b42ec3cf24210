// RNN, LSTM and GRU compiled with sequences of a named length, against eager mode.
#include "dsl/layers/recurrent.h"

#include "tests/support/compiled_function.h"

namespace lithe::tests {
namespace {

Tensors flat(const std::tuple<Tensor, Tensor>& out) { return {std::get<0>(out), std::get<1>(out)}; }
Tensors flat(const std::tuple<Tensor, std::tuple<Tensor, Tensor>>& out) {
    const auto& [h, c] = std::get<1>(out);
    return {std::get<0>(out), h, c};
}

template <class Layer>
CompiledFunction compiled(Layer layer, const std::string& inputs) {
    manual_seed(5);
    layer->reset_parameters();
    layer->eval();
    return {layer.ptr(), [layer](const Tensors& in) mutable { return flat(layer->forward(in[0])); },
            inputs};
}

template <class Layer>
void check_layer(const nn::RNNOptions& options, double tolerance) {
    const std::string dtype(name(options.dtype()));
    const bool first = options.batch_first();
    CompiledFunction f = compiled(
        Layer(options), "x:" + dtype + (first ? "[N=1..5,T=1..40,3]" : "[T=1..40,N=1..5,3]"));
    for (const auto& [t, n] : {std::pair{1, 1}, {2, 3}, {37, 1}, {40, 5}}) {
        BOOST_TEST_CONTEXT("T=" << t << " N=" << n) {
            const Sizes sizes = first ? Sizes{n, t, 3} : Sizes{t, n, 3};
            f.check({numbers(sizes, options.dtype())}, tolerance);
        }
    }
}

template <class Layer>
void check_options(bool has_projection) {
    const auto options = [] { return nn::RNNOptions(3, 6); };
    check_layer<Layer>(options(), 1e-5);
    check_layer<Layer>(options().dtype(DType::f64).num_layers(2).bidirectional(true), 1e-12);
    check_layer<Layer>(options().batch_first(true).bias(false).bidirectional(true), 1e-5);
    if (has_projection) {
        check_layer<Layer>(options().proj_size(2).num_layers(2).batch_first(true), 1e-5);
    }
}

int kernels_of(CompiledModel& model) { return model.compiled().groups; }

}  // namespace

BOOST_AUTO_TEST_SUITE(layers_recurrent)

BOOST_AUTO_TEST_CASE(rnn_of_any_length) { check_options<nn::RNN>(false); }
BOOST_AUTO_TEST_CASE(lstm_of_any_length) { check_options<nn::LSTM>(true); }
BOOST_AUTO_TEST_CASE(gru_of_any_length) { check_options<nn::GRU>(false); }

BOOST_AUTO_TEST_CASE(unbatched_and_with_states) {
    manual_seed(5);
    nn::LSTM layer(nn::LSTMOptions(3, 4).num_layers(2));
    layer->eval();
    CompiledFunction unbatched(
        layer.ptr(), [layer](const Tensors& in) mutable { return flat(layer->forward(in[0])); },
        "x:f32[T=1..9,3]");
    for (const int t : {1, 7}) unbatched.check({numbers({t, 3}, DType::f32)}, 1e-5);
    CompiledFunction with_states(
        layer.ptr(),
        [layer](const Tensors& in) mutable {
            return flat(layer->forward(in[0], std::make_tuple(in[1], in[2])));
        },
        "x:f32[T=1..9,N=1..3,3];h:f32[2,N,4];c:f32[2,N,4]");
    with_states.check({numbers({5, 2, 3}, DType::f32), numbers({2, 2, 4}, DType::f32, 1, 1),
                       numbers({2, 2, 4}, DType::f32, 1, 2)},
                      1e-5);
}

BOOST_AUTO_TEST_CASE(packed_sequences) {
    manual_seed(5);
    nn::GRU layer(nn::GRUOptions(3, 4).bidirectional(true));
    layer->eval();
    const Tensor lengths = tensor({6, 4, 1}, DType::i64);
    const auto forward = [=](const Tensors& in) mutable -> Tensors {
        const auto packed = nn::utils::rnn::pack_padded_sequence(in[0], lengths);
        const auto [y, h] = layer->forward_with_packed_input(packed);
        return {y.data(), h};
    };
    CompiledFunction f(layer.ptr(), forward, "x:f32[6,3,3]");
    f.check({numbers({6, 3, 3}, DType::f32)}, 1e-5);
}

BOOST_AUTO_TEST_CASE(longer_sequences_need_no_more_kernels) {
    CompiledFunction few = compiled(nn::LSTM(3, 8), "x:f32[2,4,3]");
    CompiledFunction many = compiled(nn::LSTM(3, 8), "x:f32[500,4,3]");
    BOOST_CHECK_EQUAL(kernels_of(few.model()), kernels_of(many.model()));
    BOOST_CHECK_LE(kernels_of(many.model()), 16);  // with those of the plan for hooks
    many.check({numbers({500, 4, 3}, DType::f32)}, 1e-5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
