#include "compiler/passes/kinds.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/pointwise_region.h"

namespace lithe::passes {
namespace {

/// x * s with one number in s for each of x's last axis.
struct Scaled {
    ir::Value x, s;
};

Scaled scaled(const ir::Node& node) {
    if (!node.is("mul")) return {};
    for (const int at : {0, 1}) {
        const ir::Value x = node.input(at), s = node.input(1 - at);
        const Dim& channels = node.type().shape.back();
        const bool is_row = s.type().rank() > 0 && same({s.type().count()}, {channels}) &&
                            same({s.type().shape.back()}, {channels});
        if (is_row && same(x.type().shape, node.type().shape)) return {x, s};
    }
    return {};
}

/// Whether it costs less to multiply the filters than the image.
bool pays(const ir::Node& conv) {
    const Dim image = conv.input(0).type().count(), filters = conv.input(1).type().count();
    return image.is_constant() && filters.is_constant() &&
           2 * filters.constant() <= image.constant();
}

}  // namespace

bool scale_filters(ir::Graph& graph, Notes& notes) {
    const Users users = users_of(graph);
    return ir::rewrite(graph, [&](ir::Node& conv) -> ir::Value {
        if (!conv.is("packed_conv") || conv.attrs().has("groups") || !pays(conv)) return {};
        const Scaled image = scaled(*conv.input(0).node);
        if (!image.x || user_count(users, *conv.input(0).node) > 1) return {};

        const TensorType& filters = conv.input(1).type();
        Shape row(filters.shape.size(), Dim(1));
        row[row.size() - 2] = filters.shape[row.size() - 2];
        const ir::Value s = graph.add("reshape", {image.s}, {{"shape", row}});
        std::vector<ir::Value> operands = conv.inputs();
        operands[0] = image.x;
        operands[1] = graph.add("mul", {conv.input(1), s}, {});
        add_note(notes, "scale_filters", graph, conv, "its filters are scaled, not its image");
        return graph.add(conv.op(), std::move(operands), conv.attrs());
    });
}

}  // namespace lithe::passes
