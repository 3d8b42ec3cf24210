#pragma once

#include "compiler/lower/body.h"

namespace lithe::lower {

/// Whether all panels together come from further away than the second-level cache.
bool is_far(const ir::Node& anchor);

/// Whether a product does nothing but read its panels, from further away than that and once.
bool reads_far_panels_once(const ir::Node& anchor);

/// Unrolls steps of a sum over packed weights where that pays: `sum`, in `stage`. Asks for weights
/// ahead where that pays: for the next panel, or the next element of Winograd's patches, while
/// tiles of rows use this one, or for some of them where one tile has all rows. `distance`: steps
/// on, what the tiles read next; panels lie one after the other.
void schedule_steps(Body& body, const ir::Node& anchor, Halide::Stage stage,
                    const Halide::RDom& sum, const Halide::Expr& distance);

/// Whether the product of a body asks for its next panel, which is read much later.
bool asks_for_next_panel(const ir::Graph& body, const Target& target);

/// Must be called for the pipeline of a body with such a prefetch: shares the lines of a panel
/// among the tiles of rows.
void share_prefetches(Halide::Pipeline& pipeline, const ir::Graph& body, const Target& target);

/// Asks for the taps of the next filters, which Winograd's products transform, while those of these
/// are taken.
void prefetch_taps(Halide::Pipeline& pipeline, const ir::Graph& body);

/// Asks for what the epilogue of a tile reads, a residual, when the tile's sum begins.
void prefetch_operands(Halide::Pipeline& pipeline, const std::string& result);

}  // namespace lithe::lower
