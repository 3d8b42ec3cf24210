#include "tests/parity/runners.h"

namespace lithe::tests::parity {
namespace {

template <class Made, size_t D>
Made with_windows(const Options& o) {
    Made made(o.integer("in_channels"), o.integer("out_channels"), o.each<D>("kernel_size"));
    if (o.has("stride")) made.stride(o.each<D>("stride"));
    if (o.has("dilation")) made.dilation(o.each<D>("dilation"));
    LITHE_OPTION(o, made, int64_t, groups);
    LITHE_OPTION(o, made, bool, bias);
    if (o.has("padding_mode")) made.padding_mode(o.choice("padding_mode", kZeros));
    return made;
}

template <class Holder, size_t D>
void conv(const char* name) {
    add_runner(name, [](const Options& o) {
        auto made = with_windows<nn::ConvOptions<D>, D>(o);
        if (o.has("padding")) {
            const Json padding = o.get<Json>("padding");
            if (padding.is_string())
                made.padding(nn::ConvPadding<D>(padding == "same" ? kSame : kValid));
            else
                made.padding(nn::ConvPadding<D>(o.each<D>("padding")));
        }
        return positional(Holder(made));
    });
}

/// A layer whose call may ask for the sizes of the result.
template <class Holder>
Built with_output_size(Holder module) {
    return {module.ptr(),
            [module](const Arguments& in) mutable {
                const std::optional<Sizes> size = in.named.has("output_size")
                                                      ? std::optional(in.named.list("output_size"))
                                                      : std::nullopt;
                const Tensors& x = in.positional;
                if constexpr (requires { module->forward(x[0], x[1], size); }) {
                    return Tensors{module->forward(x[0], x[1], size)};
                } else {
                    return Tensors{module->forward(x[0], size)};
                }
            },
            false};
}

template <class Holder, size_t D>
void conv_transpose(const char* name) {
    add_runner(name, [](const Options& o) {
        auto made = with_windows<nn::ConvTransposeOptions<D>, D>(o);
        if (o.has("padding")) made.padding(o.each<D>("padding"));
        if (o.has("output_padding")) made.output_padding(o.each<D>("output_padding"));
        return with_output_size(Holder(made));
    });
}

/// A pool that gives its indices where the case asks for them.
template <class Holder>
Built pool_of(Holder module, const Options& o) {
    const bool with_indices = o.flag("return_indices", false);
    return {module.ptr(),
            [module, with_indices](const Arguments& in) mutable {
                if (!with_indices) return Tensors{module->forward(in.positional[0])};
                const auto [values, indices] = module->forward_with_indices(in.positional[0]);
                return Tensors{values, indices};
            },
            false};
}

template <class Max, class Avg, class Lp, class AdaptiveMax, class AdaptiveAvg, size_t D>
void pools() {
    const std::string rank = std::to_string(D) + "d";
    add_runner("nn.MaxPool" + rank, [](const Options& o) {
        nn::MaxPoolOptions<D> made(o.each<D>("kernel_size"));
        if (o.has("stride")) made.stride(o.each<D>("stride"));
        if (o.has("padding")) made.padding(o.each<D>("padding"));
        if (o.has("dilation")) made.dilation(o.each<D>("dilation"));
        LITHE_OPTION(o, made, bool, ceil_mode);
        return pool_of(Max(made), o);
    });
    add_runner("nn.AvgPool" + rank, [](const Options& o) {
        nn::AvgPoolOptions<D> made(o.each<D>("kernel_size"));
        if (o.has("stride")) made.stride(o.each<D>("stride"));
        if (o.has("padding")) made.padding(o.each<D>("padding"));
        LITHE_OPTION(o, made, bool, ceil_mode);
        LITHE_OPTION(o, made, bool, count_include_pad);
        LITHE_OPTION(o, made, int64_t, divisor_override);
        return positional(Avg(made));
    });
    add_runner("nn.LPPool" + rank, [](const Options& o) {
        nn::LPPoolOptions<D> made(o.get<double>("norm_type"), o.each<D>("kernel_size"));
        if (o.has("stride")) made.stride(o.each<D>("stride"));
        LITHE_OPTION(o, made, bool, ceil_mode);
        return positional(Lp(made));
    });
    const auto adaptive = [](const Options& o) {
        Sizes list;
        const Json given = o.get<Json>("output_size");
        for (const Json& size : given.is_array() ? given : Json::array({given})) {
            list.push_back(size.is_null() ? nn::AdaptivePoolOptions<D>::keep : size.get<int64_t>());
        }
        return nn::AdaptivePoolOptions<D>(list.size() == 1 ? Sizes(D, list[0]) : list);
    };
    add_runner("nn.AdaptiveMaxPool" + rank,
               [adaptive](const Options& o) { return pool_of(AdaptiveMax(adaptive(o)), o); });
    add_runner("nn.AdaptiveAvgPool" + rank,
               [adaptive](const Options& o) { return positional(AdaptiveAvg(adaptive(o))); });
}

void add_folds() {
    add_runner("nn.Unfold", [](const Options& o) {
        nn::UnfoldOptions made(o.each<2>("kernel_size"));
        if (o.has("stride")) made.stride(o.each<2>("stride"));
        if (o.has("padding")) made.padding(o.each<2>("padding"));
        if (o.has("dilation")) made.dilation(o.each<2>("dilation"));
        return positional(nn::Unfold(made));
    });
    add_runner("nn.Fold", [](const Options& o) {
        nn::FoldOptions made(o.each<2>("output_size"), o.each<2>("kernel_size"));
        if (o.has("stride")) made.stride(o.each<2>("stride"));
        if (o.has("padding")) made.padding(o.each<2>("padding"));
        if (o.has("dilation")) made.dilation(o.each<2>("dilation"));
        return positional(nn::Fold(made));
    });
}

template <class Holder, size_t D>
void unpool(const char* name) {
    add_runner(name, [](const Options& o) {
        nn::MaxUnpoolOptions<D> made(o.each<D>("kernel_size"));
        if (o.has("stride")) made.stride(o.each<D>("stride"));
        if (o.has("padding")) made.padding(o.each<D>("padding"));
        return with_output_size(Holder(made));
    });
}

template <class Holder, size_t D>
void fractional(const char* name) {
    add_runner(name, [](const Options& o) {
        nn::FractionalMaxPoolOptions<D> made(o.each<D>("kernel_size"));
        if (o.has("output_size")) made.output_size(o.each<D>("output_size"));
        if (o.has("output_ratio")) {
            const Json ratio = o.get<Json>("output_ratio");
            made.output_ratio(ratio.is_array()
                                  ? ExpandingArray<D, double>(ratio.get<std::vector<double>>())
                                  : ExpandingArray<D, double>(ratio.get<double>()));
        }
        made._random_samples(o.tensor("_random_samples"));
        return pool_of(Holder(made), o);
    });
}

[[maybe_unused]] const bool is_added = [] {
    add_folds();
    unpool<nn::MaxUnpool1d, 1>("nn.MaxUnpool1d");
    unpool<nn::MaxUnpool2d, 2>("nn.MaxUnpool2d");
    unpool<nn::MaxUnpool3d, 3>("nn.MaxUnpool3d");
    fractional<nn::FractionalMaxPool2d, 2>("nn.FractionalMaxPool2d");
    fractional<nn::FractionalMaxPool3d, 3>("nn.FractionalMaxPool3d");
    conv<nn::Conv1d, 1>("nn.Conv1d");
    conv<nn::Conv2d, 2>("nn.Conv2d");
    conv<nn::Conv3d, 3>("nn.Conv3d");
    conv_transpose<nn::ConvTranspose1d, 1>("nn.ConvTranspose1d");
    conv_transpose<nn::ConvTranspose2d, 2>("nn.ConvTranspose2d");
    conv_transpose<nn::ConvTranspose3d, 3>("nn.ConvTranspose3d");
    pools<nn::MaxPool1d, nn::AvgPool1d, nn::LPPool1d, nn::AdaptiveMaxPool1d, nn::AdaptiveAvgPool1d,
          1>();
    pools<nn::MaxPool2d, nn::AvgPool2d, nn::LPPool2d, nn::AdaptiveMaxPool2d, nn::AdaptiveAvgPool2d,
          2>();
    pools<nn::MaxPool3d, nn::AvgPool3d, nn::LPPool3d, nn::AdaptiveMaxPool3d, nn::AdaptiveAvgPool3d,
          3>();
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
