#include "dsl/window.h"

#include <string>
#include <utility>

#include "runtime/error.h"

namespace lithe::window {
namespace {

thread_local bool is_padded = false;

}  // namespace

PaddedScope::PaddedScope() : outer_(std::exchange(is_padded, true)) {}
PaddedScope::~PaddedScope() { is_padded = outer_; }

Dim places(const Dim& size, const Dim& kernel, const Dim& stride, const Dim& pad_begin,
           const Dim& pad_end, const Dim& dilation) {
    return floor_div(size + pad_begin + pad_end - dilation * (kernel - 1) - 1, stride) + 1;
}

void check_attrs(const OpCall& call, size_t rank) {
    const std::string op(call.op->name);
    const auto check = [&](const char* attr, const char* reason, int64_t least) {
        const Shape& values = call.attrs.get_shape(attr);
        bool fits = values.size() == rank;
        for (const Dim& value : values)
            fits = fits && (!value.is_constant() || value.constant() >= least);
        if (fits) return;
        throw UserError(op + "." + reason, op + ": expected " + std::to_string(rank) + " " + attr +
                                               " of at least " + std::to_string(least) + ", got " +
                                               str(values));
    };
    check("stride", "stride", 1);
    check("dilation", "dilation", 1);
    check("pad_begin", "padding", 0);
    check("pad_end", "padding", 0);
}

Geometry::Geometry(const Attrs& attrs, const Sizes& image_sizes, const Sizes& place_sizes,
                   const Sizes& kernel_sizes) {
    const size_t lead = 3 - kernel_sizes.size();
    const Sizes strides = attrs.get_ints("stride"), dilations = attrs.get_ints("dilation");
    const Sizes pads = attrs.get_ints("pad_begin");
    for (size_t i = 0; i < kernel_sizes.size(); ++i) {
        image[lead + i] = image_sizes[i];
        place[lead + i] = place_sizes[i];
        kernel[lead + i] = kernel_sizes[i];
        stride[lead + i] = strides[i];
        dilation[lead + i] = dilations[i];
        pad[lead + i] = pads[i];
    }
}

Coords unflatten(const LowerCall& call, Halide::Expr flat, const Shape& sizes) {
    Coords coords(sizes.size());
    for (size_t i = sizes.size(); i-- > 0;) {
        const Halide::Expr size = call.size(sizes[i]);
        coords[i] = i == 0 ? flat : flat % size;
        flat = flat / size;
    }
    return coords;
}

Coords image_coords(const LowerCall& call, const Coords& place, const Coords& tap) {
    const Attrs& attrs = call.call.attrs;
    const Shape &stride = attrs.get_shape("stride"), &dilation = attrs.get_shape("dilation");
    const Shape& pad = attrs.get_shape("pad_begin");
    Coords coords;
    for (size_t i = 0; i < place.size(); ++i) {
        coords.push_back(place[i] * call.size(stride[i]) + tap[i] * call.size(dilation[i]) -
                         call.size(pad[i]));
    }
    return coords;
}

Halide::Expr inside(const LowerCall& call, const Coords& coords, const Shape& sizes) {
    const Shape &begin = call.call.attrs.get_shape("pad_begin"),
                &end = call.call.attrs.get_shape("pad_end");
    Halide::Expr result = Halide::cast<bool>(1);
    if (is_padded) return result;
    for (size_t i = 0; i < coords.size(); ++i) {
        if (begin[i].is_constant(0) && end[i].is_constant(0)) continue;
        result = result && coords[i] >= 0 && coords[i] < call.size(sizes[i]);
    }
    return result;
}

Coords clamped(const LowerCall& call, Coords coords, const Shape& sizes) {
    if (is_padded) return coords;
    for (size_t i = 0; i < coords.size(); ++i) {
        coords[i] = Halide::clamp(coords[i], 0, max(call.size(sizes[i]) - 1, 0));
    }
    return coords;
}

Halide::Expr pixel(const LowerCall& call, const Coords& coords, const Halide::Expr& outside) {
    if (is_padded) {
        Coords at = coords;
        at.insert(at.begin(), {call.at[0], call.at[1]});
        return call.in(0, at);
    }
    const Shape image = spatial(call.call.input(0).shape);
    Coords lines = coords;
    const Halide::Expr column = lines.back();
    lines.back() = Halide::likely(column);
    Coords at = clamped(call, lines, image);
    at.insert(at.begin(), {call.at[0], call.at[1]});
    const size_t axis = coords.size() - 1;
    const bool has_border = !call.call.attrs.get_shape("pad_begin")[axis].is_constant(0) ||
                            !call.call.attrs.get_shape("pad_end")[axis].is_constant(0);
    lines.back() = 0;
    Halide::Expr is_inside = inside(call, lines, image);
    if (has_border) {
        is_inside = is_inside && Halide::likely(column >= 0) &&
                    Halide::likely(column < call.size(image[axis]));
    }
    return select(is_inside, call.in(0, at), outside);
}

Shape spatial(const Shape& shape) { return {shape.begin() + 2, shape.end()}; }

}  // namespace lithe::window
