// pack_winograd(w) {panel, tile}: filters w[K, C, 3, 3], transformed for winograd_conv, in panels
//
//   result[p, u * n + v, c, i] = sum over s, t of G[u, s] * G[v, t] * w[p * panel + i, c, s, t]
//
// with n = tile + 2 and G of compiler/ir/winograd.h; 0 beyond the filters. {by_element}, for
// winograd_result and products: as result[u * n + v, p, c, i].
#include <algorithm>

#include "compiler/ir/ops.h"
#include "compiler/ir/winograd.h"
#include "dsl/lowering.h"

namespace lithe::ir {
namespace {

bool is_by_element(const OpCall& call) {
    return call.attrs.has("by_element") && call.attrs.get_bool("by_element");
}

TensorTypes infer(const OpCall& call) {
    const TensorType& w = call.input(0);
    const Dim &panel = call.attrs.get_dim("panel"), n = call.attrs.get_dim("tile") + 2;
    const Dim panels = floor_div(w.size(0) + panel - 1, panel);
    if (is_by_element(call)) return TensorType{w.dtype, {n * n, panels, w.size(1), panel}};
    return TensorType{w.dtype, {panels, n * n, w.size(1), panel}};
}

template <class T>
double transformed(const WinogradTransforms::Matrix& g, const T* filter, size_t u, size_t v) {
    double total = 0;
    for (size_t s = 0; s < 3; ++s) {
        for (size_t t = 0; t < 3; ++t)
            total += g[u][s] * g[v][t] * static_cast<double>(filter[s * 3 + t]);
    }
    return total;
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const WinogradTransforms::Matrix& g = winograd_transforms(call.attrs.get_int("tile")).filter;
    const int64_t width = call.attrs.get_int("panel"), filters = in[0].size(0),
                  channels = in[0].size(1);
    const bool by_element = is_by_element(call);
    const int64_t panels = out[0].size(by_element ? 1 : 0),
                  elements = out[0].size(by_element ? 0 : 1);
    visit_float(in[0].dtype(), [&]<class T>(T) {
        for (int64_t p = 0; p < panels; ++p) {
            for (size_t u = 0; u < g.size(); ++u) {
                for (size_t v = 0; v < g.size(); ++v) {
                    const auto element = static_cast<int64_t>(u * g.size() + v);
                    T* to = out[0].data<T>() +
                            (by_element ? element * panels + p : p * elements + element) *
                                channels * width;
                    for (int64_t c = 0; c < channels; ++c) {
                        for (int64_t k = p * width; k < (p + 1) * width; ++k) {
                            const T* filter = in[0].data<T>() + (k * channels + c) * 9;
                            *to++ =
                                k < filters ? static_cast<T>(transformed(g, filter, u, v)) : T(0);
                        }
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
    const WinogradTransforms::Matrix& g =
        winograd_transforms(call.call.attrs.get_int("tile")).filter;
    const Halide::Expr filters = call.size(call.call.input(0).size(0));
    const bool by_element = is_by_element(call.call);
    const Halide::Expr panel = call.at[by_element ? 1 : 0], element = call.at[by_element ? 0 : 1];
    const Halide::Expr k = panel * call.size(call.call.attrs.get_dim("panel")) + call.at[3];
    const Halide::Expr u = element / static_cast<int>(g.size()),
                       v = element % static_cast<int>(g.size());
    Halide::Expr total;
    for (size_t s = 0; s < 3; ++s) {
        for (size_t t = 0; t < 3; ++t) {
            const Halide::Expr w = call.in(
                0, {min(k, filters - 1), call.at[2], static_cast<int>(s), static_cast<int>(t)});
            const Halide::Expr term = chosen(u, g, s, dtype) * chosen(v, g, t, dtype) * w;
            total = total.defined() ? total + term : term;
        }
    }
    return select(k < filters, total, constant(dtype, 0));
}

}  // namespace

const Op pack_winograd_op = {
    .name = "pack_winograd", .infer = infer, .reference = reference, .lower = lower};

}  // namespace lithe::ir
