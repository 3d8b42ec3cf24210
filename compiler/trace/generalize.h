#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/program.h"

namespace lithe::tracing {

/// Values of all symbols in one trace.
using Samples = std::map<std::string, int64_t>;

/// One recording of the same forward().
struct Recording {
    std::unique_ptr<ir::Graph> graph;
    Samples samples;
    std::vector<Dim> escaped;  ///< what numbers of the C++ code were made of, each once
};

/// Makes one graph of several recordings: integers that differ between them become affine
/// expressions of the symbols, sizes that escaped (`(H + 1) / 2`), or products of such. The first
/// is the base, then one per symbol with that one changed, and a last one that checks the answer.
/// Errors: trace.not_general, with the author's line and what was seen at which sizes.
std::unique_ptr<ir::Graph> generalize(const ir::Program& program,
                                      const std::vector<std::string>& symbols,
                                      std::vector<Recording> recordings);

}  // namespace lithe::tracing
