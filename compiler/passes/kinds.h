#pragma once

#include "compiler/ir/graph.h"
#include "compiler/ir/planes.h"
#include "compiler/ir/sizes.h"

namespace lithe::passes {

/// A mark of a module's call.
inline bool is_boundary(const ir::Node& node) {
    return node.is("module_input") || node.is("module_output");
}

/// One result, computed element by element.
inline bool is_pointwise(const ir::Node& node) {
    return node.is(Trait::elementwise) && !node.is(Trait::random) && node.types().size() == 1;
}

/// One result whose elements are elements of operands, in other places.
inline bool is_move(const ir::Node& node) {
    return node.is(Trait::injective) && !node.is(Trait::elementwise) && node.types().size() == 1;
}

/// Slides a window over the spatial axes of operand 0.
inline bool is_window(const ir::Node& node) {
    const bool is_convolution = node.is("conv") || node.is("conv_transpose");
    return (is_convolution || ir::is_pool(node)) && node.type().rank() >= 3;
}

inline bool is_padded(const ir::Node& window) {
    return !ir::all_are(window.attrs().get_shape("pad_begin"), 0) ||
           !ir::all_are(window.attrs().get_shape("pad_end"), 0);
}

/// A convolution that makes a pixel of one pixel.
inline bool is_pixelwise(const ir::Node& conv) {
    const Shape& w = conv.input(1).type().shape;
    return !is_padded(conv) && ir::all_are(conv.attrs().get_shape("stride"), 1) &&
           ir::all_are({w.begin() + 2, w.end()}, 1);
}

/// What a kernel is built around: a convolution, a product, a reduction, ...
inline bool is_anchor(const ir::Node& node) {
    return !node.is(Trait::source) && !node.body() && !is_boundary(node) && !is_pointwise(node) &&
           !is_move(node);
}

}  // namespace lithe::passes
