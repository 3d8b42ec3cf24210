#pragma once

#include <string>
#include <vector>

#include "compiler/passes/pass.h"
#include "dsl/dim.h"

namespace lithe::passes {

/// A tile of accumulators in registers: rows times vectors.
struct Tile {
    int64_t rows = 1, vectors = 1;
    int64_t turns = 1;  ///< one after the other, each with so many fewer of the gates
    double cost = 0;    ///< estimated, in a unit that tiles of one problem share

    std::string str() const;  ///< `tile 8x3`, `tile 8x1, gates in 2 turns`
};

struct TileLimits {
    int64_t rows = 14, vectors = 4;
    /// Cycles of a step beside its multiply-adds: for each row and each vector that it loads.
    double row_cycles = 0, vector_cycles = 0;
    int64_t length = 256;  ///< of the sum: what a tile costs to start and to end is spread over it
    bool are_panels_far = false;  ///< in memory, from where the first tile of rows has them
    int64_t gates = 1;  ///< products at once: so many times a tile's vectors, in all turns
};

/// How many lines of memory, `bytes` apart, lie in sets of their own of a first-level cache, whose
/// ways are pages: so many are there that a page is a multiple of.
int64_t distinct_sets(int64_t bytes);
/// Ways of it that are counted on.
inline constexpr int64_t cache_ways = 8;

/// Most rows of a tile over rows of `inner` numbers: rows that lie a multiple of 4 KB apart share
/// the sets of a first-level cache, of which eight ways are counted on.
int64_t most_rows(const Dim& inner);

/// Of a product whose rows have `inner` numbers: they lie apart, and a panel is read again for
/// every tile.
TileLimits product_limits(const Dim& inner);
/// Of a convolution along the rows of an image, sums of `length` products: where registers are
/// many, tall tiles of few vectors have the shorter loop over taps.
TileLimits conv_limits(const Machine& machine, int64_t length = 256);

/// What a step of a tile's sum holds: the sums, and a row of the panel beside one element of x.
/// Where registers are fewer than 32, an instruction takes no element for a vector of equal ones
/// out of memory, and LLVM has one of every row of x ready beside one vector of the panel.
int64_t registers(const Tile& tile, const Machine& machine);

/// The same where a row of the panel is one vector to LLVM, however many registers it takes, so
/// that it goes row by row of x; see lower/register_tile.cpp.
int64_t registers_of_rows(const Tile& tile, const Machine& machine);

/// Cycles of one step of a tile's sum, without what the limits add.
double step_cycles(const Tile& tile);

/// Cycles of such a step where a core is shared half of the time: then each thread starts three
/// instructions a cycle. Where registers are few, elements of x are loaded by instructions of their
/// own, and tall or narrow tiles are bound by that.
double often_shared(double cycles, const Tile& tile, const Machine& machine);

/// The tiles that the target's registers hold, the one with the least estimated time first: a core
/// with two multiply-add units of latency 4 and two loads a cycle. Sizes that are not known count
/// as large.
std::vector<Tile> ranked_tiles(const Dim& rows, const Dim& columns, const Machine& machine,
                               const TileLimits& limits = {});

/// The rows of a tile of so many vectors that lines of `pixels` take the least time with, each line
/// with tiles of its own, sums of `length` products.
Tile line_tile(int64_t pixels, int64_t vectors, int64_t length, const Machine& machine);

inline int64_t rounded_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

}  // namespace lithe::passes
