#include <algorithm>

#include "compiler/passes/passes.h"
#include "compiler/passes/pointwise_region.h"

namespace lithe::passes {
namespace {

bool all_are(const Attrs& attrs, const char* name, int64_t value) {
    const Shape& numbers = attrs.get_shape(name);
    return std::all_of(numbers.begin(), numbers.end(),
                       [&](const Dim& d) { return d.is_constant(value); });
}

bool is_padded(const Attrs& attrs) {
    return !all_are(attrs, "pad_begin", 0) || !all_are(attrs, "pad_end", 0);
}

/// A convolution that makes a pixel of one pixel.
bool is_pixelwise(const ir::Node& conv) {
    const Shape& w = conv.input(1).type().shape;
    return !is_padded(conv.attrs()) && all_are(conv.attrs(), "stride", 1) &&
           std::all_of(w.begin() + 2, w.end(), [](const Dim& taps) { return taps.is_constant(1); });
}

/// Whether the pool divides by how many pixels it adds up, so that a bias stays as it is.
bool is_mean(const ir::Node& pool) {
    const Attrs& attrs = pool.attrs();
    return attrs.get_dim("divisor").is_constant(0) &&
           (!is_padded(attrs) || !attrs.get_bool("count_include_pad"));
}

/// Whether it leaves half of the pixels at the most. Strides with a name go along whole axes.
bool leaves_few(const ir::Node& pool) { return !all_are(pool.attrs(), "stride", 1); }

}  // namespace

bool pool_before_conv(ir::Graph& graph) {
    const Users users = users_of(graph);
    return ir::rewrite(graph, [&](ir::Node& pool) -> ir::Value {
        if (!pool.is("avg_pool") || !is_mean(pool) || !leaves_few(pool)) return {};
        const ir::Node& conv = *pool.input(0).node;
        if (!conv.is("conv") || !is_pixelwise(conv) || user_count(users, conv) > 1) return {};

        std::vector<ir::Value> operands = conv.inputs();
        operands[0] = graph.add(pool.op(), {operands[0]}, pool.attrs());
        return graph.add(conv.op(), std::move(operands), conv.attrs());
    });
}

}  // namespace lithe::passes
