#include <limits>

#include "compiler/lower/target.h"
#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::string number(int64_t value) { return std::to_string(value); }

/// relu(x W' + bias) over panels, at some sizes; a size 0 stands for the symbol M.
std::string linear_text(int64_t rows, int64_t columns, int64_t inner, int64_t panel, int64_t tile) {
    const std::string m = rows == 0 ? "M" : number(rows);
    const int64_t panels = (columns + panel - 1) / panel;
    return "program p\n" + std::string(rows == 0 ? "symbol M = 1..200\n" : "") +
           "\ngraph forward\n%x = input : f32[" + m + ", " + number(inner) +
           "]\n%w = input : f32[" + number(panels) + ", " + number(inner) + ", " + number(panel) +
           "]\n%b = input : f32[" + number(columns) + "]\n%0 = packed_linear(%x, %w, %b) : f32[" +
           m + ", " + number(columns) + "] {columns = " + number(columns) +
           ", tile_rows = " + number(tile) + "}\n%1 = relu(%0) : f32[" + m + ", " +
           number(columns) + "]\nreturn %1\n";
}

/// Sums of `inner` products of at most 2.25: f32 keeps 24 bits of each.
double tolerance_of(int64_t inner) { return 2.25 * static_cast<double>(inner) * 6e-8; }

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_packed)

BOOST_AUTO_TEST_CASE(linear_of_awkward_sizes, *boost::unit_test::label("sampled")) {
    struct Case {
        int64_t rows, columns, inner, panel, tile;
    };
    Sample sample(3);
    for (const Case& c : {Case{1, 1, 1, 16, 8}, Case{1, 10, 7, 16, 8}, Case{1, 100, 33, 48, 8},
                          Case{5, 48, 3, 48, 8}, Case{8, 96, 16, 48, 8}, Case{13, 17, 29, 32, 12},
                          Case{67, 131, 53, 48, 8}, Case{128, 64, 64, 64, 6}}) {
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT(c.rows << " x " << c.columns << " x " << c.inner) {
            CheckedProgram(linear_text(c.rows, c.columns, c.inner, c.panel, c.tile))
                .check(std::map<std::string, int64_t>{}, tolerance_of(c.inner));
        }
    }
}

BOOST_AUTO_TEST_CASE(linear_of_rows_known_late) {
    CheckedProgram program(linear_text(0, 77, 19, 48, 8));
    for (const int64_t rows : {1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 200}) {
        BOOST_TEST_CONTEXT(rows << " rows") { program.check({{"M", rows}}, tolerance_of(19)); }
    }
}

BOOST_AUTO_TEST_CASE(panels_from_far_away_are_asked_for_ahead,
                     *boost::unit_test::label("sampled")) {
    struct Case {
        int64_t rows, columns, inner;
        bool is_ahead;
    };
    Sample sample(5);
    const bool has_few_registers = lower::find_target("host").has_few_registers();
    // Tiles of 8 rows: two, three, several blocks of three; some; one alone, of less rows; panels
    // of less than 128 KB, and one tile with less than 256 KB; so many tiles that the first one's
    // waiting is little, where registers are many.
    for (const Case& c :
         {Case{11, 1100, 512, true}, Case{101, 1100, 512, true}, Case{20, 1100, 513, true},
          Case{0, 1100, 512, true}, Case{8, 1100, 512, true}, Case{5, 1100, 512, true},
          Case{3, 1100, 512, true}, Case{20, 96, 300, false}, Case{20, 96, 512, true},
          Case{8, 1000, 100, true}, Case{8, 100, 256, false},
          Case{300, 96, 512, has_few_registers}}) {
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT(c.rows << " x " << c.columns << " x " << c.inner) {
            CheckedProgram program(linear_text(c.rows, c.columns, c.inner, 48, 8));
            BOOST_TEST((program.statement().find("prefetch") != std::string::npos) == c.is_ahead);
            program.check({{"M", 13}}, tolerance_of(c.inner));
        }
    }
}

/// Their sums' loops are shorter by that.
BOOST_AUTO_TEST_CASE(a_few_rows_add_up_parts_of_far_panels_side_by_side) {
    const bool has_few_registers = lower::find_target("host").has_few_registers();
    struct Case {
        int64_t rows, columns, inner, parts;
    };
    for (const Case& c : {Case{1, 1000, 516, 4}, Case{1, 1001, 518, 2}, Case{1, 1000, 513, 1},
                          Case{2, 999, 518, 2}, Case{2, 1000, 515, 1}, Case{4, 1000, 516, 1}}) {
        BOOST_TEST_CONTEXT(c.rows << " x " << c.columns << " x " << c.inner) {
            CheckedProgram program(linear_text(c.rows, c.columns, c.inner, 16, 8));
            const std::string loop = ", 0, " + number(c.inner / (has_few_registers ? c.parts : 1));
            BOOST_TEST(program.statement().find(loop + ")") != std::string::npos);
            program.check(std::map<std::string, int64_t>{}, tolerance_of(c.inner));
        }
    }
}

/// Rows and panels that the second-level cache does not hold: a last set of one panel, rows known
/// late, all panels in one set, rows that it holds.
BOOST_AUTO_TEST_CASE(blocks_of_rows_take_sets_of_panels, *boost::unit_test::label("slow")) {
    const bool has_few_registers = lower::find_target("host").has_few_registers();
    struct Case {
        int64_t rows, columns, inner;
        bool has_sets;
    };
    for (const Case& c : {Case{291, 1035, 512, true}, Case{0, 1035, 512, true},
                          Case{151, 500, 1201, true}, Case{127, 1035, 512, false}}) {
        BOOST_TEST_CONTEXT(c.rows << " x " << c.columns << " x " << c.inner) {
            CheckedProgram program(linear_text(c.rows, c.columns, c.inner, 16, 6));
            // A task of three loops: panels of a set, blocks, sets.
            BOOST_TEST((program.statement().find(".task2") != std::string::npos) ==
                       (c.has_sets && has_few_registers));
            program.check({{"M", 200}}, tolerance_of(c.inner));
        }
    }
}

/// Tiles of rows that fill no blocks, one block and several; a last panel of one column; blocks
/// that take several panels.
BOOST_AUTO_TEST_CASE(long_sums_are_made_in_pieces, *boost::unit_test::label("slow")) {
    const lower::Target host = lower::find_target("host");
    const int64_t panel = 3 * host.lanes(), inner = host.has_few_registers() ? 4160 : 8192;
    struct Case {
        int64_t rows, columns, tile;
    };
    for (const Case& c :
         {Case{24, 2 * panel, 8}, Case{25, 2 * panel + 1, 8}, Case{199, panel, 4},
          Case{385, panel - 1, 4}, Case{385, 4 * panel - 1, 4}, Case{200, 7 * panel, 4}}) {
        BOOST_TEST_CONTEXT(c.rows << " x " << c.columns) {
            CheckedProgram program(linear_text(c.rows, c.columns, inner, panel, c.tile));
            BOOST_TEST(program.statement().find("total") != std::string::npos);
            program.check(std::map<std::string, int64_t>{}, tolerance_of(inner));
        }
    }
}

BOOST_AUTO_TEST_CASE(sums_of_no_equal_pieces_stay_whole) {
    const int64_t panel = 3 * lower::find_target("host").lanes();
    CheckedProgram program(linear_text(25, panel, 8191, panel, 8));
    BOOST_TEST(program.statement().find("total") == std::string::npos);
    program.check(std::map<std::string, int64_t>{}, tolerance_of(8191));
}

BOOST_AUTO_TEST_CASE(nan_and_infinities_pass_through_the_epilogue,
                     *boost::unit_test::label("sampled")) {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float infinity = std::numeric_limits<float>::infinity();
    Sample sample(7);
    for (const int64_t rows : {1, 2, 9}) {
        for (const int64_t columns : {5, 20, 96}) {
            for (const bool is_late : {false, true}) {
                if (!sample.takes()) continue;
                BOOST_TEST_CONTEXT(rows << " rows, " << columns << " columns, late " << is_late) {
                    const int64_t panel = columns < 16 ? (is_late ? 32 : 16) : 32;
                    CheckedProgram program(linear_text(is_late ? 0 : rows, columns, 4, panel, 8));
                    std::vector<Array> in = program.inputs({{"M", rows}});
                    for (int64_t m = 0; m < rows; ++m) {
                        const float odd[] = {nan, infinity, -infinity};
                        in[0].data<float>()[m * 4 + m % 4] = odd[m % 3];
                    }
                    program.check(in, tolerance_of(4));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(rows_of_several_axes_are_one_run) {
    CheckedProgram program(R"(program p
symbol N = 1..9

graph forward
%x = input : f32[N, 5, 12]
%w = input : f32[1, 12, 48]
%r = input : f32[N, 5, 40]
%s = input : f32[40]
%0 = packed_linear(%x, %w) : f32[N, 5, 40] {columns = 40, tile_rows = 8}
%1 = add(%0, %r) : f32[N, 5, 40]
%2 = mul(%1, %s) : f32[N, 5, 40]
return %2
)");
    for (const int64_t n : {1, 2, 9}) program.check({{"N", n}}, tolerance_of(12));
}

BOOST_AUTO_TEST_CASE(a_residual_is_asked_for_ahead_and_a_bias_is_not,
                     *boost::unit_test::label("slow")) {
    for (const bool has_residual : {false, true}) {
        const std::string rest = has_residual ? "add(%0, %r)" : "relu(%0)";
        CheckedProgram program(R"(program p

graph forward
%x = input : f32[19, 12]
%w = input : f32[2, 12, 48]
%b = input : f32[77]
%r = input : f32[19, 77]
%0 = packed_linear(%x, %w, %b) : f32[19, 77] {columns = 77, tile_rows = 8}
%1 = )" + rest + " : f32[19, 77]\nreturn %1\n");
        BOOST_TEST((program.statement().find("prefetch") != std::string::npos) == has_residual);
        program.check(std::map<std::string, int64_t>{}, tolerance_of(12));
    }
}

BOOST_AUTO_TEST_CASE(batches_of_matrices) {
    CheckedProgram program(R"(program p
symbol T = 1..40

graph forward
%a = input : f32[2, 3, T, 8]
%b = input : f32[2, 3, T, 8]
%0 = pack_panels(%b) : f32[2, 3, floordiv(T + 15, 16), 8, 16] {panel = 16, transposed = false}
%1 = packed_linear(%a, %0) : f32[2, 3, T, T] {columns = T, tile_rows = 8}
return %1
)");
    for (const int64_t t : {1, 7, 16, 40}) program.check({{"T", t}}, tolerance_of(8));
}

BOOST_AUTO_TEST_SUITE_END()
