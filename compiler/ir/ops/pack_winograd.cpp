// pack_winograd(w) {panel, tile, stride}: filters w[K, C, taps...] of two axes, transformed for
// winograd_conv, in panels; the stride is 1 where it is left out
//
//   result[p, u * n + v, c, i] = sum over s, t of G[u, s] * G'[v, t] * w[p * panel + i, c, s, t]
//
// with the transforms G, G' of both axes (compiler/ir/winograd.h), n results of G'; 0 beyond the
// filters. {by_element}, for winograd_result and products: as result[u * n + v, p, c, i].
//
// {phases}, by element, for transposed convolutions: the filters are so many groups, one after the
// other, and the results of each too.
#include <algorithm>

#include "compiler/ir/ops.h"
#include "compiler/ir/winograd.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType& w = call.input(0);
    const Dim& panel = call.attrs.get_dim("panel");
    const int64_t phases = phase_count(call.attrs),
                  elements = winograd_axes_of_filters(call).elements();
    const Dim panels = floor_div(floor_div(w.size(0), phases) + panel - 1, panel);
    if (is_by_element(call.attrs))
        return TensorType{w.dtype, {phases * elements, panels, w.size(1), panel}};
    return TensorType{w.dtype, {panels, elements, w.size(1), panel}};
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const WinogradAxes axes = winograd_axes_of_filters(call);
    const int64_t phases = phase_count(call.attrs), filters = in[0].size(0) / phases;
    const int64_t channels = in[0].size(1), taps = in[0].size(2) * in[0].size(3);
    const bool by_element = is_by_element(call.attrs);
    Sizes at(4, 0);
    visit_float(in[0].dtype(), [&]<class T>(T) {
        T* to = out[0].data<T>();
        for (at[0] = 0; at[0] < out[0].size(0); ++at[0]) {
            for (at[1] = 0; at[1] < out[0].size(1); ++at[1]) {
                const int64_t panel = at[by_element ? 1 : 0], element = at[by_element ? 0 : 1];
                for (at[2] = 0; at[2] < channels; ++at[2]) {
                    for (at[3] = 0; at[3] < out[0].size(3); ++at[3]) {
                        const int64_t k = panel * out[0].size(3) + at[3];
                        const int64_t whole = element / axes.elements() * filters + k;
                        const T* filter = in[0].data<T>() + (whole * channels + at[2]) * taps;
                        *to++ = k < filters ? static_cast<T>(winograd_element(
                                                  axes, filter, 1, element % axes.elements()))
                                            : T(0);
                    }
                }
            }
        }
    });
}

/// Element `index` of a column of numbers.
Halide::Expr chosen(const Halide::Expr& index, const WinogradTransforms::Matrix& g, size_t column,
                    DType dtype) {
    Halide::Expr value = constant(dtype, g.back()[column]);
    for (size_t i = g.size() - 1; i-- > 0;) {
        value = select(index == static_cast<int>(i), constant(dtype, g[i][column]), value);
    }
    return value;
}

Halide::Expr lower(const LowerCall& call) {
    const DType dtype = call.out_types[0].dtype;
    const WinogradAxes axes = winograd_axes_of_filters(call.call);
    const auto elements = static_cast<int>(axes.elements()),
               width = static_cast<int>(axes.across.size());
    const WinogradTransforms::Matrix &down = axes.down.transforms().filter,
                                     &across = axes.across.transforms().filter;
    const Halide::Expr filters =
        call.size(call.call.input(0).size(0)) / static_cast<int>(phase_count(call.call.attrs));
    const bool by_element = is_by_element(call.call.attrs);
    const Halide::Expr panel = call.at[by_element ? 1 : 0], element = call.at[by_element ? 0 : 1];
    const Halide::Expr k = panel * call.size(call.call.attrs.get_dim("panel")) + call.at[3];
    const Halide::Expr u = element % elements / width, v = element % width;
    const Halide::Expr whole = element / elements * filters + min(k, filters - 1);
    Halide::Expr total;
    for (size_t s = 0; s < down[0].size(); ++s) {
        for (size_t t = 0; t < across[0].size(); ++t) {
            const Halide::Expr w =
                call.in(0, {whole, call.at[2], static_cast<int>(s), static_cast<int>(t)});
            const Halide::Expr term = chosen(u, down, s, dtype) * chosen(v, across, t, dtype) * w;
            total = total.defined() ? total + term : term;
        }
    }
    return select(k < filters, total, constant(dtype, 0));
}

}  // namespace

const Op pack_winograd_op = {
    .name = "pack_winograd", .infer = infer, .reference = reference, .lower = lower};

}  // namespace lithe::ir
