// Convolutions, pooling and what else works on images.
#include <lithe/lithe.h>

#include "dsl/image_ops.h"
#include "tests/errors/cases.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

namespace F = nn::functional;

Tensor image() { return zeros({1, 4, 6, 6}); }

const ErrorCases cases = {
    {"conv.channels", [] { conv2d(image(), zeros({6, 3, 3, 3})); }},
    {"conv.kernel", [] { conv2d(image(), zeros({6, 4, 9, 9})); }},
    {"conv.groups", [] { conv2d(image(), zeros({6, 1, 3, 3}), {}, 1, 0, 1, 4); }},
    {"conv.stride", [] { conv2d(image(), zeros({6, 4, 3, 3}), {}, 0); }},
    {"conv.dtype", [] { conv2d(image(), zeros({6, 4, 3, 3}, DType::f64)); }},
    {"conv.bias", [] { conv2d(image(), zeros({6, 4, 3, 3}), zeros({5})); }},
    {"conv2d.rank", [] { conv2d(zeros({6, 6}), zeros({6, 4, 3, 3})); }},
    {"conv.per_axis", [] { conv2d(image(), zeros({6, 4, 3, 3}), {}, {1, 2, 3}); }},
    {"conv_transpose.bias", [] { conv_transpose2d(image(), zeros({4, 6, 3, 3}), zeros({5})); }},
    {"conv_transpose.size",
     [] { conv_transpose2d(zeros({1, 4, 1, 1}), zeros({4, 6, 1, 1}), {}, 1, 3); }},
    {"conv1d.padding", [] { conv1d(zeros({1, 2, 9}), zeros({2, 2, 3}), {}, 1, "reflect"); }},
    {"conv2d.padding", [] { conv2d(zeros({1, 3, 9, 9}), zeros({4, 3, 3, 3}), {}, 2, "same"); }},
    {"conv2d.padding", [] { nn::Conv2d(nn::Conv2dOptions(3, 4, 3).stride(2).padding(kSame)); }},
    {"conv2d.groups", [] { nn::Conv2d(nn::Conv2dOptions(3, 4, 3).groups(2)); }},
    {"conv2d.in_channels", [] { nn::Conv2d(0, 4, 3); }},
    {"conv_transpose2d.output_size",
     [] {
         nn::ConvTranspose2d(nn::ConvTranspose2dOptions(4, 2, 3).stride(2))
             ->forward(image(), Sizes{20, 20});
     }},
    {"max_pool.padding", [] { max_pool2d(image(), 2, 2, 2); }},
    {"avg_pool.kernel", [] { avg_pool2d(image(), 9); }},
    {"max_pool2d.rank", [] { F::max_pool2d(zeros({6, 6}), F::MaxPool2dFuncOptions(2)); }},
    {"adaptive_avg_pool2d.rank", [] { nn::AdaptiveAvgPool2d(1)(zeros({6, 6})); }},
    {"max_unpool.output_size",
     [] {
         F::max_unpool2d(image(), zeros_like(image()).to(DType::i64),
                         F::MaxUnpool2dFuncOptions(2).output_size(Sizes{99, 8}));
     }},
    {"max_unpool.index", [] { F::max_unpool2d(image(), image(), F::MaxUnpool2dFuncOptions(2)); }},
    {"fractional_max_pool.size",
     [] { F::fractional_max_pool2d(image(), F::FractionalMaxPool2dFuncOptions(2)); }},
    {"fractional_max_pool.size",
     [] {
         F::fractional_max_pool2d(image(), F::FractionalMaxPool2dFuncOptions(2).output_size(9));
     }},
    {"fractional_max_pool.ratio",
     [] {
         F::fractional_max_pool2d(image(), F::FractionalMaxPool2dFuncOptions(2).output_ratio(2.0));
     }},
    {"fractional_max_pool.rank", [] { fractional_max_pool(zeros({6, 6}), 2, {3, 3}, image()); }},
    {"fractional_max_pool.samples", [] { fractional_max_pool(image(), 2, {3, 3}, zeros({2})); }},
    {"max_unpool.rank", [] { max_unpool(zeros({6, 6}), zeros({6, 6}, DType::i64), {12, 12}); }},
    {"interpolate.size", [] { F::interpolate(image(), F::InterpolateFuncOptions()); }},
    {"interpolate.mode",
     [] { F::interpolate(image(), F::InterpolateFuncOptions().size(Sizes{3}).mode(kLinear)); }},
    {"interpolate.antialias",
     [] { F::interpolate(image(), F::InterpolateFuncOptions().size(Sizes{3}).antialias(true)); }},
    {"interpolate.align_corners",
     [] {
         F::interpolate(image(), F::InterpolateFuncOptions().size(Sizes{3}).align_corners(true));
     }},
    {"interpolate.rank",
     [] { F::interpolate(zeros({2, 2}), F::InterpolateFuncOptions().size(Sizes{3})); }},
    {"interpolate.recompute_scale_factor",
     [] {
         F::interpolate(image(),
                        F::InterpolateFuncOptions().size(Sizes{3}).recompute_scale_factor(true));
     }},
    {"im2col.rank", [] { im2col(zeros({6, 6}), 2, 1, 0, 1); }},
    {"im2col.size", [] { F::unfold(image(), F::UnfoldFuncOptions(9)); }},
    {"im2col.kernel", [] { im2col(image(), 0, 1, 0, 1); }},
    {"col2im.rank", [] { col2im(zeros({6}), {3, 3}, 2, 1, 0, 1); }},
    {"col2im.channels", [] { F::fold(zeros({1, 5, 4}), F::FoldFuncOptions({3, 3}, 2)); }},
    {"col2im.windows", [] { F::fold(zeros({1, 8, 5}), F::FoldFuncOptions({3, 3}, 2)); }},
    {"col2im.dtype", [] { col2im(zeros({1, 8, 4}, DType::boolean), {3, 3}, 2, 1, 0, 1); }},
    {"grid_sample.rank", [] { F::grid_sample(zeros({1, 3}), zeros({1, 2, 2, 2})); }},
    {"grid_sample.grid", [] { F::grid_sample(image(), zeros({1, 3, 3, 3})); }},
    {"grid_sample.mode",
     [] {
         F::grid_sample(zeros({1, 2, 3, 3, 3}), zeros({1, 2, 2, 2, 3}),
                        F::GridSampleFuncOptions().mode(kBicubic));
     }},
    {"affine_grid.theta", [] { F::affine_grid(zeros({1, 3, 3}), {1, 2, 3, 4}); }},
    {"pad.widths", [] { constant_pad(zeros({3}), {1, 2, 3, 4}); }},
    {"pad.negative", [] { constant_pad(zeros({3}), {-2, -2}); }},
    {"pad.width", [] { nn::ReflectionPad1d(5)(zeros({1, 2, 3})); }},
    {"pixel_shuffle.channels", [] { pixel_shuffle(image(), 3); }},
    {"pixel_unshuffle.size", [] { pixel_unshuffle(image(), 4); }},
    {"pixel_unshuffle.size", [] { pixel_unshuffle(zeros({2, 2}), 1); }},
    {"channel_shuffle.groups", [] { channel_shuffle(image(), 3); }},
    {"expanding_array.size", [] { nn::Conv2d(3, 4, Sizes{1, 2, 3}); }},
};

}  // namespace
}  // namespace lithe::tests
