// Which tile of registers a product takes.
#include "compiler/passes/tile.h"

#include <boost/test/unit_test.hpp>

namespace lithe::passes {
namespace {

std::string best(int64_t rows, const Machine& machine, bool are_panels_far) {
    TileLimits limits = product_limits(768);
    limits.are_panels_far = are_panels_far;
    return ranked_tiles(rows, 50257, machine, limits)[0].str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tile)

/// Two tiles of four rows would read a panel from memory, and then again from near: the first waits
/// for it, and nothing is asked for during the second.
BOOST_AUTO_TEST_CASE(one_tile_has_a_few_rows_whose_panels_are_far) {
    const Machine avx2;
    BOOST_TEST(best(8, avx2, false) == "tile 4x3");
    BOOST_TEST(best(8, avx2, true) == "tile 8x1");
    BOOST_TEST(best(7, avx2, true) == "tile 7x1");
    BOOST_TEST(best(6, avx2, true) == "tile 6x2");
    BOOST_TEST(best(5, avx2, true) == "tile 5x2");
    for (const int64_t rows : {1, 2, 3, 4, 512})
        BOOST_TEST(best(rows, avx2, true) == best(rows, avx2, false));
}

BOOST_AUTO_TEST_CASE(many_registers_hold_all_rows_anyway) {
    const Machine avx512{.vector_bytes = 64, .register_count = 32};
    for (const int64_t rows : {1, 5, 8, 16, 512})
        BOOST_TEST(best(rows, avx512, true) == best(rows, avx512, false));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::passes
