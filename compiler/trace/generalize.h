#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/error.h"

namespace lithe::tracing {

/// Values of all symbols in one trace.
using Samples = std::map<std::string, int64_t>;

/// One recording of the same forward().
struct Recording {
    std::unique_ptr<ir::Graph> graph;
    Samples samples;
    std::vector<Dim> escaped;  ///< what numbers of the C++ code were made of, each once
};

/// An integer in which the recordings differ and that nothing explains; with `least_for_parts` of
/// them more is tried.
class Unsolved : public UserError {
public:
    using UserError::UserError;
};

/// As many recordings as it takes to believe in a rounded part of a size.
constexpr size_t least_for_parts = 18;

/// Makes one graph of several recordings: integers that differ between them become affine
/// expressions of the symbols, sizes that escaped (`(H + 1) / 2`), or products of such; other
/// numbers multiples of such, their inverses, square roots and logarithms. The first is the base,
/// then one per symbol with that one changed; the others check the answer. Errors:
/// trace.not_general, with the author's line and what was seen at which sizes.
std::unique_ptr<ir::Graph> generalize(const ir::Program& program,
                                      const std::vector<std::string>& symbols,
                                      std::vector<Recording> recordings);

}  // namespace lithe::tracing
