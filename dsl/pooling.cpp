#include "dsl/pooling.h"

#include <algorithm>
#include <string>

#include "dsl/tracer.h"
#include "runtime/error.h"

namespace lithe::pooling {
namespace {

/// Whether a window's length is the named size of the axis that it goes along, taken as an integer
/// (`max_pool1d(x, x.size(2))`): the window covers the axis at every size.
bool is_whole(const Dim& size, int64_t taps) {
    const Tracer* tracer = Tracer::current();
    return !size.is_constant() && tracer && tracer->has_escaped(size, taps);
}

}  // namespace

int64_t spatial_rank(const Tensor& x, const PoolOptions& options) {
    if (options.kernel.list().size() > 1) return static_cast<int64_t>(options.kernel.list().size());
    return options.spatial_rank > 0 ? options.spatial_rank : std::max<int64_t>(x.dim() - 2, 1);
}

Attrs attrs(std::string_view op, const Tensor& x, const PoolOptions& options) {
    const int64_t rank = spatial_rank(x, options);
    const Sizes taps = per_axis(op, options.kernel, rank);
    const Sizes steps = options.stride.empty() ? taps : per_axis(op, options.stride, rank);
    const Sizes padding = per_axis(op, options.padding, rank);
    const Sizes dilation = per_axis(op, options.dilation, rank);
    Shape end = to_shape(padding), kernel = to_shape(taps), stride = to_shape(steps);
    for (size_t i = 0; i < end.size(); ++i) {
        if (2 * padding[i] > taps[i]) {
            throw UserError(std::string(op) + ".padding",
                            std::string(op) + ": padding " + std::to_string(padding[i]) +
                                " is more than half the kernel's " + std::to_string(taps[i]));
        }
        if (x.dim() != rank + 2 || steps[i] < 1) continue;
        const Dim size = x.size(static_cast<int64_t>(i) + 2);
        if (is_whole(size, taps[i])) {
            kernel[i] = size;
            if (steps[i] == taps[i]) stride[i] = size;
        }
        if (!options.ceil_mode) continue;
        // As many windows as begin within the image or the padding before it.
        const Dim reach = size + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1;
        const Dim rounded = ceil_div(reach, stride[i]) + 1;
        const Dim begins = floor_div(size + padding[i] - 1, stride[i]) + 1;
        const Dim places = min(rounded, begins);
        end[i] =
            max((places - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 - size - padding[i],
                Dim(padding[i]));
    }
    Attrs attrs;
    attrs.set("kernel", kernel);
    attrs.set("stride", stride);
    attrs.set("dilation", to_shape(dilation));
    attrs.set("pad_begin", to_shape(padding));
    attrs.set("pad_end", end);
    if (op == "avg_pool") attrs.set("pad_counted", to_shape(padding));
    return attrs;
}

TensorType infer(const OpCall& call) {
    const std::string op(call.op->name);
    const TensorType& x = call.input(0);
    const Shape& kernel = call.attrs.get_shape("kernel");
    if (x.rank() < 3 || x.rank() > 5 || kernel.size() + 2 != x.shape.size()) {
        throw UserError(op + ".rank", op +
                                          ": expected 1 to 3 spatial axes after batch and "
                                          "channels, got " +
                                          x.str() + " and kernel " + str(kernel));
    }
    window::check_attrs(call, kernel.size());
    TensorType type{x.dtype, {x.size(0), x.size(1)}};
    for (size_t i = 0; i < kernel.size(); ++i) {
        const Dim count =
            window::places(x.shape[i + 2], kernel[i], call.attrs.get_shape("stride")[i],
                           call.attrs.get_shape("pad_begin")[i], call.attrs.get_shape("pad_end")[i],
                           call.attrs.get_shape("dilation")[i]);
        const Dim &stride = call.attrs.get_shape("stride")[i],
                  &pad = call.attrs.get_shape("pad_begin")[i];
        // Every window must meet the image: none lies in the padding alone.
        const Dim last = x.shape[i + 2] + pad - (count - 1) * stride, wide = kernel[i] - 2 * pad;
        const auto at_least = [](const Dim& value, int64_t least) {
            return !value.is_constant() || value.constant() >= least;
        };
        const bool fits =
            at_least(count, 1) && at_least(kernel[i], 1) && at_least(last, 1) && at_least(wide, 0);
        if (!fits) {
            throw UserError(op + ".kernel", op + ": the kernel " + str(kernel) +
                                                " does not fit the padded input " + x.str());
        }
        type.shape.push_back(count);
    }
    return type;
}

window::Geometry geometry(const OpCall& call, const Array& image, const Array& places) {
    return {call.attrs,
            {image.sizes().begin() + 2, image.sizes().end()},
            {places.sizes().begin() + 2, places.sizes().end()},
            call.attrs.get_ints("kernel")};
}

std::vector<double> divisors(const OpCall& call, const window::Geometry& g) {
    const auto fixed = static_cast<double>(call.attrs.get_int("divisor"));
    std::vector<double> result(static_cast<size_t>(g.place_count()), fixed);
    if (fixed != 0) return result;
    const bool counts_pad = call.attrs.get_bool("count_include_pad");
    const Sizes pad_end = call.attrs.get_ints("pad_counted");
    for (size_t p = 0; p < result.size(); ++p) {
        double count = 1;
        int64_t rest = static_cast<int64_t>(p);
        for (size_t axis = 3; axis-- > 0;) {
            const int64_t begin = rest % g.place[axis] * g.stride[axis] - g.pad[axis];
            rest /= g.place[axis];
            const int64_t pad =
                axis + pad_end.size() < 3 || !counts_pad ? 0 : pad_end[axis + pad_end.size() - 3];
            const int64_t last = std::min(begin + g.kernel[axis], g.image[axis] + pad);
            const int64_t first = counts_pad ? begin : std::max<int64_t>(begin, 0);
            count *= static_cast<double>(last - first);
        }
        result[p] = count;
    }
    return result;
}

Halide::Expr lower_divisor(const LowerCall& call, const Coords& place, const Shape& image,
                           Halide::Type type) {
    const Attrs& attrs = call.call.attrs;
    const int64_t fixed = attrs.get_int("divisor");
    if (fixed != 0) return Halide::Internal::make_const(type, fixed);
    const bool counts_pad = attrs.get_bool("count_include_pad");
    Halide::Expr count = 1;
    for (size_t i = 0; i < place.size(); ++i) {
        const Halide::Expr begin = place[i] * call.size(attrs.get_shape("stride")[i]) -
                                   call.size(attrs.get_shape("pad_begin")[i]);
        const Halide::Expr kernel = call.size(attrs.get_shape("kernel")[i]);
        const Dim pad = counts_pad ? attrs.get_shape("pad_counted")[i] : Dim(0);
        const Halide::Expr last = min(begin + kernel, call.size(image[i] + pad));
        count = count * (last - (counts_pad ? begin : max(begin, 0)));
    }
    return Halide::cast(type, count);
}

}  // namespace lithe::pooling
