#include "compiler/passes/fusion_kinds.h"

#include "compiler/ir/rows.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/packed_conv.h"

namespace lithe::passes {
namespace {

/// Whether the anchor reads every element of an image several times, in vectors of channels: those
/// have to lie side by side.
bool reads_vectors_of_channels(const ir::Node& anchor) {
    if (!anchor.is("winograd_conv"))
        return anchor.is("winograd_data") || anchor.is("depthwise_conv");
    const Dim& channels = anchor.input(0).type().shape.back();
    return !channels.is_constant() || channels.constant() > few_channels;
}

/// Whether its kernel takes nothing else: any other way to sort compares each with each.
bool stands_alone(const ir::Node& anchor) { return anchor.is("argsort"); }

}  // namespace

std::string family_of(const ir::Node& anchor) {
    for (const char* name : {"attention", "conv", "conv_transpose", "linear", "matmul"}) {
        if (anchor.is(name)) return name;
    }
    if (anchor.is("packed_gates")) return "gates";
    if (anchor.is("scatter") || anchor.is("scatter_add") || anchor.is("scatter_reduce"))
        return "scatter";
    if (anchor.is("cumsum") || anchor.is("linear_recurrence") || anchor.is("cummax_index"))
        return "running";
    if (anchor.is("argsort")) return "sort";
    if (anchor.is(Trait::reduction)) return "reduction";
    if (ir::is_pool(anchor)) return "pool";
    return ir::is_rows(anchor) ? "rows" : "generic";
}

bool is_complete_last(const std::string& family) {
    return family == "scatter" || family == "running" || family == "sort";
}

bool writes_any_layout(const std::string& family) {
    return family != "generic" && family != "rows" && family != "reduction" &&
           !is_complete_last(family);
}

bool writes_in_order(const ir::Node& anchor, const Shape& perm) {
    const int rank = anchor.type().rank();
    return !anchor.is("attention") || perm.back().is_constant(rank - 1) ||
           perm.back().is_constant(rank - 2);
}

bool is_layout(const ir::Node& node) {
    if (node.is("permute")) return true;
    return node.is("reshape") && is_layout(*node.input(0).node);
}

bool reads_layouts(const ir::Node& anchor) {
    return is_anchor(anchor) && !ir::normalises_lines(anchor) && !anchor.is("packed_linear") &&
           !anchor.is("packed_gates") && !anchor.is("winograd_products") && !stands_alone(anchor) &&
           !reads_vectors_of_channels(anchor);
}

bool reads_expanded(const ir::Node& node) {
    return node.op().lower && !node.name().starts_with("packed_") && !node.is("plane_conv") &&
           !is_layout(node) && !stands_alone(node);
}

bool reads_parts_of_rows(const ir::Node& anchor, const ir::Node& node) {
    return anchor.is("packed_gates") && node.is("slice") && node.attrs().get_int("step") == 1 &&
           node.attrs().get_int("axis") == node.type().rank() - 1;
}

bool reads_once(const ir::Node& anchor) { return anchor.name().starts_with("pack_"); }

bool reads_columns_apart(const ir::Node& node, const ir::Node& anchor) {
    constexpr int64_t few_rows = 16;
    if (!node.is("permute") || !anchor.is("attention")) return false;
    const Shape& perm = node.attrs().get_shape("perm");
    if (perm.back().is_constant(static_cast<int64_t>(perm.size()) - 1)) return false;
    const Dim& rows = anchor.type().size(anchor.type().rank() - 2);
    if (rows.is_constant() && rows.constant() < few_rows) return false;
    return anchor.input(1).node == &node || anchor.input(2).node == &node;
}

bool reads_parts(const ir::Node& anchor) { return anchor.is("attention"); }

}  // namespace lithe::passes
