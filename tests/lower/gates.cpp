// Kernels of recurrent cells: several products at once, several results.
#include <limits>
#include <sstream>

#include "compiler/lower/body.h"
#include "compiler/lower/kernel.h"
#include "compiler/lower/target.h"
#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::string number(int64_t value) { return std::to_string(value); }

struct GateCell {
    int64_t rows;  ///< 0: the symbol N
    int64_t hidden, inner;
    int64_t gates;
    std::string lead;  ///< axes in front of the rows
};

std::string type(const GateCell& c, int64_t width) {
    return "f32[" + c.lead + (c.rows == 0 ? "N" : number(c.rows)) + ", " + number(width) + "]";
}

/// h = sigmoid(gate 0 + in 0) * c + last gate, and c = tanh of the gate before; whatever the number
/// of gates.
std::string cell_text(const GateCell& c) {
    const int64_t all = c.gates * c.hidden;
    const std::string one = type(c, c.hidden), wide = type(c, all);
    const std::string axis = number(c.lead.empty() ? 1 : 2);
    std::string text =
        "program p\nsymbol N = 1..40\n\ngraph forward\n%in = input : " + wide +
        "\n%h = input : " + type(c, c.inner) + "\n%c = input : " + one + "\n%w = input : f32[" +
        number(all) + ", " + number(c.inner) + "]\n%b = input : f32[" + number(all) +
        "]\n%0 = linear(%h, %w, %b) : " + wide + "\n%1 = add(%in, %0) : " + wide + "\n";
    int64_t next = 2;
    for (int64_t g = 0; g < c.gates; ++g) {
        text += "%" + number(next++) + " = slice(%1) : " + one + " {axis = " + axis +
                ", begin = " + number(g * c.hidden) + ", size = " + number(c.hidden) +
                ", step = 1}\n";
    }
    const auto node = [&](const std::string& call) {
        text += "%" + number(next) + " = " + call + " : " + one + "\n";
        return "%" + number(next++);
    };
    std::string cell = node("mul(" + node("sigmoid(%2)") + ", %c)");
    for (int64_t g = 1; g < c.gates; ++g) cell = node("add(" + cell + ", %" + number(2 + g) + ")");
    const std::string h = node("mul(" + node("tanh(" + cell + ")") + ", %2)");
    return text + "return " + h + (c.gates > 2 ? ", " + cell : "") + "\n";
}

/// Sums of `inner` products of at most 2.25, some of them added and multiplied.
double tolerance_of(const GateCell& c) {
    return 30 * 2.25 * static_cast<double>(c.inner * c.gates) * 6e-8;
}

int gate_kernels_of(const CheckedProgram& program) {
    int count = 0;
    for (const auto& node : program.compiled().program.graph("forward")->nodes()) {
        if (!node->is("group")) continue;
        const std::string_view family = lower::find_family(*node, program.compiled().target).name;
        count += family == "gates" ? 1 : 0;
    }
    return count;
}

/// Whether a statement asks for whole lines ahead: of weights, not for the ends of an operand's
/// vectors.
bool asks_for_lines(const std::string& statement) {
    std::istringstream lines(statement);
    for (std::string line; std::getline(lines, line);) {
        if (line.find("prefetch(") != std::string::npos && !line.ends_with(", 1, 1)")) return true;
    }
    return false;
}

int64_t turns_of(const CheckedProgram& program) {
    for (const auto& node : program.compiled().program.graph("forward")->nodes()) {
        if (!node->is("group")) continue;
        for (const auto& inner : node->body()->nodes()) {
            if (inner->is("packed_gates")) return inner->input(1).type().size(1).constant();
        }
    }
    return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_gates)

BOOST_AUTO_TEST_CASE(cells_of_awkward_sizes, *boost::unit_test::label("sampled")) {
    Sample sample(3);
    for (const GateCell& c :
         {GateCell{1, 1, 1, 2, ""}, GateCell{1, 16, 16, 4, ""}, GateCell{1, 37, 5, 4, ""},
          GateCell{2, 64, 64, 3, ""}, GateCell{3, 20, 33, 4, ""}, GateCell{8, 48, 17, 4, ""},
          GateCell{13, 31, 29, 3, ""}, GateCell{7, 100, 8, 2, ""}, GateCell{5, 9, 3, 8, ""},
          GateCell{4, 19, 6, 3, "3, "}, GateCell{1, 24, 6, 4, "5, "}}) {
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT(c.lead << c.rows << " x " << c.gates << " x " << c.hidden) {
            CheckedProgram program(cell_text(c));
            BOOST_TEST(gate_kernels_of(program) == 1);
            program.check(std::map<std::string, int64_t>{}, tolerance_of(c));
        }
    }
}

/// Eight rows of all four gates are more than the registers of any CPU: their sums take turns.
BOOST_AUTO_TEST_CASE(many_sums_take_turns) {
    for (const GateCell& c :
         {GateCell{8, 64, 40, 4, ""}, GateCell{8, 33, 7, 8, ""}, GateCell{16, 21, 3, 6, ""}}) {
        BOOST_TEST_CONTEXT(c.rows << " x " << c.gates << " x " << c.hidden) {
            CheckedProgram program(cell_text(c));
            BOOST_TEST(gate_kernels_of(program) == 1);
            BOOST_TEST(turns_of(program) > 1);
            program.check(std::map<std::string, int64_t>{}, tolerance_of(c));
        }
    }
}

BOOST_AUTO_TEST_CASE(weights_from_far_away_are_asked_for_ahead, *boost::unit_test::label("slow")) {
    // 2 MB read once (eight rows are one tile where registers are many), less that stays in a
    // cache, 2 MB read by several tiles.
    const bool are_many = !lower::find_target("host").has_few_registers();
    for (const auto& [c, is_ahead] : {std::pair{GateCell{3, 4112, 32, 4, ""}, true},
                                      {GateCell{8, 4112, 32, 4, ""}, are_many},
                                      {GateCell{3, 1000, 32, 4, ""}, false},
                                      {GateCell{40, 4112, 32, 4, ""}, false}}) {
        BOOST_TEST_CONTEXT(c.rows << " x " << c.hidden) {
            CheckedProgram program(cell_text(c));
            BOOST_TEST(asks_for_lines(program.statement()) == is_ahead);
            program.check(std::map<std::string, int64_t>{}, tolerance_of(c));
        }
    }
}

BOOST_AUTO_TEST_CASE(rows_known_late, *boost::unit_test::label("slow")) {
    for (const GateCell& c : {GateCell{0, 45, 19, 4, ""}, GateCell{0, 16, 7, 3, "2, "}}) {
        CheckedProgram program(cell_text(c));
        BOOST_TEST(gate_kernels_of(program) == 1);
        for (const int64_t rows : {1, 2, 3, 5, 8, 13, 40}) {
            BOOST_TEST_CONTEXT(rows << " rows") { program.check({{"N", rows}}, tolerance_of(c)); }
        }
    }
}

/// NaN of one row stays in it; infinities saturate the gates as in eager mode.
BOOST_AUTO_TEST_CASE(nan_and_infinities_stay_where_they_are) {
    const GateCell c{3, 21, 4, 4, ""};
    CheckedProgram program(cell_text(c));
    std::vector<Array> inputs = program.inputs({});
    inputs[1].data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
    inputs[1].data<float>()[4] = std::numeric_limits<float>::infinity();
    program.check(inputs, tolerance_of(c));
}

BOOST_AUTO_TEST_SUITE_END()
