// winograd_result(products, x, filters, bias) {columns, tile, taps, stride, pad_begin, pad_end}:
// what a convolution gives, out of the products of its transformed patches and filters; taps are 3
// x 3 and the stride is 1 where they are left out
//
//   result[n, a * m + i, b * m' + j, k] = bias[k] + sum over u, v of
//                                         A[i, u] * A'[j, v] * products[u * s + v, (n, a, b), k]
//
// with the transforms A, A' and patches m, m' of both axes (compiler/ir/winograd.h), s columns of
// A'; bias may be left out. The products have a column for every filter of the panels, also for
// those beyond the last. A result that comes out as no finite number is computed again as the plain
// sum over the image x[n, h, w, c], with filters won back from their transforms; those of
// winograd_products are taps as they are.
//
// {phases, phase_begin, size} (compiler/ir/phases.h), of a transposed convolution: the products of
// all phases, one after the other; the result of {size} has those of the phases in turn along both
// axes.
#include <cmath>

#include "compiler/ir/ops.h"
#include "compiler/ir/winograd.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType& x = call.input(1);
    const Dim& columns = call.attrs.get_dim("columns");
    if (call.attrs.has("size")) {
        const Shape& size = call.attrs.get_shape("size");
        return TensorType{x.dtype, {x.size(0), size[0], size[1], columns}};
    }
    const WinogradAxes axes(call.attrs);
    const Shape &begin = call.attrs.get_shape("pad_begin"), &end = call.attrs.get_shape("pad_end");
    return TensorType{x.dtype,
                      {x.size(0), axes.down.places(x.size(1) + begin[0] + end[0]),
                       axes.across.places(x.size(2) + begin[1] + end[1]), columns}};
}

/// Where a result belongs: its phases and its place among the results of these.
struct Place {
    int64_t n, down, across, i, j, k;

    Place(const Attrs& attrs, const Sizes& at)
        : n(at[0]),
          down(at[1] % phases_along(attrs, 0)),
          across(at[2] % phases_along(attrs, 1)),
          i(at[1] / phases_along(attrs, 0)),
          j(at[2] / phases_along(attrs, 1)),
          k(at[3]) {}
};

/// Tap (s, t) of the filter for a result: one that is packed, or out of its transform.
template <class T>
double tap_of(const WinogradAxes& axes, const Array& filters, int64_t first_element, int64_t s,
              int64_t t, int64_t c, int64_t k) {
    const int64_t width = filters.sizes().back(), channels = filters.size(filters.rank() - 2);
    const auto at = [&](int64_t matrix) -> double {
        return filters.data<T>()[(matrix * channels + c) * width + k % width];
    };
    if (filters.rank() == 5) return at((k / width * axes.down.taps + s) * axes.across.taps + t);
    return winograd_tap(axes, s, t, [&](int64_t u, int64_t v) {
        const int64_t element = first_element + u * axes.across.size() + v;
        return at(element * filters.size(1) + k / width);
    });
}

template <class T>
double plain_sum(const OpCall& call, const Array& x, const Array& filters, const Place& place) {
    const WinogradAxes axes(call.attrs);
    const Sizes begin = call.attrs.get_ints("pad_begin");
    const int64_t first_row = place.i * axes.down.stride + phase_shift(call.attrs, 0, place.down) -
                              begin[0],
                  first_column = place.j * axes.across.stride +
                                 phase_shift(call.attrs, 1, place.across) - begin[1];
    const int64_t first_element =
        (place.down * phases_along(call.attrs, 1) + place.across) * axes.elements();
    const int64_t channels = x.size(3);
    double total = 0;
    for (int64_t tap = 0; tap < axes.down.taps * axes.across.taps; ++tap) {
        const int64_t s = tap / axes.across.taps, t = tap % axes.across.taps;
        const int64_t row = first_row + s, column = first_column + t;
        if (row < 0 || row >= x.size(1) || column < 0 || column >= x.size(2)) continue;
        const T* pixel =
            x.data<T>() + ((place.n * x.size(1) + row) * x.size(2) + column) * channels;
        for (int64_t c = 0; c < channels; ++c) {
            const double w = tap_of<T>(axes, filters, first_element, s, t, c, place.k);
            total += w * static_cast<double>(pixel[c]);
        }
    }
    return total;
}

template <class T>
double transformed(const OpCall& call, const Array& products, const WinogradPatches& patches,
                   const Place& place) {
    const WinogradAxes axes(call.attrs);
    const auto row_of = [](const WinogradAxis& axis, int64_t at) -> const std::vector<double>& {
        return axis.transforms().result[static_cast<size_t>(at % axis.tile)];
    };
    const std::vector<double>&down = row_of(axes.down, place.i),
          &across = row_of(axes.across, place.j);
    const int64_t patch =
        (place.n * patches.down.constant() + place.i / axes.down.tile) * patches.across.constant() +
        place.j / axes.across.tile;
    int64_t element = (place.down * phases_along(call.attrs, 1) + place.across) * axes.elements();
    double total = 0;
    for (const double a : down) {
        for (const double b : across) {
            const int64_t row = element++ * products.size(1) + patch;
            const double factor = a * b;
            if (factor == 0) continue;
            total +=
                factor * static_cast<double>(products.data<T>()[row * products.size(2) + place.k]);
        }
    }
    return total;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const WinogradPatches patches = winograd_patches(call, call.input(1).shape);
    visit_float(in[0].dtype(), [&]<class T>(T) {
        T* to = out[0].data<T>();
        Sizes at(4, 0);
        for (int64_t flat = 0; flat < out[0].count(); ++flat) {
            int64_t rest = flat;
            for (size_t axis = 4; axis-- > 0;) {
                at[axis] = rest % out[0].sizes()[axis];
                rest /= out[0].sizes()[axis];
            }
            const Place place(call.attrs, at);
            double value = transformed<T>(call, in[0], patches, place);
            if (!std::isfinite(value)) value = plain_sum<T>(call, in[1], in[2], place);
            if (in.size() > 3) value += static_cast<double>(in[3].data<T>()[at[3]]);
            *to++ = static_cast<T>(value);
        }
    });
}

}  // namespace

const Op winograd_result_op = {.name = "winograd_result", .infer = infer, .reference = reference};

}  // namespace lithe::ir
