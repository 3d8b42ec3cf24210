// Layers beside what PyTorch 2.15.0 printed and computed.
#include "compiler/compiled_model.h"
#include "dsl/nn.h"
#include "dsl/random.h"
#include "tests/support/compile_options.h"
#include "tests/support/recorded_sums.h"

namespace lithe::tests {
namespace {

namespace F = nn::functional;

Tensor N(const Sizes& sizes, int stream = 0, double limit = 1.5) {
    return numbers(sizes, DType::f64, limit, stream);
}

/// A number of all elements.
double digest(const Tensor& x) { return weighted_sum(x.detach()).item<double>(); }

void check_digest(const Tensor& x, double want) {
    BOOST_CHECK_MESSAGE(std::abs(digest(x) - want) <= 1e-10 * std::max(1.0, std::abs(want)),
                        "got " << digest(x) << ", expected " << want);
}

/// Parameter i becomes numbers(.., 20 + i) in f64.
void fill(nn::Module& module) {
    int stream = 20;
    for (const Tensor& parameter : module.parameters()) {
        parameter.set_data(N(constant_sizes(parameter.sizes()), stream++, 0.6));
    }
}

/// A function as a module.
struct OneImpl : nn::Module {
    std::function<Tensor(const Tensor&)> function;
    explicit OneImpl(std::function<Tensor(const Tensor&)> f) : function(std::move(f)) {}
    Tensor forward(const Tensor& x) { return function(x); }
};
LITHE_MODULE(One);

/// Compiled, a function gives what it gives in eager mode.
void check_compiled(const std::string& inputs, const std::vector<Sizes>& sizes,
                    const std::function<Tensor(const Tensor&)>& function) {
    One net(function);
    CompiledModel compiled = compile(net, inputs, compile_options());
    for (const Sizes& size : sizes) {
        const Tensor x = numbers(size, DType::f32);
        check_equal(compiled(Tensors{x}).at(0), net->forward(x), 1e-5);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(layers_catalogue)

BOOST_AUTO_TEST_CASE(print_as_in_pytorch) {
    const auto check = [](const nn::Module& module, const std::string& text) {
        BOOST_CHECK_EQUAL(module.str(), text);
    };
    check(*nn::FractionalMaxPool2d(
              nn::FractionalMaxPool2dOptions(3).output_size(ExpandingArray<2>(5))),
          "FractionalMaxPool2d()");
    check(*nn::MaxUnpool2d(2), "MaxUnpool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0))");
    check(*nn::MaxUnpool1d(3), "MaxUnpool1d(kernel_size=(3,), stride=(3,), padding=(0,))");
    check(*nn::Fold(nn::FoldOptions({4, 5}, 2)),
          "Fold(output_size=(4, 5), kernel_size=2, dilation=1, padding=0, stride=1)");
    check(*nn::Unfold(nn::UnfoldOptions(3).padding(1)),
          "Unfold(kernel_size=3, dilation=1, padding=1, stride=1)");
    check(*nn::LPPool2d(2, 3),
          "LPPool2d(norm_type=2, kernel_size=3, stride=None, ceil_mode=False)");
    check(*nn::AdaptiveAvgPool2d(std::vector<std::optional<int64_t>>{std::nullopt, 7}),
          "AdaptiveAvgPool2d(output_size=(None, 7))");
    check(*nn::CTCLoss(), "CTCLoss()");
    check(*nn::LinearCrossEntropyLoss(nn::LinearCrossEntropyLossOptions(3, 4).out_features({2})),
          "LinearCrossEntropyLoss(\n  in_features=3, num_classes=4, out_features=(2,), bias=False, "
          "reduction=mean, "
          "ignore_index=None, label_smoothing=0.0, options=None\n  (linear): Linear(in_features=3, "
          "out_features=8, bias=False)\n)");
    check(*nn::EmbeddingBag(nn::EmbeddingBagOptions(5, 3).padding_idx(-1).mode(kMax)),
          "EmbeddingBag(5, 3, mode='max', padding_idx=4)");
    check(*nn::Embedding(nn::EmbeddingOptions(5, 3).padding_idx(-1).max_norm(2)),
          "Embedding(5, 3, padding_idx=4, max_norm=2.0)");
    check(*nn::CrossMapLRN2d(3), "CrossMapLRN2d(3, alpha=0.0001, beta=0.75, k=1)");
    check(*nn::SyncBatchNorm(3),
          "SyncBatchNorm(3, eps=1e-05, momentum=0.1, affine=True, bias=True, "
          "track_running_stats=True)");
    check(*nn::UpsamplingBilinear2d(nn::UpsampleOptions().scale_factor(std::vector<double>{2})),
          "UpsamplingBilinear2d(scale_factor=2.0, mode='bilinear')");
    check(*nn::UpsamplingNearest2d(nn::UpsampleOptions().size(Sizes{4})),
          "UpsamplingNearest2d(size=4, mode='nearest')");
    check(*nn::Upsample(nn::UpsampleOptions().size(Sizes{2, 3}).mode(kBicubic)),
          "Upsample(size=(2, 3), mode='bicubic')");
    check(*nn::LazyLinear(4), "LazyLinear(in_features=0, out_features=4, bias=True)");
    check(*nn::LazyConv2d(4, 3), "LazyConv2d(0, 4, kernel_size=(3, 3), stride=(1, 1))");
    check(*nn::GroupNorm(2, 4), "GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)");
    check(*nn::LayerNorm(nn::LayerNormOptions({3, 4}).bias(false)),
          "LayerNorm((3, 4), eps=1e-05, elementwise_affine=True, bias=False)");
    check(*nn::RMSNorm(4), "RMSNorm((4,), eps=None, elementwise_affine=True)");
    check(*nn::InstanceNorm2d(3),
          "InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=False, bias=False, "
          "track_running_stats=False)");
    check(*nn::GRU(nn::GRUOptions(3, 4).num_layers(2).bias(false).dropout(0.5).bidirectional(true)),
          "GRU(3, 4, num_layers=2, bias=False, dropout=0.5, bidirectional=True)");
    check(*nn::RNNCell(nn::RNNCellOptions(3, 4).nonlinearity(kReLU).bias(false)),
          "RNNCell(3, 4, bias=False, nonlinearity=relu)");
    check(*nn::MultiheadAttention(4, 2),
          "MultiheadAttention(\n  (out_proj): NonDynamicallyQuantizableLinear(in_features=4, "
          "out_features=4, bias=True)\n)");
    check(*nn::ConvTranspose2d(nn::ConvTranspose2dOptions(2, 4, 3)
                                   .output_padding(1)
                                   .stride(2)
                                   .padding(1)
                                   .dilation(2)
                                   .groups(2)),
          "ConvTranspose2d(2, 4, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), dilation=(2, "
          "2), output_padding=(1, 1), groups=2)");
}

BOOST_AUTO_TEST_CASE(packed_sequences_go_there_and_back) {
    namespace rnn = nn::utils::rnn;
    const Tensor x = N({5, 3, 2}), lengths = tensor({2, 5, 3});
    const rnn::PackedSequence packed = rnn::pack_padded_sequence(x, lengths, false, false);
    check_equal(packed.batch_sizes(), tensor({3, 3, 2, 1, 1}));
    check_equal(packed.sorted_indices(), tensor({1, 2, 0}));
    check_equal(packed.unsorted_indices(), tensor({2, 0, 1}));
    const auto [back, counted] = rnn::pad_packed_sequence(packed, false, 7.5, 6);
    check_equal(counted, lengths);
    BOOST_CHECK_EQUAL(back.type().str(), "f64[6, 3, 2]");
    check_equal(select(back, 1, 1).narrow(0, 0, 5), select(x, 1, 1));
    check_equal(select(back, 1, 0).narrow(0, 2, 4), full({4, 2}, 7.5, DType::f64));
    const Tensors sequences = rnn::unpack_sequence(packed);
    check_equal(sequences.at(2), select(x, 1, 2).narrow(0, 0, 3));
    check_equal(rnn::pad_sequence({tensor({1, 2, 3}), tensor({4})}, true, -1, "left"),
                tensor({{1, 2, 3}, {-1, -1, 4}}));
    check_error("pack_padded_sequence.order", [&] { rnn::pack_padded_sequence(x, lengths); });
    check_error("pack_padded_sequence.lengths",
                [&] { rnn::pack_padded_sequence(x, tensor({6, 2, 1})); });
    check_error("pad_packed_sequence.total_length",
                [&] { rnn::pad_packed_sequence(packed, false, 0, 4); });
}

BOOST_AUTO_TEST_CASE(recurrent_layers_run_over_packed_sequences) {
    namespace rnn = nn::utils::rnn;
    const auto run = [](auto layer, auto state_of, double y_want, double h_want, double gradient) {
        fill(*layer);
        const Tensor x = N({5, 3, 3}).requires_grad_();
        const auto [y, state] = layer->forward_with_packed_input(
            rnn::pack_padded_sequence(x, tensor({2, 5, 3}), false, false));
        const Tensor padded = std::get<0>(rnn::pad_packed_sequence(y, false, 0.5)),
                     h = state_of(state);
        check_digest(padded, y_want);
        check_digest(h, h_want);
        (weighted_sum(padded) + weighted_sum(h)).backward();
        const double got =
            (x.grad() * numbers({5, 3, 3}, DType::f64, 1.0, 9)).sum().template item<double>();
        BOOST_CHECK_MESSAGE(std::abs(got - gradient) < 1e-9,
                            "gradient " << got << ", expected " << gradient);
    };
    const nn::LSTMOptions two =
        nn::LSTMOptions(3, 4).num_layers(2).bidirectional(true).dtype(DType::f64);
    const auto first = [](const auto& states) { return std::get<0>(states); };
    const auto itself = [](const Tensor& state) { return state; };
    run(nn::LSTM(nn::LSTMOptions(two).proj_size(2)), first, -0.1851429536850689,
        -0.07135388991297131, -0.5273086058491865);
    run(nn::GRU(two), itself, -0.24934158029104325, 4.939121450683073, -1.3295852905234566);
    run(nn::RNN(nn::RNNOptions(3, 4).nonlinearity(kReLU).bias(false).bidirectional(true).dtype(
            DType::f64)),
        itself, 2.686382669528743, -6.8224847780062365, 4.909840874786628);
    nn::LSTM plain(nn::LSTMOptions(two).proj_size(2));
    fill(*plain);
    const auto [y, state] = plain(N({3, 5, 3}));
    check_digest(y, -0.8221880737214415);
    check_digest(std::get<0>(state), 0.2828460158301081);
}

BOOST_AUTO_TEST_CASE(norms_track_as_in_pytorch) {
    nn::BatchNorm2d norm(nn::BatchNorm2dOptions(3).momentum(std::nullopt).dtype(DType::f64));
    norm(N({2, 3, 2, 2}));
    check_digest(norm(N({2, 3, 2, 2}, 1)), -13.96585121023977);
    check_digest(norm->running_mean, -0.06898398655592791);
    check_digest(norm->running_var, -0.18267982458479848);
    nn::InstanceNorm1d instance(
        nn::InstanceNorm1dOptions(3).affine(true).track_running_stats(true).dtype(DType::f64));
    check_digest(instance(N({2, 3, 4})), -16.638888051632243);
    BOOST_CHECK_EQUAL(instance->num_batches_tracked.item<int64_t>(), 0);  // only BatchNorm counts
    check_digest(instance->running_mean, -0.005770606540548491);
    check_digest(instance->running_var, -0.15200611569108546);
    instance->eval();
    check_digest(instance(N({2, 3, 4})), -17.306892823830744);
    BOOST_CHECK_EQUAL(nn::SyncBatchNorm(3)(randn({4, 3})).type().str(), "f32[4, 3]");
}

BOOST_AUTO_TEST_CASE(adaptive_log_softmax_equals_pytorch_s) {
    nn::AdaptiveLogSoftmaxWithLoss layer(nn::AdaptiveLogSoftmaxWithLossOptions(8, 12, {3, 7})
                                             .div_value(2)
                                             .head_bias(true)
                                             .dtype(DType::f64));
    fill(*layer);
    const Tensor x = N({5, 8}).requires_grad_();
    const auto [output, loss] = layer->forward(x, tensor({0, 2, 5, 11, 7}));
    check_digest(output, 9.540096522020953);
    BOOST_CHECK_CLOSE(loss.item<double>(), 7.69450802410586, 1e-9);
    check_digest(layer->log_prob(x), -10.247910958564812);
    check_equal(layer->predict(x), tensor({7, 10, 0, 1, 2}));
    loss.backward();
    const Tensor weights = numbers({5, 8}, DType::f64, 1.0, 9);
    BOOST_CHECK_CLOSE((x.grad() * weights).sum().item<double>(), -2.7536874463290095, 1e-9);
    BOOST_CHECK(layer->state_dict().contains("tail.1.0.weight"));
    check_error("adaptive_log_softmax.cutoffs",
                [] { nn::AdaptiveLogSoftmaxWithLoss(8, 12, Sizes{7, 3}); });
    check_error("adaptive_log_softmax.target",
                [&] { layer->forward(x, tensor({0, 2, 5, 12, 7})); });
}

BOOST_AUTO_TEST_CASE(lazy_layers_learn_their_sizes) {
    nn::LazyLinear linear(4);
    BOOST_CHECK(linear->parameters().empty() && linear->has_uninitialized_params());
    BOOST_CHECK_EQUAL(linear(randn({2, 7})).type().str(), "f32[2, 4]");
    BOOST_CHECK_EQUAL(linear->weight.type().str(), "f32[4, 7]");
    check_error("linear.features", [&] { linear(randn({2, 6})); });
    nn::LazyConv2d conv(nn::Conv2dOptions(0, 6, 3).groups(3));
    BOOST_CHECK_EQUAL(conv(randn({2, 9, 5, 5})).type().str(), "f32[2, 6, 3, 3]");
    BOOST_CHECK_EQUAL(conv->weight.type().str(), "f32[6, 3, 3, 3]");
    nn::LazyBatchNorm1d norm;
    norm(randn({4, 5}));
    BOOST_CHECK_EQUAL(norm->running_mean.type().str(), "f32[5]");
    BOOST_CHECK_EQUAL(nn::LazyInstanceNorm2d()(randn({2, 3, 4, 4})).type().str(),
                      "f32[2, 3, 4, 4]");
    BOOST_CHECK_EQUAL(nn::LazyConvTranspose1d(4, 3)(randn({2, 5, 6})).type().str(), "f32[2, 4, 8]");
    // A state tells the sizes too.
    nn::LazyLinear loaded(4);
    loaded->load_state_dict(linear->state_dict());
    check_equal(loaded->weight.detach(), linear->weight.detach());
    check_error("lazy.uninitialized", [] { compile(nn::LazyLinear(4), "x:f32[2,3]"); });
}

BOOST_AUTO_TEST_CASE(layers_are_made_in_a_dtype) {
    const auto check = [](const nn::Module& module) {
        for (const auto& [name, parameter] : module.named_parameters()) {
            BOOST_CHECK_MESSAGE(parameter.dtype() == DType::f64, module.name() << ": " << name);
        }
        BOOST_CHECK(!module.parameters().empty());
    };
    const DType f64 = DType::f64;
    check(*nn::Linear(nn::LinearOptions(2, 3).dtype(f64)));
    check(*nn::Bilinear(nn::BilinearOptions(2, 3, 4).dtype(f64)));
    check(*nn::Conv3d(nn::Conv3dOptions(2, 3, 1).dtype(f64)));
    check(*nn::ConvTranspose1d(nn::ConvTranspose1dOptions(2, 3, 1).dtype(f64)));
    check(*nn::BatchNorm3d(nn::BatchNorm3dOptions(2).dtype(f64)));
    check(*nn::LayerNorm(nn::LayerNormOptions({2}).dtype(f64)));
    check(*nn::RMSNorm(nn::RMSNormOptions({2}).dtype(f64)));
    check(*nn::GroupNorm(nn::GroupNormOptions(1, 2).dtype(f64)));
    check(*nn::PReLU(nn::PReLUOptions().dtype(f64)));
    check(*nn::Embedding(nn::EmbeddingOptions(2, 3).dtype(f64)));
    check(*nn::EmbeddingBag(nn::EmbeddingBagOptions(2, 3).dtype(f64)));
    check(*nn::GRUCell(nn::GRUCellOptions(2, 3).dtype(f64)));
    check(*nn::TransformerDecoderLayer(
        nn::TransformerDecoderLayerOptions(4, 2).dim_feedforward(3).dtype(f64)));
}

BOOST_AUTO_TEST_CASE(unfold_compiles) {
    check_compiled(
        "x:f32[N=1..2,2,H=4..12,W=4..12]", {{1, 2, 7, 5}, {2, 2, 4, 12}, {1, 2, 9, 8}},
        [](const Tensor& x) { return F::unfold(x, F::UnfoldFuncOptions(3).padding(1).stride(2)); });
}

BOOST_AUTO_TEST_CASE(fold_compiles) {
    check_compiled("x:f32[N=1..2,2,6,8]", {{1, 2, 6, 8}, {2, 2, 6, 8}}, [](const Tensor& x) {
        return F::fold(F::unfold(x, F::UnfoldFuncOptions(2).stride(2)),
                       F::FoldFuncOptions({6, 8}, 2).stride(2));
    });
}

BOOST_AUTO_TEST_CASE(max_unpool2d_compiles) {
    check_compiled("x:f32[N=1..2,2,6,8]", {{1, 2, 6, 8}, {2, 2, 6, 8}}, [](const Tensor& x) {
        const auto [y, index] = F::max_pool2d_with_indices(x, F::MaxPool2dFuncOptions(2));
        return F::max_unpool2d(y, index, F::MaxUnpool2dFuncOptions(2));
    });
}

BOOST_AUTO_TEST_CASE(antialiased_compiles) {
    check_compiled("x:f32[N=1..2,2,6,8]", {{1, 2, 6, 8}, {2, 2, 6, 8}}, [](const Tensor& x) {
        return F::interpolate(
            x, F::InterpolateFuncOptions().size(Sizes{5, 11}).mode(kBicubic).antialias(true));
    });
}

BOOST_AUTO_TEST_CASE(grid_sample_compiles) {
    check_compiled("x:f32[N=1..2,2,6,8]", {{1, 2, 6, 8}, {2, 2, 6, 8}}, [](const Tensor& x) {
        return F::grid_sample(x, narrow(x, 1, 0, 1).reshape({x.size(0), 3, 8, 2}));
    });
}

BOOST_AUTO_TEST_CASE(local_response_norm_compiles) {
    check_compiled("x:f32[N=1..2,2,H=4..12,W=4..12]", {{1, 2, 7, 5}, {2, 2, 4, 12}, {1, 2, 9, 8}},
                   [](const Tensor& x) {
                       return F::local_response_norm(x, F::LocalResponseNormFuncOptions(2));
                   });
}

BOOST_AUTO_TEST_CASE(ctc_loss_compiles) {
    check_compiled("x:f32[N=1..2,2,6,8]", {{1, 2, 6, 8}, {2, 2, 6, 8}}, [](const Tensor& x) {
        return F::ctc_loss(log_softmax(x.reshape({6, 8, 2 * x.size(0)}).narrow(2, 0, 2), 2),
                           ones({8, 2}, DType::i64), full({8}, 6, DType::i64),
                           full({8}, 2, DType::i64));
    });
}

BOOST_AUTO_TEST_CASE(functionals_refuse_with_both_values) {
    const Tensor x = N({1, 2, 4, 4});
    check_error("interpolate.size", [&] { F::interpolate(x, F::InterpolateFuncOptions()); });
    check_error("interpolate.mode", [&] {
        F::interpolate(x, F::InterpolateFuncOptions().size(Sizes{3}).mode(kLinear));
    });
    check_error("interpolate.antialias", [&] {
        F::interpolate(x, F::InterpolateFuncOptions().size(Sizes{3}).antialias(true));
    });
    check_error("col2im.channels",
                [] { F::fold(zeros({1, 5, 4}), F::FoldFuncOptions({3, 3}, 2)); });
    check_error("col2im.windows", [] { F::fold(zeros({1, 8, 5}), F::FoldFuncOptions({3, 3}, 2)); });
    check_error("im2col.size", [&] { F::unfold(x, F::UnfoldFuncOptions(6)); });
    check_error("max_unpool.output_size", [&] {
        F::max_unpool2d(x, zeros_like(x).to(DType::i64),
                        F::MaxUnpool2dFuncOptions(2).output_size(Sizes{12, 8}));
    });
    check_error("grid_sample.grid", [&] { F::grid_sample(x, N({1, 3, 3, 3})); });
    check_error("affine_grid.theta", [] { F::affine_grid(zeros({1, 3, 3}), {1, 2, 3, 4}); });
    check_error("fractional_max_pool.size",
                [&] { F::fractional_max_pool2d(x, F::FractionalMaxPool2dFuncOptions(2)); });
    check_error("embedding_bag.offsets", [] { F::embedding_bag(tensor({1, 2}), zeros({3, 2})); });
    check_error("ctc_loss.lengths",
                [] { F::ctc_loss(zeros({4, 1, 3}), tensor({{1, 2}}), tensor({5}), tensor({2})); });
    check_error("rrelu.bounds", [&] { F::rrelu(x, F::RReLUFuncOptions().lower(0.5).upper(0.1)); });
    check_error("dropout.p", [&] { F::dropout(x, F::DropoutFuncOptions(-0.5)); });
    check_error("attention.is_causal", [&] {
        nn::MultiheadAttention(4, 2)->forward(x, x, x, Tensor(), true, Tensor(), true, true);
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
