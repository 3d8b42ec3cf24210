// Every layer prints as in PyTorch: printed.txt holds what record_printed.py saw.
#include <fstream>
#include <functional>
#include <map>

#include "dsl/nn.h"
#include "tests/paths.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

template <class Holder>
std::string text_of(const Holder& layer) {
    return layer->str();
}

nn::ModuleDict z_and_a() {
    nn::ModuleDict dict;
    dict->insert("z", nn::ReLU());
    dict->insert("a", nn::Linear(1, 1));
    return dict;
}

struct Row {
    const char* python;
    std::function<std::string()> print;
};

const std::vector<Row> rows = {
    {"nn.Identity()", [] { return text_of(nn::Identity()); }},
    {"nn.Linear(3, 4)", [] { return text_of(nn::Linear(3, 4)); }},
    {"nn.Linear(3, 4, bias=False)",
     [] { return text_of(nn::Linear(nn::LinearOptions(3, 4).bias(false))); }},
    {"nn.Bilinear(2, 3, 4)", [] { return text_of(nn::Bilinear(2, 3, 4)); }},
    {"nn.Flatten()", [] { return text_of(nn::Flatten()); }},
    {"nn.Flatten(2, 3)",
     [] { return text_of(nn::Flatten(nn::FlattenOptions().start_dim(2).end_dim(3))); }},
    {"nn.Unflatten(1, (2, 3))",
     [] { return text_of(nn::Unflatten(nn::UnflattenOptions(1, {2, 3}))); }},
    {"nn.Conv1d(2, 4, 3)", [] { return text_of(nn::Conv1d(2, 4, 3)); }},
    {"nn.Conv2d(2, 4, 3, stride=2, padding=1)",
     [] { return text_of(nn::Conv2d(nn::Conv2dOptions(2, 4, 3).stride(2).padding(1))); }},
    {"nn.Conv2d(2, 4, (3, 5), padding=(1, 2), dilation=2, groups=2, bias=False, "
     "padding_mode='reflect')",
     [] {
         return text_of(nn::Conv2d(nn::Conv2dOptions(2, 4, {3, 5})
                                       .padding({1, 2})
                                       .dilation(2)
                                       .groups(2)
                                       .bias(false)
                                       .padding_mode(kReflect)));
     }},
    {"nn.Conv2d(2, 4, 3, padding='same')",
     [] { return text_of(nn::Conv2d(nn::Conv2dOptions(2, 4, 3).padding(kSame))); }},
    {"nn.Conv3d(1, 2, 3)", [] { return text_of(nn::Conv3d(1, 2, 3)); }},
    {"nn.ConvTranspose1d(2, 4, 3)", [] { return text_of(nn::ConvTranspose1d(2, 4, 3)); }},
    {"nn.ConvTranspose2d(2, 4, 3, stride=2, padding=1, output_padding=1)",
     [] {
         return text_of(nn::ConvTranspose2d(
             nn::ConvTranspose2dOptions(2, 4, 3).stride(2).padding(1).output_padding(1)));
     }},
    {"nn.ConvTranspose3d(1, 2, 3, bias=False)",
     [] { return text_of(nn::ConvTranspose3d(nn::ConvTranspose3dOptions(1, 2, 3).bias(false))); }},
    {"nn.Fold((4, 5), (2, 3))", [] { return text_of(nn::Fold(nn::FoldOptions({4, 5}, {2, 3}))); }},
    {"nn.Fold(4, 2, stride=2)", [] { return text_of(nn::Fold(nn::FoldOptions(4, 2).stride(2))); }},
    {"nn.Unfold(3)", [] { return text_of(nn::Unfold(nn::UnfoldOptions(3))); }},
    {"nn.Unfold((2, 3), padding=1)",
     [] { return text_of(nn::Unfold(nn::UnfoldOptions({2, 3}).padding(1))); }},
    {"nn.BatchNorm1d(4)", [] { return text_of(nn::BatchNorm1d(4)); }},
    {"nn.BatchNorm2d(4, eps=0.001, momentum=None, affine=False)",
     [] {
         return text_of(nn::BatchNorm2d(
             nn::BatchNormOptions(4).eps(1e-3).momentum(std::nullopt).affine(false)));
     }},
    {"nn.BatchNorm3d(4, track_running_stats=False)",
     [] { return text_of(nn::BatchNorm3d(nn::BatchNormOptions(4).track_running_stats(false))); }},
    {"nn.InstanceNorm1d(4)", [] { return text_of(nn::InstanceNorm1d(4)); }},
    {"nn.InstanceNorm2d(4, affine=True, track_running_stats=True)",
     [] {
         return text_of(
             nn::InstanceNorm2d(nn::InstanceNormOptions(4).affine(true).track_running_stats(true)));
     }},
    {"nn.InstanceNorm3d(4)", [] { return text_of(nn::InstanceNorm3d(4)); }},
    {"nn.LayerNorm(5)", [] { return text_of(nn::LayerNorm(nn::LayerNormOptions({5}))); }},
    {"nn.LayerNorm((2, 3), eps=1e-6, elementwise_affine=False)",
     [] {
         return text_of(
             nn::LayerNorm(nn::LayerNormOptions({2, 3}).eps(1e-6).elementwise_affine(false)));
     }},
    {"nn.LayerNorm(5, bias=False)",
     [] { return text_of(nn::LayerNorm(nn::LayerNormOptions({5}).bias(false))); }},
    {"nn.GroupNorm(2, 4)", [] { return text_of(nn::GroupNorm(2, 4)); }},
    {"nn.GroupNorm(2, 4, affine=False)",
     [] { return text_of(nn::GroupNorm(nn::GroupNormOptions(2, 4).affine(false))); }},
    {"nn.RMSNorm(5)", [] { return text_of(nn::RMSNorm(nn::RMSNormOptions({5}))); }},
    {"nn.RMSNorm((2, 3), eps=1e-6)",
     [] { return text_of(nn::RMSNorm(nn::RMSNormOptions({2, 3}).eps(1e-6))); }},
    {"nn.LocalResponseNorm(2)", [] { return text_of(nn::LocalResponseNorm(2)); }},
    {"nn.LocalResponseNorm(3, alpha=0.5, beta=0.7, k=2.0)",
     [] {
         return text_of(
             nn::LocalResponseNorm(nn::LocalResponseNormOptions(3).alpha(0.5).beta(0.7).k(2.0)));
     }},
    {"nn.CrossMapLRN2d(2)", [] { return text_of(nn::CrossMapLRN2d(2)); }},
    {"nn.MaxPool1d(2)", [] { return text_of(nn::MaxPool1d(2)); }},
    {"nn.MaxPool2d(3, stride=2, padding=1)",
     [] { return text_of(nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1))); }},
    {"nn.MaxPool2d((3, 2), dilation=2, ceil_mode=True)",
     [] {
         return text_of(nn::MaxPool2d(nn::MaxPool2dOptions({3, 2}).dilation(2).ceil_mode(true)));
     }},
    {"nn.MaxPool3d(2)", [] { return text_of(nn::MaxPool3d(2)); }},
    {"nn.AvgPool1d(2)", [] { return text_of(nn::AvgPool1d(2)); }},
    {"nn.AvgPool2d(2, stride=1)",
     [] { return text_of(nn::AvgPool2d(nn::AvgPool2dOptions(2).stride(1))); }},
    {"nn.AvgPool2d((2, 3), padding=(1, 0))",
     [] { return text_of(nn::AvgPool2d(nn::AvgPool2dOptions({2, 3}).padding({1, 0}))); }},
    {"nn.AvgPool3d(2)", [] { return text_of(nn::AvgPool3d(2)); }},
    {"nn.AdaptiveMaxPool1d(2)", [] { return text_of(nn::AdaptiveMaxPool1d(2)); }},
    {"nn.AdaptiveMaxPool2d((2, 3))",
     [] { return text_of(nn::AdaptiveMaxPool2d(nn::AdaptiveMaxPool2dOptions({2, 3}))); }},
    {"nn.AdaptiveMaxPool3d(2)", [] { return text_of(nn::AdaptiveMaxPool3d(2)); }},
    {"nn.AdaptiveAvgPool1d(2)", [] { return text_of(nn::AdaptiveAvgPool1d(2)); }},
    {"nn.AdaptiveAvgPool2d((2, 3))",
     [] { return text_of(nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({2, 3}))); }},
    {"nn.AdaptiveAvgPool2d((None, 3))",
     [] {
         return text_of(nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({std::nullopt, 3})));
     }},
    {"nn.AdaptiveAvgPool3d(1)", [] { return text_of(nn::AdaptiveAvgPool3d(1)); }},
    {"nn.MaxUnpool1d(2)", [] { return text_of(nn::MaxUnpool1d(2)); }},
    {"nn.MaxUnpool2d(2, stride=3)",
     [] { return text_of(nn::MaxUnpool2d(nn::MaxUnpool2dOptions(2).stride(3))); }},
    {"nn.MaxUnpool3d(2)", [] { return text_of(nn::MaxUnpool3d(2)); }},
    {"nn.FractionalMaxPool2d(2, output_size=3)",
     [] {
         return text_of(nn::FractionalMaxPool2d(nn::FractionalMaxPool2dOptions(2).output_size(3)));
     }},
    {"nn.FractionalMaxPool3d(2, output_ratio=0.5)",
     [] {
         return text_of(
             nn::FractionalMaxPool3d(nn::FractionalMaxPool3dOptions(2).output_ratio(0.5)));
     }},
    {"nn.LPPool1d(2, 3)", [] { return text_of(nn::LPPool1d(nn::LPPool1dOptions(2, 3))); }},
    {"nn.LPPool2d(2, 3, stride=2)",
     [] { return text_of(nn::LPPool2d(nn::LPPool2dOptions(2, 3).stride(2))); }},
    {"nn.LPPool3d(2, 3)", [] { return text_of(nn::LPPool3d(nn::LPPool3dOptions(2, 3))); }},
    {"nn.ELU()", [] { return text_of(nn::ELU()); }},
    {"nn.ELU(alpha=0.5)", [] { return text_of(nn::ELU(nn::ELUOptions().alpha(0.5))); }},
    {"nn.SELU()", [] { return text_of(nn::SELU()); }},
    {"nn.CELU()", [] { return text_of(nn::CELU()); }},
    {"nn.GELU()", [] { return text_of(nn::GELU()); }},
    {"nn.GELU(approximate='tanh')",
     [] { return text_of(nn::GELU(nn::GELUOptions().approximate("tanh"))); }},
    {"nn.Mish()", [] { return text_of(nn::Mish()); }},
    {"nn.SiLU()", [] { return text_of(nn::SiLU()); }},
    {"nn.ReLU()", [] { return text_of(nn::ReLU()); }},
    {"nn.ReLU(inplace=True)", [] { return text_of(nn::ReLU(nn::ReLUOptions(true))); }},
    {"nn.ReLU6()", [] { return text_of(nn::ReLU6()); }},
    {"nn.RReLU()", [] { return text_of(nn::RReLU()); }},
    {"nn.PReLU()", [] { return text_of(nn::PReLU()); }},
    {"nn.PReLU(3)", [] { return text_of(nn::PReLU(nn::PReLUOptions().num_parameters(3))); }},
    {"nn.LeakyReLU()", [] { return text_of(nn::LeakyReLU()); }},
    {"nn.LeakyReLU(0.2, inplace=True)",
     [] {
         return text_of(nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2).inplace(true)));
     }},
    {"nn.Hardshrink()", [] { return text_of(nn::Hardshrink()); }},
    {"nn.Hardtanh()", [] { return text_of(nn::Hardtanh()); }},
    {"nn.Hardtanh(-2.0, 2.0, inplace=True)",
     [] {
         return text_of(nn::Hardtanh(nn::HardtanhOptions().min_val(-2).max_val(2).inplace(true)));
     }},
    {"nn.Hardswish()", [] { return text_of(nn::Hardswish()); }},
    {"nn.Hardsigmoid()", [] { return text_of(nn::Hardsigmoid()); }},
    {"nn.Softshrink()", [] { return text_of(nn::Softshrink()); }},
    {"nn.Tanhshrink()", [] { return text_of(nn::Tanhshrink()); }},
    {"nn.Threshold(0.1, 20.0)", [] { return text_of(nn::Threshold(0.1, 20)); }},
    {"nn.Softplus()", [] { return text_of(nn::Softplus()); }},
    {"nn.Softsign()", [] { return text_of(nn::Softsign()); }},
    {"nn.Sigmoid()", [] { return text_of(nn::Sigmoid()); }},
    {"nn.LogSigmoid()", [] { return text_of(nn::LogSigmoid()); }},
    {"nn.Tanh()", [] { return text_of(nn::Tanh()); }},
    {"nn.GLU()", [] { return text_of(nn::GLU()); }},
    {"nn.Softmax(dim=1)", [] { return text_of(nn::Softmax(1)); }},
    {"nn.Softmax2d()", [] { return text_of(nn::Softmax2d()); }},
    {"nn.Softmin(dim=-1)", [] { return text_of(nn::Softmin(-1)); }},
    {"nn.LogSoftmax(dim=1)", [] { return text_of(nn::LogSoftmax(1)); }},
    {"nn.MultiheadAttention(4, 2)", [] { return text_of(nn::MultiheadAttention(4, 2)); }},
    {"nn.AdaptiveLogSoftmaxWithLoss(4, 10, [3, 6])",
     [] {
         return text_of(
             nn::AdaptiveLogSoftmaxWithLoss(nn::AdaptiveLogSoftmaxWithLossOptions(4, 10, {3, 6})));
     }},
    {"nn.RNN(3, 4)", [] { return text_of(nn::RNN(3, 4)); }},
    {"nn.LSTM(3, 4, num_layers=2, batch_first=True, bidirectional=True)",
     [] {
         return text_of(
             nn::LSTM(nn::LSTMOptions(3, 4).num_layers(2).batch_first(true).bidirectional(true)));
     }},
    {"nn.GRU(3, 4, bias=False, dropout=0.1, num_layers=2)",
     [] { return text_of(nn::GRU(nn::GRUOptions(3, 4).bias(false).dropout(0.1).num_layers(2))); }},
    {"nn.LSTM(3, 4, proj_size=2)",
     [] { return text_of(nn::LSTM(nn::LSTMOptions(3, 4).proj_size(2))); }},
    {"nn.RNNCell(3, 4)", [] { return text_of(nn::RNNCell(3, 4)); }},
    {"nn.RNNCell(3, 4, nonlinearity='relu')",
     [] { return text_of(nn::RNNCell(nn::RNNCellOptions(3, 4).nonlinearity(kReLU))); }},
    {"nn.LSTMCell(3, 4)", [] { return text_of(nn::LSTMCell(3, 4)); }},
    {"nn.GRUCell(3, 4, bias=False)",
     [] { return text_of(nn::GRUCell(nn::GRUCellOptions(3, 4).bias(false))); }},
    {"nn.TransformerEncoderLayer(4, 2, 8)",
     [] {
         return text_of(nn::TransformerEncoderLayer(
             nn::TransformerEncoderLayerOptions(4, 2).dim_feedforward(8)));
     }},
    {"nn.TransformerDecoderLayer(4, 2, 8)",
     [] {
         return text_of(nn::TransformerDecoderLayer(
             nn::TransformerDecoderLayerOptions(4, 2).dim_feedforward(8)));
     }},
    {"nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8), 2)",
     [] {
         return text_of(nn::TransformerEncoder(
             nn::TransformerEncoderLayer(
                 nn::TransformerEncoderLayerOptions(4, 2).dim_feedforward(8)),
             2));
     }},
    {"nn.Embedding(5, 3)", [] { return text_of(nn::Embedding(5, 3)); }},
    {"nn.Embedding(5, 3, padding_idx=1, max_norm=2.0, scale_grad_by_freq=True)",
     [] {
         return text_of(nn::Embedding(
             nn::EmbeddingOptions(5, 3).padding_idx(1).max_norm(2.0).scale_grad_by_freq(true)));
     }},
    {"nn.EmbeddingBag(5, 3)", [] { return text_of(nn::EmbeddingBag(5, 3)); }},
    {"nn.EmbeddingBag(5, 3, mode='sum')",
     [] { return text_of(nn::EmbeddingBag(nn::EmbeddingBagOptions(5, 3).mode(kSum))); }},
    {"nn.L1Loss()", [] { return text_of(nn::L1Loss()); }},
    {"nn.MSELoss()", [] { return text_of(nn::MSELoss()); }},
    {"nn.CrossEntropyLoss()", [] { return text_of(nn::CrossEntropyLoss()); }},
    {"nn.BCELoss()", [] { return text_of(nn::BCELoss()); }},
    {"nn.CTCLoss()", [] { return text_of(nn::CTCLoss()); }},
    {"nn.HuberLoss()", [] { return text_of(nn::HuberLoss()); }},
    {"nn.ConstantPad1d(2, 3.5)",
     [] { return text_of(nn::ConstantPad1d(nn::ConstantPad1dOptions(2, 3.5))); }},
    {"nn.ZeroPad2d(1)", [] { return text_of(nn::ZeroPad2d(1)); }},
    {"nn.ZeroPad2d((1, 2, 3, 4))",
     [] { return text_of(nn::ZeroPad2d(nn::ZeroPad2dOptions({1, 2, 3, 4}))); }},
    {"nn.ReflectionPad1d(2)", [] { return text_of(nn::ReflectionPad1d(2)); }},
    {"nn.ReflectionPad2d((1, 1, 2, 0))",
     [] { return text_of(nn::ReflectionPad2d(nn::ReflectionPad2dOptions({1, 1, 2, 0}))); }},
    {"nn.ReplicationPad2d(1)", [] { return text_of(nn::ReplicationPad2d(1)); }},
    {"nn.ReplicationPad3d(1)", [] { return text_of(nn::ReplicationPad3d(1)); }},
    {"nn.CircularPad2d(1)", [] { return text_of(nn::CircularPad2d(1)); }},
    {"nn.Dropout()", [] { return text_of(nn::Dropout()); }},
    {"nn.Dropout(0.3, inplace=True)",
     [] { return text_of(nn::Dropout(nn::DropoutOptions(0.3).inplace(true))); }},
    {"nn.Dropout1d(0.3)", [] { return text_of(nn::Dropout1d(0.3)); }},
    {"nn.Dropout2d()", [] { return text_of(nn::Dropout2d()); }},
    {"nn.Dropout3d()", [] { return text_of(nn::Dropout3d()); }},
    {"nn.AlphaDropout(0.1)", [] { return text_of(nn::AlphaDropout(0.1)); }},
    {"nn.FeatureAlphaDropout()", [] { return text_of(nn::FeatureAlphaDropout()); }},
    {"nn.Upsample(size=(4, 5))",
     [] { return text_of(nn::Upsample(nn::UpsampleOptions().size(Sizes{4, 5}))); }},
    {"nn.Upsample(scale_factor=2, mode='bilinear', align_corners=True)",
     [] {
         return text_of(nn::Upsample(nn::UpsampleOptions()
                                         .scale_factor(std::vector<double>{2, 2})
                                         .mode(kBilinear)
                                         .align_corners(true)));
     }},
    {"nn.UpsamplingNearest2d(scale_factor=2)",
     [] {
         return text_of(nn::UpsamplingNearest2d(
             nn::UpsampleOptions().scale_factor(std::vector<double>{2, 2})));
     }},
    {"nn.PixelShuffle(2)", [] { return text_of(nn::PixelShuffle(2)); }},
    {"nn.PixelUnshuffle(3)", [] { return text_of(nn::PixelUnshuffle(3)); }},
    {"nn.ChannelShuffle(2)", [] { return text_of(nn::ChannelShuffle(2)); }},
    {"nn.CosineSimilarity()", [] { return text_of(nn::CosineSimilarity()); }},
    {"nn.CosineSimilarity(dim=0)",
     [] { return text_of(nn::CosineSimilarity(nn::CosineSimilarityOptions().dim(0))); }},
    {"nn.PairwiseDistance()", [] { return text_of(nn::PairwiseDistance()); }},
    {"nn.Sequential()", [] { return text_of(nn::Sequential()); }},
    {"nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Sequential(nn.Flatten()))",
     [] {
         return text_of(
             nn::Sequential(nn::Linear(1, 2), nn::ReLU(), nn::Sequential(nn::Flatten())));
     }},
    {"nn.ModuleList([nn.Linear(1, 2), nn.Linear(1, 2), nn.ReLU(), nn.ReLU(), nn.Tanh()])",
     [] {
         return text_of(nn::ModuleList(nn::Linear(1, 2), nn::Linear(1, 2), nn::ReLU(), nn::ReLU(),
                                       nn::Tanh()));
     }},
    {"nn.ModuleDict({'z': nn.ReLU(), 'a': nn.Linear(1, 1)})", [] { return text_of(z_and_a()); }},
    {"nn.ParameterList()", [] { return text_of(nn::ParameterList()); }},
    {"nn.ParameterList([zeros(2, 3), zeros(4, dtype=torch.float64)])",
     [] { return text_of(nn::ParameterList(zeros({2, 3}), zeros({4}, DType::f64))); }},
    {"nn.ParameterDict({'a': zeros(2, 3), 'b': zeros(())})",
     [] {
         nn::ParameterDict dict;
         dict->insert("a", zeros({2, 3}));
         dict->insert("b", zeros({}));
         return text_of(dict);
     }},
    {"nn.ParameterDict({'a': zeros(2, dtype=torch.float64)})",
     [] {
         nn::ParameterDict dict;
         dict->insert("a", zeros({2}, DType::f64));
         return text_of(dict);
     }},
    {"nn.LazyLinear(3)", [] { return text_of(nn::LazyLinear(3)); }},
    {"nn.LazyConv2d(3, 2)", [] { return text_of(nn::LazyConv2d(3, 2)); }},
    {"nn.LazyBatchNorm2d()", [] { return text_of(nn::LazyBatchNorm2d()); }},
};

/// What PyTorch printed, by the Python that made the layer.
std::map<std::string, std::string> recorded() {
    std::ifstream file(std::string(source_dir) + "/tests/layers/printed.txt");
    std::map<std::string, std::string> texts;
    std::string name;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("=== ")) {
            name = line.substr(4);
        } else {
            std::string& text = texts[name];
            text += (text.empty() ? "" : "\n") + line;
        }
    }
    return texts;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(layers_printing)

BOOST_AUTO_TEST_CASE(is_that_of_pytorch) {
    const std::map<std::string, std::string> want = recorded();
    BOOST_CHECK_EQUAL(rows.size(), want.size());
    for (const Row& row : rows) {
        BOOST_REQUIRE_MESSAGE(want.contains(row.python), row.python << " is not recorded");
        BOOST_CHECK_MESSAGE(row.print() == want.at(row.python), row.python << "\n"
                                                                           << row.print()
                                                                           << "\nPyTorch:\n"
                                                                           << want.at(row.python));
    }
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
