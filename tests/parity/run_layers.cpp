#include "tests/parity/runners.h"

namespace lithe::tests::parity {
namespace {

void add_linear() {
    add_runner("nn.Identity", [](const Options&) { return positional(nn::Identity()); });
    add_runner("nn.Linear", [](const Options& o) {
        return positional(
            nn::Linear(nn::LinearOptions(o.integer("in_features"), o.integer("out_features"))
                           .bias(o.flag("bias", true))));
    });
    add_runner("nn.Bilinear", [](const Options& o) {
        return positional(
            nn::Bilinear(nn::BilinearOptions(o.integer("in1_features"), o.integer("in2_features"),
                                             o.integer("out_features"))
                             .bias(o.flag("bias", true))));
    });
    add_runner("nn.Flatten", [](const Options& o) {
        return positional(nn::Flatten(nn::FlattenOptions()
                                          .start_dim(o.get<int64_t>("start_dim", 1))
                                          .end_dim(o.get<int64_t>("end_dim", -1))));
    });
    add_runner("nn.Unflatten", [](const Options& o) {
        return positional(nn::Unflatten(o.integer("dim"), o.list("unflattened_size")));
    });
}

void add_embedding() {
    add_runner("nn.Embedding", [](const Options& o) {
        nn::EmbeddingOptions made(o.integer("num_embeddings"), o.integer("embedding_dim"));
        LITHE_OPTION(o, made, int64_t, padding_idx);
        LITHE_OPTION(o, made, double, max_norm);
        LITHE_OPTION(o, made, double, norm_type);
        LITHE_OPTION(o, made, bool, scale_grad_by_freq);
        return positional(nn::Embedding(made));
    });
    add_runner("nn.EmbeddingBag", [](const Options& o) {
        nn::EmbeddingBagOptions made(o.integer("num_embeddings"), o.integer("embedding_dim"));
        made.mode(o.choice("mode", kMean))
            .include_last_offset(o.flag("include_last_offset", false));
        LITHE_OPTION(o, made, int64_t, padding_idx);
        LITHE_OPTION(o, made, double, max_norm);
        LITHE_OPTION(o, made, bool, scale_grad_by_freq);
        nn::EmbeddingBag module(made);
        return Built{module.ptr(),
                     [module](const Arguments& in) mutable {
                         const Tensor offsets =
                             in.positional.size() > 1 ? in.positional[1] : Tensor();
                         return Tensors{module(in.positional[0], offsets,
                                               in.named.tensor("per_sample_weights"))};
                     },
                     false};
    });
}

template <class Holder, class OptionsOf>
void norm(const char* name) {
    add_runner(name, [](const Options& o) {
        OptionsOf made(o.integer("num_features"));
        LITHE_OPTION(o, made, double, eps);
        LITHE_OPTION(o, made, bool, affine);
        LITHE_OPTION(o, made, bool, track_running_stats);
        LITHE_OPTION(o, made, double, momentum);
        if (o.is_none("momentum")) made.momentum(std::nullopt);
        return positional(Holder(made));
    });
}

template <class Holder>
void response_norm(const char* name) {
    add_runner(name, [](const Options& o) {
        nn::LocalResponseNormOptions made(o.integer("size"));
        LITHE_OPTION(o, made, double, alpha);
        LITHE_OPTION(o, made, double, beta);
        LITHE_OPTION(o, made, double, k);
        return positional(Holder(made));
    });
}

void add_norms() {
    norm<nn::BatchNorm1d, nn::BatchNormOptions>("nn.BatchNorm1d");
    norm<nn::BatchNorm2d, nn::BatchNormOptions>("nn.BatchNorm2d");
    norm<nn::BatchNorm3d, nn::BatchNormOptions>("nn.BatchNorm3d");
    norm<nn::SyncBatchNorm, nn::BatchNormOptions>("nn.SyncBatchNorm");
    norm<nn::InstanceNorm1d, nn::InstanceNormOptions>("nn.InstanceNorm1d");
    norm<nn::InstanceNorm2d, nn::InstanceNormOptions>("nn.InstanceNorm2d");
    norm<nn::InstanceNorm3d, nn::InstanceNormOptions>("nn.InstanceNorm3d");
    response_norm<nn::LocalResponseNorm>("nn.LocalResponseNorm");
    response_norm<nn::CrossMapLRN2d>("nn.CrossMapLRN2d");
    add_runner("nn.LayerNorm", [](const Options& o) {
        nn::LayerNormOptions made(o.list("normalized_shape"));
        LITHE_OPTION(o, made, double, eps);
        LITHE_OPTION(o, made, bool, elementwise_affine);
        LITHE_OPTION(o, made, bool, bias);
        return positional(nn::LayerNorm(made));
    });
    add_runner("nn.RMSNorm", [](const Options& o) {
        nn::RMSNormOptions made(o.list("normalized_shape"));
        LITHE_OPTION(o, made, double, eps);
        LITHE_OPTION(o, made, bool, elementwise_affine);
        return positional(nn::RMSNorm(made));
    });
    add_runner("nn.GroupNorm", [](const Options& o) {
        nn::GroupNormOptions made(o.integer("num_groups"), o.integer("num_channels"));
        LITHE_OPTION(o, made, double, eps);
        LITHE_OPTION(o, made, bool, affine);
        return positional(nn::GroupNorm(made));
    });
}

template <class Holder, size_t D>
void pad(const std::string& name) {
    add_runner(name, [](const Options& o) { return positional(Holder(o.each<2 * D>("padding"))); });
}
template <class Holder, size_t D>
void constant_pad(const std::string& name) {
    add_runner(name, [](const Options& o) {
        return positional(Holder(o.each<2 * D>("padding"), o.number("value", 0)));
    });
}

void add_padding() {
    constant_pad<nn::ConstantPad1d, 1>("nn.ConstantPad1d");
    constant_pad<nn::ConstantPad2d, 2>("nn.ConstantPad2d");
    constant_pad<nn::ConstantPad3d, 3>("nn.ConstantPad3d");
    pad<nn::ZeroPad1d, 1>("nn.ZeroPad1d");
    pad<nn::ZeroPad2d, 2>("nn.ZeroPad2d");
    pad<nn::ZeroPad3d, 3>("nn.ZeroPad3d");
    pad<nn::ReflectionPad1d, 1>("nn.ReflectionPad1d");
    pad<nn::ReflectionPad2d, 2>("nn.ReflectionPad2d");
    pad<nn::ReflectionPad3d, 3>("nn.ReflectionPad3d");
    pad<nn::ReplicationPad1d, 1>("nn.ReplicationPad1d");
    pad<nn::ReplicationPad2d, 2>("nn.ReplicationPad2d");
    pad<nn::ReplicationPad3d, 3>("nn.ReplicationPad3d");
    pad<nn::CircularPad1d, 1>("nn.CircularPad1d");
    pad<nn::CircularPad2d, 2>("nn.CircularPad2d");
    pad<nn::CircularPad3d, 3>("nn.CircularPad3d");
}

template <class Holder>
void dropout(const char* name) {
    add_runner(name, [](const Options& o) {
        return positional(Holder(nn::DropoutOptions(o.number("p", 0.5))));
    });
}

void add_dropout() {
    dropout<nn::Dropout>("nn.Dropout");
    dropout<nn::Dropout1d>("nn.Dropout1d");
    dropout<nn::Dropout2d>("nn.Dropout2d");
    dropout<nn::Dropout3d>("nn.Dropout3d");
    dropout<nn::AlphaDropout>("nn.AlphaDropout");
    dropout<nn::FeatureAlphaDropout>("nn.FeatureAlphaDropout");
}

template <class Holder>
void upsample(const char* name) {
    add_runner(name, [](const Options& o) {
        nn::UpsampleOptions made;
        if (o.has("size")) {
            const Json size = o.get<Json>("size");
            made.size(size.is_array() ? size.get<Sizes>() : Sizes{size.get<int64_t>()});
        }
        LITHE_OPTION(o, made, std::vector<double>, scale_factor);
        LITHE_OPTION(o, made, bool, align_corners);
        LITHE_OPTION(o, made, bool, recompute_scale_factor);
        return positional(Holder(made.mode(o.choice("mode", kNearest))));
    });
}

void add_vision() {
    add_runner("nn.PixelShuffle", [](const Options& o) {
        return positional(nn::PixelShuffle(o.integer("upscale_factor")));
    });
    add_runner("nn.PixelUnshuffle", [](const Options& o) {
        return positional(nn::PixelUnshuffle(o.integer("downscale_factor")));
    });
    add_runner("nn.ChannelShuffle", [](const Options& o) {
        return positional(nn::ChannelShuffle(o.integer("groups")));
    });
    upsample<nn::Upsample>("nn.Upsample");
    upsample<nn::UpsamplingNearest2d>("nn.UpsamplingNearest2d");
    upsample<nn::UpsamplingBilinear2d>("nn.UpsamplingBilinear2d");
    add_runner("nn.CosineSimilarity", [](const Options& o) {
        nn::CosineSimilarityOptions made;
        LITHE_OPTION(o, made, int64_t, dim);
        LITHE_OPTION(o, made, double, eps);
        return positional(nn::CosineSimilarity(made));
    });
    add_runner("nn.PairwiseDistance", [](const Options& o) {
        nn::PairwiseDistanceOptions made;
        LITHE_OPTION(o, made, double, p);
        LITHE_OPTION(o, made, double, eps);
        LITHE_OPTION(o, made, bool, keepdim);
        return positional(nn::PairwiseDistance(made));
    });
}

[[maybe_unused]] const bool is_added = [] {
    add_linear();
    add_embedding();
    add_norms();
    add_padding();
    add_dropout();
    add_vision();
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
