#include "compiler/ir/planes.h"

#include "dsl/window.h"

namespace lithe::ir {
namespace {

/// Longest window whose taps are written out one by one.
constexpr int64_t most_taps = 49;

bool is_known(const TensorType& type) {
    for (int axis = 1; axis < type.rank(); ++axis) {
        if (!type.size(axis).is_constant() || type.size(axis).is_constant(0)) return false;
    }
    return true;
}

}  // namespace

bool is_pool(const Node& node) {
    return node.input_count() == 1 && node.attrs().has("kernel") && node.attrs().has("stride");
}

bool has_short_lines(const Dim& width) { return width.is_constant() && width.constant() <= 27; }

bool can_be_short(const Dim& width) { return width.is_constant() && width.constant() <= 56; }

bool has_short_lines(const Dim& width, int64_t tile_rows) {
    constexpr int64_t few_rows = 6;
    return has_short_lines(width) ||
           (can_be_short(width) && tile_rows <= few_rows && width.constant() % tile_rows != 0);
}

bool is_plane_window(const Node& node) {
    const Attrs& attrs = node.attrs();
    if (node.input_count() == 0 || node.type().rank() != 4 || !attrs.has("stride")) return false;
    const bool is_depthwise = node.input_count() > 1 && attrs.has("groups") &&
                              node.input(1).type().size(1).is_constant(1);
    if (!is_pool(node) && !is_depthwise) return false;
    const Shape kernel =
        is_pool(node) ? attrs.get_shape("kernel") : window::spatial(node.input(1).type().shape);
    return is_constant(kernel) && product(kernel).constant() <= most_taps &&
           is_known(node.type()) && is_known(node.input(0).type());
}

}  // namespace lithe::ir
