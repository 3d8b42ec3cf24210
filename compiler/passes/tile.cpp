#include "compiler/passes/tile.h"

#include <algorithm>
#include <numeric>

namespace lithe::passes {
namespace {

int64_t rounded_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

struct Timed {
    Tile tile;
    double time;
};

}  // namespace

std::string Tile::str() const {
    return "tile " + std::to_string(rows) + "x" + std::to_string(vectors);
}

int64_t most_rows(const Dim& inner) {
    if (!inner.is_constant() || inner.constant() == 0) return 14;
    constexpr int64_t page = 4096;
    const int64_t apart = page / std::gcd(inner.constant() * 4, page);
    return std::min<int64_t>(14, 8 * apart);
}

std::vector<Tile> ranked_tiles(const Dim& rows, const Dim& columns, const Machine& machine,
                               const TileLimits& limits) {
    constexpr int64_t large = 5040;  // divided by all small tiles
    const int64_t lanes = machine.vector_bytes / 4;
    const int64_t m = rows.is_constant() ? rows.constant() : large;
    const int64_t n = columns.is_constant() ? columns.constant() : large * lanes;
    // A lone row keeps two vectors, so that the epilogue has a loop; see lower/packed.cpp.
    const int64_t fewest = rows.is_constant() && rows.constant() > 1 ? 1 : 2;
    std::vector<Timed> all;
    for (int64_t vectors = fewest; vectors <= limits.vectors; ++vectors) {
        for (int64_t height = 1; height <= std::min(m, limits.rows); ++height) {
            if (vectors * height + vectors + 1 > machine.register_count) continue;
            const double tiles =
                static_cast<double>(rounded_up(m, height) / height) *
                static_cast<double>(rounded_up(n, vectors * lanes) / (vectors * lanes));
            const auto sums = static_cast<double>(vectors * height);
            const double step =
                std::max({sums / 2, static_cast<double>(vectors + height) / 2, 4.0});
            // Of equal ones the larger.
            all.push_back({{height, vectors}, tiles * (step - 0.01 * sums)});
        }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Timed& a, const Timed& b) { return a.time < b.time; });
    std::vector<Tile> tiles;
    for (const Timed& timed : all) tiles.push_back(timed.tile);
    return tiles;
}

}  // namespace lithe::passes
