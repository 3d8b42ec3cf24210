// Functionals beside what PyTorch 2.15.0 computed: of each, the sum of the results weighted by
// fixed numbers, and of its gradient likewise. Recorded in f64.
#include "dsl/functional.h"

#include "tests/support/recorded_sums.h"

namespace lithe::tests {
namespace {

namespace F = nn::functional;

/// Samples for fractional pooling, within 0..1.
Tensor S(const Sizes& sizes) { return (numbers(sizes, DType::f64, 1, 3) + 1) / 2.0001; }

Tensor unpooled(const Tensor& x) {
    const auto [y, index] = F::max_pool2d_with_indices(x, F::MaxPool2dFuncOptions(2));
    return F::max_unpool2d(y, index, F::MaxUnpool2dFuncOptions(2));
}

Tensor unpooled_to(const Tensor& x) {
    const auto [y, index] = F::max_pool1d_with_indices(x, F::MaxPool1dFuncOptions(2));
    return F::max_unpool1d(y, index, F::MaxUnpool1dFuncOptions(2).output_size(Sizes{7}));
}

Tensor unpooled_3d(const Tensor& x) {
    const auto [y, index] = F::max_pool3d_with_indices(x, F::MaxPool3dFuncOptions(2));
    return F::max_unpool3d(y, index, F::MaxUnpool3dFuncOptions(2));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(functional_images)

BOOST_AUTO_TEST_CASE(images) {
    check(
        "unfold", {2, 3, 5, 4},
        [](const Tensor& x) {
            return F::unfold(
                x, F::UnfoldFuncOptions({2, 3}).padding({1, 0}).dilation({2, 1}).stride({1, 2}));
        },
        {2, 18, 5}, -0.6814630445189738, 1.3387260883450633);
    check(
        "unfold without batch", {3, 5, 4},
        [](const Tensor& x) { return F::unfold(x, F::UnfoldFuncOptions(2)); }, {12, 12},
        0.33459412978807357, 0.030509119932895956);
    check(
        "fold", {2, 12, 6},
        [](const Tensor& x) { return F::fold(x, F::FoldFuncOptions({4, 3}, 2)); }, {2, 3, 4, 3},
        0.2067218707421734, -0.40169939212261196);
    check(
        "fold with stride", {12, 6},
        [](const Tensor& x) {
            return F::fold(
                x, F::FoldFuncOptions({5, 4}, {3, 2}).stride(2).padding({1, 1}).dilation({1, 2}));
        },
        {2, 5, 4}, -3.8853617970481658, 0.518794850244909);
    check(
        "max_unpool2d", {2, 2, 6, 4}, [](const Tensor& x) { return unpooled(x); }, {2, 2, 6, 4},
        -20.831954178839464, 9.846518346223068);
    check(
        "max_unpool1d to a size", {2, 2, 7}, [](const Tensor& x) { return unpooled_to(x); },
        {2, 2, 7}, -10.29340455418341, 4.878771589453349);
    check(
        "max_unpool3d", {2, 4, 4, 4}, [](const Tensor& x) { return unpooled_3d(x); }, {2, 4, 4, 4},
        -19.72097615273118, 9.446934771673412);
    check(
        "fractional_max_pool2d", {2, 2, 9, 8},
        [](const Tensor& x) {
            return F::fractional_max_pool2d(x, F::FractionalMaxPool2dFuncOptions({2, 3})
                                                   .output_size(ExpandingArray<2>({5, 3}))
                                                   ._random_samples(S({2, 2, 2})));
        },
        {2, 2, 5, 3}, -1.2085717609727316, 0.918105074461097);
    check(
        "fractional_max_pool3d by ratio", {1, 2, 7, 8, 6},
        [](const Tensor& x) {
            return F::fractional_max_pool3d(x, F::FractionalMaxPool3dFuncOptions(2)
                                                   .output_ratio(ExpandingArray<3, double>(0.5))
                                                   ._random_samples(S({1, 2, 3})));
        },
        {1, 2, 3, 4, 3}, -1.7379164501815598, -1.8339154728673195);
    check(
        "lp_pool2d", {2, 2, 6, 5},
        [](const Tensor& x) {
            return F::lp_pool2d(x * x, F::LPPool2dFuncOptions(3, {2, 3}).stride(2).ceil_mode(true));
        },
        {2, 2, 3, 2}, -2.723104636948918, 3.410426242492619);
    check(
        "lp_pool1d", {2, 2, 7},
        [](const Tensor& x) { return F::lp_pool1d(x, F::LPPool1dFuncOptions(2, 3).stride(2)); },
        {2, 2, 3}, -1.9919810593055414, 1.8026458892656207);
    check(
        "adaptive_avg_pool2d", {2, 2, 7, 5},
        [](const Tensor& x) {
            return F::adaptive_avg_pool2d(x, F::AdaptiveAvgPool2dFuncOptions({3, 4}));
        },
        {2, 2, 3, 4}, 0.04052708833191381, -0.02038564843522389);
    check(
        "adaptive_avg_pool2d keeps an axis", {2, 2, 7, 5},
        [](const Tensor& x) {
            return F::adaptive_avg_pool2d(
                x, F::AdaptiveAvgPool2dFuncOptions(
                       std::vector<std::optional<int64_t>>{std::nullopt, 2}));
        },
        {2, 2, 7, 2}, 0.30185171131474453, -0.21151397675008093);
    check(
        "adaptive_avg_pool3d", {2, 5, 4, 7},
        [](const Tensor& x) {
            return F::adaptive_avg_pool3d(x, F::AdaptiveAvgPool3dFuncOptions({2, 3, 3}));
        },
        {2, 2, 3, 3}, 0.24844880489212925, -0.11418303027882018);
    check(
        "adaptive_avg_pool1d larger", {2, 3, 4},
        [](const Tensor& x) {
            return F::adaptive_avg_pool1d(x, F::AdaptiveAvgPool1dFuncOptions(6));
        },
        {2, 3, 6}, -1.2180609781430867, 1.1890973109716967);
    check(
        "adaptive_max_pool2d", {2, 2, 7, 5},
        [](const Tensor& x) {
            return F::adaptive_max_pool2d(x, F::AdaptiveMaxPool2dFuncOptions({3, 4}));
        },
        {2, 2, 3, 4}, -0.6778046974207254, -0.02773448565776726);
    check(
        "adaptive_max_pool2d indices", {2, 2, 7, 5},
        [](const Tensor& x) {
            return std::get<1>(F::adaptive_max_pool2d_with_indices(
                                   x, F::AdaptiveMaxPool2dFuncOptions({3, 4})))
                .to(DType::f64);
        },
        {2, 2, 3, 4}, 1.163080883992789, 0.0);
    check(
        "avg_pool2d", {2, 2, 7, 5},
        [](const Tensor& x) {
            return F::avg_pool2d(x, F::AvgPool2dFuncOptions({3, 2})
                                        .stride(2)
                                        .padding(1)
                                        .ceil_mode(true)
                                        .count_include_pad(false));
        },
        {2, 2, 4, 3}, -0.27861347627999555, 0.23320655875275642);
    check(
        "avg_pool3d", {2, 4, 5, 6},
        [](const Tensor& x) {
            return F::avg_pool3d(x, F::AvgPool3dFuncOptions(2).divisor_override(3));
        },
        {2, 2, 2, 3}, 3.520530457374595, -1.3404106814765087);
    check(
        "max_pool3d", {1, 2, 5, 4, 6},
        [](const Tensor& x) {
            return F::max_pool3d(
                x, F::MaxPool3dFuncOptions(2).padding(1).dilation({1, 2, 1}).ceil_mode(true));
        },
        {1, 2, 3, 3, 4}, -2.7029104207892187, 3.2464891277631738);
    check(
        "pad reflect", {2, 3, 4, 5},
        [](const Tensor& x) { return F::pad(x, F::PadFuncOptions({2, 1, 1, 3}).mode(kReflect)); },
        {2, 3, 8, 8}, -5.238989339457916, 9.857997248205292);
    check(
        "pad replicate 3d", {2, 3, 4, 5, 3},
        [](const Tensor& x) {
            return F::pad(x, F::PadFuncOptions({2, 1, 1, 3, 0, 2}).mode(kReplicate));
        },
        {2, 3, 6, 9, 6}, 0.4288961569089844, -0.08348209229350267);
    check(
        "pad circular", {2, 3, 5},
        [](const Tensor& x) { return F::pad(x, F::PadFuncOptions({2, 5}).mode(kCircular)); },
        {2, 3, 12}, 5.255879621127235, -1.8171539885339958);
    check(
        "pad constant cuts", {2, 3, 5},
        [](const Tensor& x) { return F::pad(x, F::PadFuncOptions({-1, 2, 1, 0}).value(0.5)); },
        {2, 4, 6}, -0.06714092592085591, -0.4043044625038864);
}

BOOST_AUTO_TEST_CASE(resize) {
    check(
        "interpolate nearest 1d", {2, 2, 5},
        [](const Tensor& x) {
            return F::interpolate(x, F::InterpolateFuncOptions().size(Sizes{8}).mode(kNearest));
        },
        {2, 2, 8}, 0.011787281583237719, 0.7392102671161382);
    check(
        "interpolate nearest 2d", {1, 2, 5, 4},
        [](const Tensor& x) {
            return F::interpolate(x, F::InterpolateFuncOptions().size(Sizes{8, 7}).mode(kNearest));
        },
        {1, 2, 8, 7}, 2.8327741772940476, -1.6423676172401813);
    check(
        "interpolate nearest-exact 2d", {1, 2, 5, 4},
        [](const Tensor& x) {
            return F::interpolate(
                x, F::InterpolateFuncOptions().size(Sizes{8, 7}).mode(kNearestExact));
        },
        {1, 2, 8, 7}, -2.8226438289674642, 3.5395754238047012);
    check(
        "interpolate nearest 3d", {1, 1, 3, 4, 5},
        [](const Tensor& x) {
            return F::interpolate(x,
                                  F::InterpolateFuncOptions().size(Sizes{5, 3, 7}).mode(kNearest));
        },
        {1, 1, 5, 3, 7}, -0.8688879332520254, 3.3213237724108797);
    check(
        "interpolate area 2d", {1, 2, 5, 7},
        [](const Tensor& x) {
            return F::interpolate(x, F::InterpolateFuncOptions().size(Sizes{3, 4}).mode(kArea));
        },
        {1, 2, 3, 4}, -1.209048374590582, 1.0889915559707941);
    check(
        "interpolate linear align_corners=false", {2, 2, 5},
        [](const Tensor& x) {
            return F::interpolate(
                x, F::InterpolateFuncOptions().size(Sizes{8}).mode(kLinear).align_corners(false));
        },
        {2, 2, 8}, -0.5394700489076196, 0.5522167120488826);
    check(
        "interpolate linear align_corners=true", {2, 2, 5},
        [](const Tensor& x) {
            return F::interpolate(
                x, F::InterpolateFuncOptions().size(Sizes{8}).mode(kLinear).align_corners(true));
        },
        {2, 2, 8}, -0.05577885710050734, 0.14593337313207355);
    check(
        "interpolate bilinear align_corners=false", {1, 2, 5, 4},
        [](const Tensor& x) {
            return F::interpolate(
                x,
                F::InterpolateFuncOptions().size(Sizes{3, 7}).mode(kBilinear).align_corners(false));
        },
        {1, 2, 3, 7}, -0.05437060578713332, -0.3317461073341432);
    check(
        "interpolate bilinear align_corners=true", {1, 2, 5, 4},
        [](const Tensor& x) {
            return F::interpolate(
                x,
                F::InterpolateFuncOptions().size(Sizes{3, 7}).mode(kBilinear).align_corners(true));
        },
        {1, 2, 3, 7}, 0.001227794112036995, 0.20840300382608046);
    check(
        "interpolate bicubic align_corners=false", {1, 2, 5, 4},
        [](const Tensor& x) {
            return F::interpolate(
                x,
                F::InterpolateFuncOptions().size(Sizes{8, 3}).mode(kBicubic).align_corners(false));
        },
        {1, 2, 8, 3}, 1.0964762428123969, -0.764017886394813);
    check(
        "interpolate bicubic align_corners=true", {1, 2, 5, 4},
        [](const Tensor& x) {
            return F::interpolate(
                x,
                F::InterpolateFuncOptions().size(Sizes{8, 3}).mode(kBicubic).align_corners(true));
        },
        {1, 2, 8, 3}, 1.4862046047267565, -0.9774508671235111);
    check(
        "interpolate trilinear align_corners=false", {1, 1, 3, 4, 5},
        [](const Tensor& x) {
            return F::interpolate(x, F::InterpolateFuncOptions()
                                         .size(Sizes{5, 3, 7})
                                         .mode(kTrilinear)
                                         .align_corners(false));
        },
        {1, 1, 5, 3, 7}, -2.913237763734557, 2.0458590780533945);
    check(
        "interpolate trilinear align_corners=true", {1, 1, 3, 4, 5},
        [](const Tensor& x) {
            return F::interpolate(x, F::InterpolateFuncOptions()
                                         .size(Sizes{5, 3, 7})
                                         .mode(kTrilinear)
                                         .align_corners(true));
        },
        {1, 1, 5, 3, 7}, -2.746809865415228, 1.9640812281591686);
    check(
        "interpolate bilinear antialias", {1, 2, 9, 8},
        [](const Tensor& x) {
            return F::interpolate(
                x, F::InterpolateFuncOptions().size(Sizes{4, 11}).mode(kBilinear).antialias(true));
        },
        {1, 2, 4, 11}, 0.37040280762754463, -0.07243158422690409);
    check(
        "interpolate bilinear antialias aligned", {1, 2, 9, 8},
        [](const Tensor& x) {
            return F::interpolate(x, F::InterpolateFuncOptions()
                                         .size(Sizes{4, 11})
                                         .mode(kBilinear)
                                         .align_corners(true)
                                         .antialias(true));
        },
        {1, 2, 4, 11}, 0.26531109211846404, -0.1261622669781403);
    check(
        "interpolate bicubic antialias", {1, 2, 9, 8},
        [](const Tensor& x) {
            return F::interpolate(
                x, F::InterpolateFuncOptions().size(Sizes{4, 11}).mode(kBicubic).antialias(true));
        },
        {1, 2, 4, 11}, 0.36958392639015436, -0.04186190064257414);
    check(
        "interpolate bicubic antialias aligned", {1, 2, 9, 8},
        [](const Tensor& x) {
            return F::interpolate(x, F::InterpolateFuncOptions()
                                         .size(Sizes{4, 11})
                                         .mode(kBicubic)
                                         .align_corners(true)
                                         .antialias(true));
        },
        {1, 2, 4, 11}, 0.35223509113438267, -0.1521756431056199);
    check(
        "interpolate by a factor, recompute=false", {1, 2, 5, 7},
        [](const Tensor& x) {
            return F::interpolate(x, F::InterpolateFuncOptions()
                                         .scale_factor(std::vector<double>{1.7, 0.6})
                                         .mode(kBilinear)
                                         .align_corners(false)
                                         .recompute_scale_factor(false));
        },
        {1, 2, 8, 4}, -3.414856466014096, 0.735044210363426);
    check(
        "interpolate nearest by a factor, recompute=false", {1, 2, 5, 7},
        [](const Tensor& x) {
            return F::interpolate(x, F::InterpolateFuncOptions()
                                         .scale_factor(std::vector<double>{1.7, 0.6})
                                         .recompute_scale_factor(false));
        },
        {1, 2, 8, 4}, 7.943467088511171, -8.599280168647851);
    check(
        "interpolate by a factor, recompute=true", {1, 2, 5, 7},
        [](const Tensor& x) {
            return F::interpolate(x, F::InterpolateFuncOptions()
                                         .scale_factor(std::vector<double>{1.7, 0.6})
                                         .mode(kBilinear)
                                         .align_corners(false)
                                         .recompute_scale_factor(true));
        },
        {1, 2, 8, 4}, -0.011209722013516554, 0.9364083951520406);
    check(
        "interpolate nearest by a factor, recompute=true", {1, 2, 5, 7},
        [](const Tensor& x) {
            return F::interpolate(x, F::InterpolateFuncOptions()
                                         .scale_factor(std::vector<double>{1.7, 0.6})
                                         .recompute_scale_factor(true));
        },
        {1, 2, 8, 4}, 6.436956771697368, -8.480665265250213);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
