#include "tests/parity/run_functional.h"

namespace lithe::tests::parity {
namespace {

const Tensor& bias_of(const Call& c) {
    static const Tensor nothing;
    return c.x.size() > 2 ? c.x[2] : nothing;
}

template <size_t D>
F::ConvFuncOptions<D> conv_options(const Call& c) {
    F::ConvFuncOptions<D> made;
    made.bias(bias_of(c));
    if (c.o.is_word("padding")) {
        const bool is_same = c.o.get<std::string>("padding") == "same";
        made.padding(nn::ConvPadding<D>(is_same ? kSame : kValid));
    } else if (c.has("padding")) {
        made.padding(nn::ConvPadding<D>(c.o.each<D>("padding")));
    }
    if (c.has("stride")) made.stride(c.o.each<D>("stride"));
    if (c.has("dilation")) made.dilation(c.o.each<D>("dilation"));
    return made.groups(c.integer("groups", 1));
}

template <size_t D>
F::ConvTransposeFuncOptions<D> conv_transpose_options(const Call& c) {
    F::ConvTransposeFuncOptions<D> made;
    made.bias(bias_of(c));
    return windowed<D>(c, made);
}

template <class Made, size_t D>
Made pool_options(const Call& c) {
    return windowed<D>(c, Made(c.o.each<D>("kernel_size")));
}

template <class Made, size_t D>
Made fractional_options(const Call& c) {
    Made made(c.o.each<D>("kernel_size"));
    if (c.has("output_size")) made.output_size(c.o.each<D>("output_size"));
    if (c.has("output_ratio"))
        made.output_ratio(ExpandingArray<D, double>(c.o.get<std::vector<double>>("output_ratio")));
    return filled(c, made);
}

template <class Made, size_t D>
Made unpool_options(const Call& c) {
    Made made = pool_options<Made, D>(c);
    if (c.has("output_size")) made.output_size(c.o.list("output_size"));
    return made;
}

#define LITHE_WINDOWS(D)                                                                        \
    LITHE_F(conv##D##d, F::conv##D##d(c[0], c[1], conv_options<D>(c)));                         \
    LITHE_F(conv_transpose##D##d,                                                               \
            F::conv_transpose##D##d(c[0], c[1], conv_transpose_options<D>(c)));                 \
    LITHE_F(max_pool##D##d,                                                                     \
            F::max_pool##D##d(c[0], pool_options<F::MaxPool##D##dFuncOptions, D>(c)));          \
    LITHE_F(                                                                                    \
        max_pool##D##d_with_indices,                                                            \
        F::max_pool##D##d_with_indices(c[0], pool_options<F::MaxPool##D##dFuncOptions, D>(c))); \
    LITHE_F(avg_pool##D##d,                                                                     \
            F::avg_pool##D##d(c[0], pool_options<F::AvgPool##D##dFuncOptions, D>(c)));          \
    LITHE_F(lp_pool##D##d,                                                                      \
            F::lp_pool##D##d(                                                                   \
                c[0], windowed<D>(c, F::LPPool##D##dFuncOptions(c.number("norm_type", 2),       \
                                                                c.o.each<D>("kernel_size"))))); \
    LITHE_F(adaptive_avg_pool##D##d,                                                            \
            F::adaptive_avg_pool##D##d(                                                         \
                c[0], F::AdaptiveAvgPool##D##dFuncOptions(c.o.each<D>("output_size").list()))); \
    LITHE_F(adaptive_max_pool##D##d,                                                            \
            F::adaptive_max_pool##D##d(                                                         \
                c[0], F::AdaptiveMaxPool##D##dFuncOptions(c.o.each<D>("output_size").list()))); \
    LITHE_F(adaptive_max_pool##D##d_with_indices,                                               \
            F::adaptive_max_pool##D##d_with_indices(                                            \
                c[0], F::AdaptiveMaxPool##D##dFuncOptions(c.o.each<D>("output_size").list()))); \
    LITHE_F(max_unpool##D##d,                                                                   \
            F::max_unpool##D##d(c[0], c[1], unpool_options<F::MaxUnpool##D##dFuncOptions, D>(c)))

#define LITHE_FRACTIONAL(D)                                                              \
    LITHE_F(fractional_max_pool##D##d,                                                   \
            F::fractional_max_pool##D##d(                                                \
                c[0], fractional_options<F::FractionalMaxPool##D##dFuncOptions, D>(c))); \
    LITHE_F(fractional_max_pool##D##d_with_indices,                                      \
            F::fractional_max_pool##D##d_with_indices(                                   \
                c[0], fractional_options<F::FractionalMaxPool##D##dFuncOptions, D>(c)))

F::InterpolateFuncOptions resize_options(const Call& c) {
    F::InterpolateFuncOptions made;
    if (c.has("size")) made.size(c.o.list("size"));
    if (c.has("scale_factor")) {
        const Json scale = c.o.get<Json>("scale_factor");
        made.scale_factor(scale.is_array() ? scale.get<std::vector<double>>()
                                           : std::vector<double>(2, scale.get<double>()));
    }
    return filled(c, made);
}

F::GridSampleFuncOptions grid_options(const Call& c) {
    return F::GridSampleFuncOptions()
        .mode(c.o.choice("mode", kBilinear))
        .padding_mode(c.o.choice("padding_mode", kZeros))
        .align_corners(c.o.flag("align_corners", false));
}

F::PadFuncOptions pad_options(const Call& c) {
    F::PadFuncOptions made(c.o.list("pad"));
    return filled(c, made);
}

/// As a model that keeps its sizes in integers has them.
Sizes sizes_of(const Shape& shape) { return {shape.begin(), shape.end()}; }

void add_images() {
    LITHE_F(conv_tbc, F::conv_tbc(c[0], c[1], c[2], c.integer("pad", 0)));
    LITHE_F(unfold,
            F::unfold(c[0], windowed<2>(c, F::UnfoldFuncOptions(c.o.each<2>("kernel_size")))));
    LITHE_F(fold, F::fold(c[0], windowed<2>(c, F::FoldFuncOptions(c.o.each<2>("output_size"),
                                                                  c.o.each<2>("kernel_size")))));
    LITHE_F(pad, F::pad(c[0], pad_options(c)));
    LITHE_F(pixel_shuffle,
            F::pixel_shuffle(c[0], F::PixelShuffleFuncOptions(c.integer("upscale_factor"))));
    LITHE_F(pixel_unshuffle,
            F::pixel_unshuffle(c[0], F::PixelUnshuffleFuncOptions(c.integer("downscale_factor"))));
    LITHE_F(channel_shuffle, F::channel_shuffle(c[0], c.integer("groups")));
    LITHE_F(native_channel_shuffle, F::native_channel_shuffle(c[0], c.integer("groups")));
    LITHE_F(interpolate, F::interpolate(c[0], resize_options(c)));
    LITHE_F(upsample_nearest, F::upsample_nearest(c[0], resize_options(c)));
    LITHE_F(upsample_bilinear, F::upsample_bilinear(c[0], resize_options(c)));
    LITHE_F(grid_sample, F::grid_sample(c[0], c[1], grid_options(c)));
    LITHE_F(affine_grid,
            F::affine_grid(c[0], sizes_of(c.shape("size")), c.o.flag("align_corners", false)));
}

[[maybe_unused]] const bool is_added = [] {
    LITHE_WINDOWS(1);
    LITHE_WINDOWS(2);
    LITHE_WINDOWS(3);
    LITHE_FRACTIONAL(2);
    LITHE_FRACTIONAL(3);
    add_images();
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
