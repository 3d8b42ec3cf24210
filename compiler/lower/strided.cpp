#include "compiler/lower/strided.h"

#include "compiler/ir/strides.h"

namespace lithe::lower {

std::optional<Strided> strided_view(ir::Value value) {
    const ir::Node& node = *value.node;
    if (node.is("input")) {
        const bool is_part = node.attrs().has("strides");
        return Strided{
            static_cast<int>(node.attrs().get_int("index")), 0,
            is_part ? node.attrs().get_shape("strides") : ir::dense_strides(node.type().shape)};
    }
    if (!node.is("permute") && !node.is("reshape") && !node.is("slice")) return std::nullopt;
    std::optional<Strided> view = strided_view(node.input(0));
    if (!view) return std::nullopt;
    if (node.is("permute")) {
        Shape strides;
        for (const int64_t axis : node.attrs().get_ints("perm")) {
            strides.push_back(view->strides[static_cast<size_t>(axis)]);
        }
        view->strides = strides;
    } else if (node.is("slice")) {
        Dim& stride = view->strides[static_cast<size_t>(node.attrs().get_int("axis"))];
        view->offset = view->offset + node.attrs().get_dim("begin") * stride;
        stride = stride * node.attrs().get_dim("step");
    } else {
        const std::optional<Shape> strides =
            ir::reshaped_strides(node.input(0).type().shape, view->strides, node.type().shape);
        if (!strides) return std::nullopt;
        view->strides = *strides;
    }
    return view;
}

}  // namespace lithe::lower
