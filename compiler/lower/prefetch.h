#pragma once

#include "compiler/lower/body.h"

namespace lithe::lower {

/// Whether all panels together come from further away than the second-level cache.
bool is_far(const ir::Node& anchor);

/// Asks for the next panel of weights while tiles of `rows` rows (0: several heights) use this one,
/// where that pays. `sum`: the loop over the sum in `stage`; panels lie one after the other.
void prefetch_next_panel(Body& body, const ir::Node& anchor, Halide::Stage stage,
                         const Halide::RDom& sum, int64_t rows);

/// Asks for a panel's weights of the next element of the patches while Winograd's products of this
/// one are made: all of them pass once for every block.
void prefetch_next_element(Body& body, const ir::Node& anchor, Halide::Stage stage,
                           const Halide::RDom& sum);

/// Must be called for the pipeline of a body with such a prefetch: shares the lines of a panel
/// among the tiles of rows.
void share_prefetches(Halide::Pipeline& pipeline, const ir::Graph& body);

/// Asks for what the epilogue of a tile reads, a residual, when the tile's sum begins.
void prefetch_operands(Halide::Pipeline& pipeline, const std::string& result);

}  // namespace lithe::lower
