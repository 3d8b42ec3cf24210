// RNN, LSTM and GRU compiled with sequences of a named length, against eager mode.
#include "dsl/layers/recurrent.h"

#include "tests/support/compiled_function.h"
#include "tests/support/sample.h"

namespace lithe::tests {
namespace {

Tensors flat(const std::tuple<Tensor, Tensor>& out) { return {std::get<0>(out), std::get<1>(out)}; }
Tensors flat(const std::tuple<Tensor, std::tuple<Tensor, Tensor>>& out) {
    const auto& [h, c] = std::get<1>(out);
    return {std::get<0>(out), h, c};
}

template <class Layer>
CompiledFunction compiled(Layer layer, const std::string& inputs,
                          const CompileOptions& options = compile_without_hooks()) {
    manual_seed(5);
    layer->reset_parameters();
    layer->eval();
    return {layer.ptr(), [layer](const Tensors& in) mutable { return flat(layer->forward(in[0])); },
            inputs, options};
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
    std::vector<nn::RNNOptions> all{options().dtype(DType::f64).num_layers(2).bidirectional(true),
                                    options(),
                                    options().batch_first(true).bias(false).bidirectional(true)};
    if (has_projection) all.push_back(options().proj_size(2).num_layers(2).batch_first(true));
    Sample sample(3);
    for (const nn::RNNOptions& each : all) {
        if (sample.takes()) check_layer<Layer>(each, each.dtype() == DType::f64 ? 1e-12 : 1e-5);
    }
}

int kernels_of(CompiledModel& model) { return model.compiled().groups; }

int groups_of(const ir::Graph& graph) {
    int groups = 0;
    for (const auto& node : graph.nodes()) groups += node->is("group") ? 1 : 0;
    return groups;
}

/// How many kernels run in each round of the loops of `forward`, and how many outside of them.
struct KernelCounts {
    std::vector<int> in_rounds;
    int outside = 0;
};
KernelCounts kernel_counts(const ir::Program& program) {
    const ir::Graph& graph = *program.graph("forward");
    KernelCounts counts{.in_rounds = {}, .outside = groups_of(graph)};
    for (const auto& node : graph.nodes()) {
        if (node->is("scan")) counts.in_rounds.push_back(groups_of(*node->body(0)));
    }
    return counts;
}

template <class Layer>
void check_kernels_of_a_step(const nn::RNNOptions& options) {
    Layer layer(options);
    layer->eval();
    ir::Program program = trace(
        *layer, [layer](const Tensors& in) mutable { return flat(layer->forward(in[0])); },
        parse_input_specs("x:f32[T=1..40,N=1..5,3]"), "model");
    passes::run_pipeline(program, pass_options(compile_without_hooks()));
    BOOST_TEST(!kernel_counts(program).in_rounds.empty());
    for (const int kernels : kernel_counts(program).in_rounds) {
        BOOST_TEST(kernels == (options.proj_size() > 0 ? 2 : 1));
    }
}

/// An LSTM's parameters, as an author keeps them.
struct OwnCellImpl : nn::Module {
    Tensor w = register_parameter("w", numbers({3, 24}, DType::f32, 0.5, 1));
    Tensor u = register_parameter("u", numbers({6, 24}, DType::f32, 0.5, 2));
    Tensor b = register_parameter("b", numbers({24}, DType::f32, 0.5, 3));

    Tensors step(const Tensor& x, const Tensor& h, const Tensor& c) const {
        const Tensor gates = matmul(x, w) + matmul(h, u) + b;
        const auto part = [&](int64_t i) { return gates.slice(1, 6 * i, 6 * i + 6); };
        const Tensor cell = sigmoid(part(1)) * c + sigmoid(part(0)) * tanh(part(2));
        return {sigmoid(part(3)) * tanh(cell), cell};
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(layers_recurrent, *boost::unit_test::label("long"))

BOOST_AUTO_TEST_CASE(rnn_of_any_length, *boost::unit_test::label("sampled")) {
    check_options<nn::RNN>(false);
}
BOOST_AUTO_TEST_CASE(lstm_of_any_length, *boost::unit_test::label("sampled")) {
    check_options<nn::LSTM>(true);
}
BOOST_AUTO_TEST_CASE(gru_of_any_length, *boost::unit_test::label("sampled")) {
    check_options<nn::GRU>(false);
}

BOOST_AUTO_TEST_CASE(unbatched_and_with_states, *boost::unit_test::label("slow")) {
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
    CompiledFunction few = compiled(nn::LSTM(3, 8), "x:f32[2,4,3]", compile_options());
    CompiledFunction many = compiled(nn::LSTM(3, 8), "x:f32[500,4,3]", compile_options());
    BOOST_CHECK_EQUAL(kernels_of(few.model()), kernels_of(many.model()));
    BOOST_CHECK_LE(kernels_of(many.model()), 16);  // with those of the plan for hooks
    many.check({numbers({500, 4, 3}, DType::f32)}, 1e-5);
}

BOOST_AUTO_TEST_CASE(a_step_is_one_kernel) {
    for (const bool both : {false, true}) {
        const auto options = [&] { return nn::RNNOptions(3, 6).num_layers(2).bidirectional(both); };
        check_kernels_of_a_step<nn::RNN>(options());
        check_kernels_of_a_step<nn::LSTM>(options());
        check_kernels_of_a_step<nn::GRU>(options().bias(false));
        check_kernels_of_a_step<nn::LSTM>(options().proj_size(2));
    }
}

BOOST_AUTO_TEST_CASE(cells_in_the_authors_loop, *boost::unit_test::label("slow")) {
    constexpr int steps = 7;
    manual_seed(5);
    const nn::LSTMCell lstm(3, 6);
    const nn::GRUCell gru(6, 5);
    nn::ModuleList cells(lstm, gru);
    const auto forward = [=](const Tensors& in) mutable -> Tensors {
        Tensor h = zeros({in[0].size(0), 6}), c = h, g = zeros({in[0].size(0), 5});
        for (int t = 0; t < steps; ++t) {
            std::tie(h, c) = lstm->forward(in[0].select(1, t), std::make_tuple(h, c));
            g = gru->forward(h, g);
        }
        return {h, c, g};
    };
    CompiledFunction f(cells.ptr(), forward, "x:f32[N=1..5,7,3]");
    for (const int n : {1, 5}) f.check({numbers({n, steps, 3}, DType::f32)}, 1e-5);
    // The inputs' product; in a step a slice of it, the LSTM, the GRU's product of h, the GRU.
    BOOST_TEST(kernel_counts(f.model().compiled().program).outside <= 1 + 4 * steps);
}

BOOST_AUTO_TEST_CASE(a_cell_of_the_authors_own) {
    auto net = std::make_shared<OwnCellImpl>();
    const auto forward = [net](const Tensors& in) -> Tensors {
        const ScanStep step = [&](const Tensors& now, const Tensors& x) -> ScanResult {
            const Tensors next = net->step(x[0], now[0], now[1]);
            return {next, {next[0]}};
        };
        const Tensor start = zeros({in[0].size(1), 6});
        const ScanResult result = scan(step, {start, start}, {in[0]});
        return {result.stacked[0], result.carries[1]};
    };
    CompiledFunction f(net, forward, "x:f32[T=1..40,N=1..5,3]");
    for (const auto& [t, n] : {std::pair{1, 1}, {9, 1}, {40, 5}}) {
        f.check({numbers({t, n, 3}, DType::f32)}, 1e-5);
    }
    const KernelCounts counts = kernel_counts(f.model().compiled().program);
    BOOST_TEST(counts.in_rounds == std::vector<int>{1}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
