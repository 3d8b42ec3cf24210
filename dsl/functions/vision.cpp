// Padding and rearranging of images.

#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// The index that a place outside of 0..size-1 reads.
Tensor source_index(PadMode mode, const Tensor& index, const Dim& size) {
    if (mode == PadMode::circular) return remainder(index, scalar_for(index, size));
    if (mode == PadMode::reflect) {
        return (size - 1) - abs((size - 1) - abs(index));
    }
    return minimum(maximum(index, 0), scalar_for(index, size - 1));
}

void check_width(PadMode mode, const Tensor& x, int64_t axis, const Dim& before, const Dim& after) {
    const Dim size = x.size(axis);
    if (!size.is_constant() || !before.is_constant() || !after.is_constant()) return;
    const int64_t limit = mode == PadMode::reflect    ? size.constant() - 1
                          : mode == PadMode::circular ? size.constant()
                                                      : INT64_MAX;
    if (before.constant() <= limit && after.constant() <= limit && size.constant() > 0) return;
    throw UserError("pad.width", "pad: widths " + before.str() + " and " + after.str() +
                                     " are too large for axis " + std::to_string(axis) + " of " +
                                     x.type().str());
}

}  // namespace

Tensor pad(const Tensor& x, const ShapeArg& widths, PadMode mode, double value) {
    if (mode == PadMode::constant) return constant_pad(x, widths, value);
    if (widths.size() % 2 != 0 || widths.size() > 2 * static_cast<size_t>(x.dim())) {
        throw UserError("pad.widths", "pad: widths " + str(widths) + " for " + x.type().str());
    }
    Tensor y = x;
    for (size_t i = 0; i < widths.size() / 2; ++i) {
        const Dim &before = widths[2 * i], &after = widths[2 * i + 1];
        if (before.is_constant(0) && after.is_constant(0)) continue;
        const int64_t axis = x.dim() - 1 - static_cast<int64_t>(i);
        check_width(mode, x, axis, before, after);
        const Tensor index = arange(-before, x.size(axis) + after);
        y = index_select(y, axis, source_index(mode, index, x.size(axis)));
    }
    return y;
}

Tensor pad(const Tensor& x, const ShapeArg& widths, std::string_view mode,
           std::optional<double> value) {
    const std::string word(mode);
    if (word == "constant") return constant_pad(x, widths, value.value_or(0));
    if (value.value_or(0) != 0) {
        throw UserError("pad.value",
                        "pad: mode '" + word + "' takes no value, got " + std::to_string(*value));
    }
    if (word == "reflect") return pad(x, widths, PadMode::reflect);
    if (word == "replicate") return pad(x, widths, PadMode::replicate);
    if (word == "circular") return pad(x, widths, PadMode::circular);
    throw UserError(
        "pad.mode",
        "pad: expected 'constant', 'reflect', 'replicate' or 'circular', got '" + word + "'");
}

Tensor pixel_shuffle(const Tensor& x, int64_t factor) {
    const Dim channels = x.dim() < 3 ? Dim(0) : x.size(-3);
    if (x.dim() < 3 || factor < 1 ||
        (channels.is_constant() && channels.constant() % (factor * factor) != 0)) {
        throw UserError(
            "pixel_shuffle.channels",
            "pixel_shuffle: factor " + std::to_string(factor) + " for " + x.type().str());
    }
    Shape shape = x.sizes(), lead(shape.begin(), shape.end() - 3);
    const Dim c = floor_div(channels, Dim(factor * factor)), h = x.size(-2), w = x.size(-1);
    const Dim n = product(lead);
    const Tensor blocks = reshape(x, {n, c, Dim(factor), Dim(factor), h, w});
    const Tensor mixed = permute(blocks, {0, 1, 4, 2, 5, 3});
    lead.insert(lead.end(), {c, h * factor, w * factor});
    return reshape(mixed, lead);
}

Tensor pixel_unshuffle(const Tensor& x, int64_t factor) {
    Shape shape = x.sizes();
    if (shape.size() < 3 || factor < 1) {
        throw UserError(
            "pixel_unshuffle.size",
            "pixel_unshuffle: factor " + std::to_string(factor) + " for " + x.type().str());
    }
    Shape lead(shape.begin(), shape.end() - 3);
    const Dim c = x.size(-3), f = factor;
    for (const Dim& size : {x.size(-2), x.size(-1)}) {
        if (!size.is_constant() || size.constant() % factor == 0) continue;
        throw UserError("pixel_unshuffle.size",
                        "pixel_unshuffle: height and width of " + x.type().str() +
                            " must be multiples of factor " + std::to_string(factor));
    }
    const Dim h = floor_div(x.size(-2), f), w = floor_div(x.size(-1), f);
    const Tensor blocks = reshape(x, {product(lead), c, h, f, w, f});
    lead.insert(lead.end(), {c * f * f, h, w});
    return reshape(permute(blocks, {0, 1, 3, 5, 2, 4}), lead);
}

Tensor channel_shuffle(const Tensor& x, int64_t groups) {
    const Dim channels = x.dim() < 3 ? Dim(0) : x.size(1);
    if (x.dim() < 3 || groups < 1 ||
        (channels.is_constant() && channels.constant() % groups != 0)) {
        throw UserError("channel_shuffle.groups", "channel_shuffle: " + std::to_string(groups) +
                                                      " groups do not divide the channels of " +
                                                      x.type().str());
    }
    return reshape(transpose(unflatten(x, 1, {Dim(groups), Dim(-1)}), 1, 2), x.sizes());
}

}  // namespace lithe
