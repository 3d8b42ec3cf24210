#pragma once

#include "compiler/lower/body.h"

namespace lithe::lower {

/// Asks for the next panel of weights while tiles of `rows` rows (0: several heights) use this one,
/// where that pays. `sum`: the loop over the sum in `stage`; panels lie one after the other.
void prefetch_next_panel(Body& body, const ir::Node& anchor, Halide::Stage stage,
                         const Halide::RDom& sum, int64_t rows);

/// Must be called for the pipeline of a body with such a prefetch: shares the lines of a panel
/// among the tiles of rows.
void share_prefetches(Halide::Pipeline& pipeline, const ir::Graph& body);

}  // namespace lithe::lower
