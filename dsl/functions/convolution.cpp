// Convolution and pooling over one, two or three spatial axes.
#include <algorithm>

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {

Sizes per_axis(std::string_view op, const PerAxis& values, int64_t rank) {
    if (values.list().size() == 1) return Sizes(static_cast<size_t>(rank), values.list()[0]);
    if (values.list().size() == static_cast<size_t>(rank)) return values.list();
    throw UserError(std::string(op) + ".per_axis",
                    std::string(op) + ": expected 1 or " + std::to_string(rank) +
                        " numbers for the spatial axes, got " + str(to_shape(values.list())));
}

Attrs convolution_attrs(std::string_view op, int64_t rank, const ConvOptions& options) {
    const PerAxis& end = options.padding_end ? *options.padding_end : options.padding;
    return {{"stride", to_shape(per_axis(op, options.stride, rank))},
            {"dilation", to_shape(per_axis(op, options.dilation, rank))},
            {"pad_begin", to_shape(per_axis(op, options.padding, rank))},
            {"pad_end", to_shape(per_axis(op, end, rank))},
            {"groups", Dim(options.groups)}};
}

namespace {

void check_rank(const char* op, const Tensor& x, int64_t spatial) {
    if (x.dim() == spatial + 1 || x.dim() == spatial + 2) return;
    throw UserError(std::string(op) + ".rank",
                    std::string(op) + ": expected " + std::to_string(spatial + 2) + " axes, or " +
                        std::to_string(spatial + 1) + " without batch, got " + x.type().str());
}

ConvOptions conv_options(const PerAxis& stride, const PerAxis& padding, const PerAxis& dilation,
                         int64_t groups) {
    ConvOptions options;
    options.stride = stride;
    options.padding = padding;
    options.dilation = dilation;
    options.groups = groups;
    return options;
}

}  // namespace

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const PerAxis& stride,
              const PerAxis& padding, const PerAxis& dilation, int64_t groups) {
    check_rank("conv1d", x, 1);
    return conv(x, weight, bias, conv_options(stride, padding, dilation, groups));
}
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const PerAxis& stride,
              const PerAxis& padding, const PerAxis& dilation, int64_t groups) {
    check_rank("conv2d", x, 2);
    return conv(x, weight, bias, conv_options(stride, padding, dilation, groups));
}
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, const PerAxis& stride,
              const PerAxis& padding, const PerAxis& dilation, int64_t groups) {
    check_rank("conv3d", x, 3);
    return conv(x, weight, bias, conv_options(stride, padding, dilation, groups));
}

Tensor conv_with_padding(int64_t rank, const Tensor& x, const Tensor& weight, const Tensor& bias,
                         const PerAxis& stride, std::string_view padding, const PerAxis& dilation,
                         int64_t groups) {
    const std::string op = "conv" + std::to_string(rank) + "d";
    check_rank(op.c_str(), x, rank);
    if (padding == "valid") {
        return conv(x, weight, bias, conv_options(stride, 0, dilation, groups));
    }
    if (padding != "same") {
        throw UserError(op + ".padding", op + ": expected a padding of 'valid' or 'same', got '" +
                                             std::string(padding) + "'");
    }
    const Sizes steps = per_axis(op, stride, rank), spread = per_axis(op, dilation, rank);
    if (std::any_of(steps.begin(), steps.end(), [](int64_t step) { return step != 1; })) {
        throw UserError(op + ".padding",
                        op + ": padding='same' is not supported for strided convolutions");
    }
    Sizes even;
    Shape widths;  // last axis first; one more at the end where the number of zeros is odd
    for (int64_t i = 0; i < rank; ++i) {
        const Dim all = (weight.size(i - rank) - 1) * spread[static_cast<size_t>(i)];
        const Dim before = floor_div(all, 2);
        if (all.is_constant() && all.constant() % 2 == 0) even.push_back(all.constant() / 2);
        widths.insert(widths.begin(), {before, all - before});
    }
    if (even.size() == static_cast<size_t>(rank)) {
        return conv(x, weight, bias, conv_options(stride, PerAxis(even), dilation, groups));
    }
    return conv(constant_pad(x, widths), weight, bias, conv_options(stride, 0, dilation, groups));
}

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const PerAxis& stride, const PerAxis& padding,
                        const PerAxis& output_padding, int64_t groups, const PerAxis& dilation) {
    check_rank("conv_transpose1d", x, 1);
    return conv_transpose(x, weight, bias, conv_options(stride, padding, dilation, groups),
                          output_padding);
}
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const PerAxis& stride, const PerAxis& padding,
                        const PerAxis& output_padding, int64_t groups, const PerAxis& dilation) {
    check_rank("conv_transpose2d", x, 2);
    return conv_transpose(x, weight, bias, conv_options(stride, padding, dilation, groups),
                          output_padding);
}
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const PerAxis& stride, const PerAxis& padding,
                        const PerAxis& output_padding, int64_t groups, const PerAxis& dilation) {
    check_rank("conv_transpose3d", x, 3);
    return conv_transpose(x, weight, bias, conv_options(stride, padding, dilation, groups),
                          output_padding);
}

namespace {

PoolOptions pool_options(const PerAxis& kernel, const PerAxis& stride, const PerAxis& padding,
                         int64_t rank) {
    PoolOptions options;
    options.kernel = kernel;
    options.stride = stride;
    options.padding = padding;
    options.spatial_rank = rank;
    return options;
}

Tensor max_pool_of(const char* op, const Tensor& x, PoolOptions options, const PerAxis& dilation,
                   bool ceil_mode) {
    check_rank(op, x, options.spatial_rank);
    options.dilation = dilation;
    options.ceil_mode = ceil_mode;
    return std::get<0>(max_pool(x, options));
}

Tensor avg_pool_of(const char* op, const Tensor& x, PoolOptions options, bool ceil_mode,
                   bool count_include_pad, std::optional<int64_t> divisor) {
    check_rank(op, x, options.spatial_rank);
    options.ceil_mode = ceil_mode;
    options.count_include_pad = count_include_pad;
    options.divisor_override = divisor;
    return avg_pool(x, options);
}

}  // namespace

Tensor max_pool1d(const Tensor& x, const PerAxis& kernel, const PerAxis& stride,
                  const PerAxis& padding, const PerAxis& dilation, bool ceil_mode) {
    return max_pool_of("max_pool1d", x, pool_options(kernel, stride, padding, 1), dilation,
                       ceil_mode);
}
Tensor max_pool2d(const Tensor& x, const PerAxis& kernel, const PerAxis& stride,
                  const PerAxis& padding, const PerAxis& dilation, bool ceil_mode) {
    return max_pool_of("max_pool2d", x, pool_options(kernel, stride, padding, 2), dilation,
                       ceil_mode);
}
Tensor max_pool3d(const Tensor& x, const PerAxis& kernel, const PerAxis& stride,
                  const PerAxis& padding, const PerAxis& dilation, bool ceil_mode) {
    return max_pool_of("max_pool3d", x, pool_options(kernel, stride, padding, 3), dilation,
                       ceil_mode);
}

Tensor avg_pool1d(const Tensor& x, const PerAxis& kernel, const PerAxis& stride,
                  const PerAxis& padding, bool ceil_mode, bool count_include_pad) {
    return avg_pool_of("avg_pool1d", x, pool_options(kernel, stride, padding, 1), ceil_mode,
                       count_include_pad, {});
}
Tensor avg_pool2d(const Tensor& x, const PerAxis& kernel, const PerAxis& stride,
                  const PerAxis& padding, bool ceil_mode, bool count_include_pad,
                  std::optional<int64_t> divisor) {
    return avg_pool_of("avg_pool2d", x, pool_options(kernel, stride, padding, 2), ceil_mode,
                       count_include_pad, divisor);
}
Tensor avg_pool3d(const Tensor& x, const PerAxis& kernel, const PerAxis& stride,
                  const PerAxis& padding, bool ceil_mode, bool count_include_pad,
                  std::optional<int64_t> divisor) {
    return avg_pool_of("avg_pool3d", x, pool_options(kernel, stride, padding, 3), ceil_mode,
                       count_include_pad, divisor);
}

}  // namespace lithe
