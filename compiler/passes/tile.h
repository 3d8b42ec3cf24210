#pragma once

#include <string>
#include <vector>

#include "compiler/passes/pass.h"
#include "dsl/dim.h"

namespace lithe::passes {

/// A tile of accumulators in registers: rows times vectors.
struct Tile {
    int64_t rows = 1, vectors = 1;

    bool operator==(const Tile&) const = default;
    std::string str() const;  ///< `tile 8x3`
};

struct TileLimits {
    int64_t rows = 14, vectors = 4;
};

/// Most rows of a tile over rows of `inner` numbers: rows that lie a multiple of 4 KB apart share
/// the sets of a first-level cache, of which eight ways are counted on.
int64_t most_rows(const Dim& inner);

/// The tiles that the target's registers hold, the one with the least estimated time first: a core
/// with two multiply-add units of latency 4 and two loads a cycle. Sizes that are not known count
/// as large.
std::vector<Tile> ranked_tiles(const Dim& rows, const Dim& columns, const Machine& machine,
                               const TileLimits& limits = {});

}  // namespace lithe::passes
