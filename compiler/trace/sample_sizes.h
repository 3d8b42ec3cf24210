#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/trace/generalize.h"

namespace lithe::tracing {

/// How far from the base the checks go where forward() fails at sizes that are further away.
constexpr int64_t near_reach = 8;

/// A value that the size may have, near the one that is wanted.
int64_t nearest_in_range(const ir::Symbol& symbol, int64_t wanted);

/// The sizes of the first recording.
Samples base_samples(const ir::Program& program);

/// A value of a size at which all that escaped and depends on it differs from the base: a
/// stride of 4 gives the same for 18 and 20. As many as there are, where none tells all.
int64_t telling(const ir::Symbol& symbol, const Samples& base, const std::vector<Dim>& escaped);

/// A value in the range, other than those known.
int64_t other(const ir::Symbol& symbol, int64_t base, const std::set<int64_t>& taken);

/// For every size a value at which it, and what escaped and depends on it alone, leaves other
/// rests than those seen when divided by small numbers: what is right for even sizes alone, or
/// for 1 in 3, shows at it.
Samples with_other_residues(const ir::Program& program, const std::vector<Recording>& recordings,
                            int64_t reach);

/// Sizes near the base, others for every turn.
Samples neighbour(const ir::Program& program, const Samples& base, int64_t turn);

}  // namespace lithe::tracing
