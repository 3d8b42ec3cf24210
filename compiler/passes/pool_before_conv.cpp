#include "compiler/passes/kinds.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/pointwise_region.h"

namespace lithe::passes {
namespace {

/// Whether the pool divides by how many pixels it adds up, so that a bias stays as it is.
bool is_mean(const ir::Node& pool) {
    return pool.attrs().get_dim("divisor").is_constant(0) &&
           (!is_padded(pool) || !pool.attrs().get_bool("count_include_pad"));
}

/// Whether it leaves half of the pixels at the most. Strides with a name go along whole axes.
bool leaves_few(const ir::Node& pool) { return !ir::all_are(pool.attrs().get_shape("stride"), 1); }

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
