// packed_conv(x, filters, bias) {columns, stride, dilation, tile_rows}: convolution of an image
// whose channels are innermost and which has been padded, with the filters of pack_filters
//
//   result[n, p..., k] = bias[k] + sum over t..., c of
//                        x[n, p * stride + t * dilation, ..., c] * filters[k / width, t..., c, k %
//                        width]
//
// bias may be left out.
//
// {groups}: the columns are that many groups one after the other, each of its own channels of x. No
// panel holds filters of two groups, here either.
//
// {image_rows}, of two spatial axes: all rows of x before the first number and from the second one
// on are zeros, so that what a row of taps meets there may be left out of the sum.
//
// {phases, phase_begin}, for transposed convolutions: the columns are phases[0] * phases[1] groups
// of filters one after the other, and windows of group (a, b) begin (a + phase_begin[0]) /
// phases[0] rows and (b + phase_begin[1]) / phases[1] columns further on. No panel holds filters of
// two groups.
//
// {neighbours}, for transposed convolutions: the columns are as many groups of filters as these
// numbers multiply to, one after the other, and each group has an image of its own, result[n,
// a..., p..., k] of its filters k, by the one bias[k]. No panel holds filters of two groups.
#include "compiler/ir/ops.h"
#include "compiler/ir/phases.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

/// Of a transposed convolution: images of results for one image.
Shape neighbours_of(const Attrs& attrs) {
    return attrs.has("neighbours") ? attrs.get_shape("neighbours") : Shape{};
}

/// How many panels of filters read the same channels.
int64_t panels_of_group(const OpCall& call) {
    const int64_t columns = call.attrs.get_int("columns");
    return columns / call.attrs.get_int("groups") / call.input(1).shape.back().constant();
}

TensorTypes infer(const OpCall& call) {
    const TensorType &x = call.input(0), &filters = call.input(1);
    const Shape &stride = call.attrs.get_shape("stride"),
                &dilation = call.attrs.get_shape("dilation");
    TensorType type{x.dtype, {x.size(0)}};
    const Shape neighbours = neighbours_of(call.attrs);
    type.shape.insert(type.shape.end(), neighbours.begin(), neighbours.end());
    for (int i = 0; i < x.rank() - 2; ++i) {
        const auto axis = static_cast<size_t>(i);
        const Dim reach = dilation[axis] * (filters.size(i + 1) - 1) + 1;
        const int64_t shift = last_phase_shift(call.attrs, axis);
        type.shape.push_back(floor_div(x.size(i + 1) - reach - shift, stride[axis]) + 1);
    }
    type.shape.push_back(floor_div(call.attrs.get_dim("columns"), product(neighbours)));
    return type;
}

/// Counts up an index over some sizes, the last axis fastest; false after the last one.
bool advance(Sizes& index, const Sizes& sizes) {
    for (size_t axis = sizes.size(); axis-- > 0;) {
        if (++index[axis] < sizes[axis]) return true;
        index[axis] = 0;
    }
    return false;
}

/// One element of the result: the window over x at `place` (batch, spatial...) with filter k.
template <class T>
double window(const OpCall& call, const Array& x, const Array& filters, const Sizes& place,
              int64_t k) {
    const Sizes stride = call.attrs.get_ints("stride"), dilation = call.attrs.get_ints("dilation");
    const int64_t width = filters.sizes().back(), channels = filters.sizes().end()[-2];
    const int64_t first =
        call.attrs.has("groups") ? k / width / panels_of_group(call) * channels : 0;
    const Sizes taps(filters.sizes().begin() + 1, filters.sizes().end() - 2);
    const T* w = filters.data<T>() + k / width * filters.strides()[0] + k % width;
    Sizes tap(taps.size(), 0), shift(taps.size(), 0);
    if (call.attrs.has("phases")) {
        const int64_t across = phases_along(call.attrs, 1);
        const int64_t phase = k / (call.attrs.get_int("columns") / phase_count(call.attrs));
        shift = {phase_shift<int64_t>(call.attrs, 0, phase / across),
                 phase_shift<int64_t>(call.attrs, 1, phase % across)};
    }
    double total = 0;
    do {
        int64_t at = place[0] * x.strides()[0] + first;
        for (size_t i = 0; i < taps.size(); ++i) {
            at += (place[i + 1] * stride[i] + tap[i] * dilation[i] + shift[i]) * x.strides()[i + 1];
        }
        for (int64_t c = 0; c < channels; ++c, w += width) {
            total += static_cast<double>(x.data<T>()[at + c]) * *w;
        }
    } while (advance(tap, taps));
    return total;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    if (out[0].count() == 0) return;
    const int64_t filters = out[0].sizes().back();
    const auto axes = static_cast<std::ptrdiff_t>(neighbours_of(call.attrs).size());
    const Sizes places(out[0].sizes().begin(), out[0].sizes().end() - 1);
    visit_float(in[0].dtype(), [&]<class T>(T) {
        Sizes place(places.size(), 0);
        T* y = out[0].data<T>();
        do {
            int64_t group = 0;
            for (std::ptrdiff_t i = 1; i <= axes; ++i)
                group = group * places[static_cast<size_t>(i)] + place[static_cast<size_t>(i)];
            Sizes pixel = place;
            pixel.erase(pixel.begin() + 1, pixel.begin() + 1 + axes);
            for (int64_t k = 0; k < filters; ++k) {
                const double bias = in.size() > 2 ? in[2].data<T>()[k] : T(0);
                const double sum = window<T>(call, in[0], in[1], pixel, group * filters + k) + bias;
                *y++ = static_cast<T>(sum);
            }
        } while (advance(place, places));
    });
}

/// The filter that an element of the result is of.
struct Filter {
    Halide::Expr panel, lane;
};

Filter filter_of(const LowerCall& call) {
    const Attrs& attrs = call.call.attrs;
    const Halide::Expr k = call.at.back(), width = call.size(call.call.input(1).shape.back());
    const Shape neighbours = neighbours_of(attrs);
    if (neighbours.empty()) return {k / width, k % width};
    Halide::Expr group = 0;
    for (size_t i = 0; i < neighbours.size(); ++i)
        group = group * call.size(neighbours[i]) + call.at[i + 1];
    const Halide::Expr filters =
        call.size(attrs.get_dim("columns")) / call.size(product(neighbours));
    return {group * (filters / width) + k / width, k % width};
}

/// By how much the window of the filter's phase begins further on, along each axis.
Coords shift_of(const LowerCall& call, const Filter& filter) {
    const Attrs& attrs = call.call.attrs;
    const Shape& filters = call.call.input(1).shape;
    if (!attrs.has("phases")) return Coords(filters.size() - 3, Halide::Expr(0));
    const auto across = static_cast<int>(phases_along(attrs, 1));
    const Halide::Expr group =
        call.size(attrs.get_dim("columns")) / static_cast<int>(phase_count(attrs));
    const Halide::Expr phase = filter.panel / (group / call.size(filters.back()));
    return {phase_shift<Halide::Expr>(attrs, 0, phase / across),
            phase_shift<Halide::Expr>(attrs, 1, phase % across)};
}

Halide::Expr lower(const LowerCall& call) {
    const Attrs& attrs = call.call.attrs;
    const Shape& filters = call.call.input(1).shape;
    const Shape &stride = attrs.get_shape("stride"), &dilation = attrs.get_shape("dilation");
    Coords extents;
    for (size_t i = 1; i + 1 < filters.size(); ++i) extents.push_back(call.size(filters[i]));
    const Filter filter = filter_of(call);
    const Coords shift = shift_of(call, filter);
    const size_t first_axis = 1 + neighbours_of(attrs).size();
    Halide::Expr first = 0;
    if (attrs.has("groups")) {
        const Halide::Expr channels = call.size(filters[filters.size() - 2]);
        first = filter.panel / static_cast<int>(panels_of_group(call.call)) * channels;
    }
    const Halide::Expr y = reduce(Reduce::sum, extents, [&](const Coords& index) {
        Coords pixel{call.at[0]}, tap{filter.panel};
        for (size_t i = 0; i + 1 < index.size(); ++i) {
            pixel.push_back(call.at[first_axis + i] * call.size(stride[i]) +
                            index[i] * call.size(dilation[i]) + shift[i]);
            tap.push_back(index[i]);
        }
        pixel.push_back(index.back() + first);
        tap.insert(tap.end(), {index.back(), filter.lane});
        return call.in(0, pixel) * call.in(1, tap);
    });
    return call.call.input_count() > 2 ? y + call.in(2, {call.at.back()}) : y;
}

}  // namespace

const Op packed_conv_op = {
    .name = "packed_conv", .infer = infer, .reference = reference, .lower = lower};

}  // namespace lithe::ir
