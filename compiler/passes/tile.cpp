#include "compiler/passes/tile.h"

#include <algorithm>
#include <numeric>

namespace lithe::passes {
namespace {

/// What a tile costs beside the steps of its sum: the loop's start, the last sums' latency.
constexpr double tile_cycles = 12;

/// A vector of a panel that comes from memory, and how much of a tile's own cycles that wait
/// covers. Where registers are many it was not measured.
constexpr double far_cycles = 5, covered = .9;

/// A step of a tile's sum, with its share of what the tile costs beside.
double sum_cycles(const Tile& tile, const TileLimits& limits) {
    const double loads = limits.row_cycles * static_cast<double>(tile.rows) +
                         limits.vector_cycles * static_cast<double>(tile.vectors);
    const double start = tile_cycles / static_cast<double>(std::max<int64_t>(limits.length, 1));
    return step_cycles(tile) + loads + start;
}

/// What the first tile of a panel waits for memory in a step that takes it `cycles` else.
double wait_cycles(const Tile& tile, double cycles, const Machine& machine,
                   const TileLimits& limits) {
    if (!limits.are_panels_far || !machine.has_few_registers()) return 0;
    return std::max(0.0, far_cycles * static_cast<double>(tile.vectors) - covered * cycles);
}

}  // namespace

std::string Tile::str() const {
    const std::string text = "tile " + std::to_string(rows) + "x" + std::to_string(vectors);
    return turns == 1 ? text : text + ", gates in " + std::to_string(turns) + " turns";
}

int64_t distinct_sets(int64_t bytes) {
    constexpr int64_t page = 4096;
    return page / std::gcd(bytes, page);
}

int64_t most_rows(const Dim& inner) {
    if (!inner.is_constant() || inner.constant() == 0) return 14;
    return std::min<int64_t>(14, cache_ways * distinct_sets(inner.constant() * 4));
}

TileLimits product_limits(const Dim& inner) {
    TileLimits limits{.rows = most_rows(inner), .row_cycles = 0.1, .vector_cycles = 0.3};
    if (inner.is_constant()) limits.length = inner.constant();
    return limits;
}

TileLimits conv_limits(const Machine& machine, int64_t length) {
    if (!machine.has_few_registers()) return {.vectors = 2, .length = length};
    // Every tile reads panels of long sums from the second-level cache again.
    constexpr int64_t near_length = 256;
    return {.vectors = 4, .vector_cycles = length > near_length ? 0.3 : 0, .length = length};
}

int64_t registers(const Tile& tile, const Machine& machine) {
    const int64_t sums = tile.rows * tile.vectors;
    if (!machine.has_few_registers()) return sums + tile.vectors + 1;
    constexpr int64_t ready = 3;  // elements for a lone vector of the panel, each used once
    return sums + 1 +
           (tile.vectors == 1 ? std::min(tile.rows, ready) : std::max(tile.vectors, tile.rows));
}

int64_t registers_of_rows(const Tile& tile, const Machine& machine) {
    if (tile.vectors == 1) return registers(tile, machine);
    return tile.rows * tile.vectors + tile.vectors + 1;
}

double step_cycles(const Tile& tile) {
    const auto rows = static_cast<double>(tile.rows), vectors = static_cast<double>(tile.vectors);
    return std::max({rows * vectors / 2, (rows + vectors) / 2, 4.0});
}

double often_shared(double cycles, const Tile& tile, const Machine& machine) {
    if (!machine.has_few_registers()) return cycles;
    constexpr double starts_a_cycle = 3, loop_starts = 0.5;
    const auto rows = static_cast<double>(tile.rows), vectors = static_cast<double>(tile.vectors);
    const double shared = (rows * vectors + rows + vectors + loop_starts) / starts_a_cycle;
    return (cycles + std::max(cycles, shared)) / 2;
}

std::vector<Tile> ranked_tiles(const Dim& rows, const Dim& columns, const Machine& machine,
                               const TileLimits& limits) {
    constexpr int64_t large = 5040;  // divided by all small tiles
    const int64_t lanes = machine.vector_bytes / 4;
    const int64_t m = rows.is_constant() ? rows.constant() : large;
    const int64_t n = columns.is_constant() ? columns.constant() : large * lanes;
    // A lone row keeps two vectors, so that the epilogue has a loop; see lower/packed.cpp.
    const bool is_lone = rows.is_constant() && rows.constant() == 1 && limits.gates == 1;
    std::vector<Tile> tiles;
    for (int64_t vectors = is_lone ? 2 : 1; vectors <= limits.vectors; ++vectors) {
        for (int64_t height = 1; height <= std::min(m, limits.rows); ++height) {
            const auto down = static_cast<double>(rounded_up(m, height) / height);
            const auto panels =
                static_cast<double>(rounded_up(n, vectors * lanes) / (vectors * lanes));
            for (int64_t turns = 1; turns <= limits.gates; ++turns) {
                const int64_t across = vectors * limits.gates / turns;
                const Tile step{.rows = height, .vectors = across};
                const int64_t held = limits.gates == turns ? registers_of_rows(step, machine)
                                                           : registers(step, machine);
                const bool fits = held <= machine.register_count || (height == 1 && vectors == 1);
                if (limits.gates % turns != 0 || !fits) continue;
                const double cycles = often_shared(sum_cycles(step, limits), step, machine);
                const double cost = down * static_cast<double>(turns) * cycles +
                                    wait_cycles(step, cycles, machine, limits);
                tiles.push_back({height, vectors, turns, panels * cost});
            }
        }
    }
    std::stable_sort(tiles.begin(), tiles.end(),
                     [](const Tile& a, const Tile& b) { return a.cost < b.cost; });
    return tiles;
}

Tile line_tile(int64_t pixels, int64_t vectors, int64_t length, const Machine& machine) {
    const TileLimits limits{.rows = pixels, .vectors = vectors, .length = length};
    const int64_t columns = vectors * machine.vector_bytes / 4;
    for (const Tile& tile : ranked_tiles(pixels, columns, machine, limits)) {
        if (tile.vectors == vectors) return tile;
    }
    return {.vectors = vectors};
}

}  // namespace lithe::passes
