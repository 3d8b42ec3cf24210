#pragma once

#include "compiler/ir/graph.h"
#include "compiler/ir/winograd.h"

namespace lithe::lower {

/// In what order a winograd_products node is computed: a panel of filters at a time, of it some
/// channels, of these a row of elements.
struct ProductOrder {
    explicit ProductOrder(const ir::Node& products);

    ir::WinogradAxes axes;
    int taps, channels, width, panels, patches;
    int row;    ///< elements, whose filters are transformed together
    int piece;  ///< channels
};

}  // namespace lithe::lower
