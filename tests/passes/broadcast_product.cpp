// Products of many matrices whose axes in front differ between the operands.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Case {
    std::string x, w, y;  ///< axes in front of the matrices, each followed by a comma
};

std::string text_of(const Case& c, int64_t rows, bool is_transposed) {
    const auto matrix = [](const std::string& lead, int64_t m, int64_t n) {
        return fmt::format("f32[{}{}, {}]", lead, m, n);
    };
    std::string text = "program p\n";
    if (c.y.find('N') != std::string::npos) text += "symbol N = 1..9\n";
    text += "\ngraph forward\n%x = input : " + matrix(c.x, rows, 11) + "\n";
    const std::string w = matrix(c.w, 11, 21);
    text += "%w = input : " + (is_transposed ? matrix(c.w, 21, 11) : w) + "\n";
    if (is_transposed) {
        const auto rank = std::count(c.w.begin(), c.w.end(), ',') + 2;
        std::string order;
        for (int64_t i = 0; i + 2 < rank; ++i) order += fmt::format("{}, ", i);
        text += fmt::format("%t = permute(%w) : {} {{perm = [{}{}, {}]}}\n", w, order, rank - 1,
                            rank - 2);
    }
    return text + fmt::format("%0 = matmul(%x, {}) : {}\nreturn %0\n", is_transposed ? "%t" : "%w",
                              matrix(c.y, rows, 21));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_broadcast_product)

BOOST_AUTO_TEST_CASE(compiled_equals_reference, *boost::unit_test::label("slow")) {
    for (const Case& c : {Case{"1, 3, ", "3, ", "1, 3, "},
                          {"3, ", "1, 3, ", "1, 3, "},
                          {"2, 3, ", "3, ", "2, 3, "},
                          {"2, 3, ", "2, 1, ", "2, 3, "},
                          {"2, 3, ", "1, ", "2, 3, "},
                          {"2, 3, ", "1, 3, ", "2, 3, "},
                          {"2, 1, ", "2, 3, ", "2, 3, "},
                          {"", "3, ", "3, "},
                          {"1, ", "4, ", "4, "},
                          {"2, 1, 3, ", "4, 1, ", "2, 4, 3, "},
                          {"N, 3, ", "3, ", "N, 3, "},
                          {"N, 3, ", "N, 1, ", "N, 3, "},
                          {"3, ", "N, 3, ", "N, 3, "},
                          {"N, 1, 2, ", "3, 1, ", "N, 3, 2, "}}) {
        for (const int64_t rows : {1, 5, 17}) {
            for (const bool is_transposed : {false, true}) {
                BOOST_TEST_CONTEXT(c.x << "x " << c.w << "x " << rows << " " << is_transposed) {
                    CheckedProgram program(text_of(c, rows, is_transposed));
                    const std::string text = ir::print(program.compiled().program);
                    BOOST_TEST((text.find("packed_linear") != std::string::npos || rows == 1));
                    const bool is_symbolic = c.y.find('N') != std::string::npos;
                    for (const int64_t n : {1, 2, 9}) {
                        std::map<std::string, int64_t> sizes;
                        if (is_symbolic) sizes["N"] = n;
                        program.check(sizes, 11 * 11 * 2.25 * 6e-8);
                        if (!is_symbolic) break;
                    }
                }
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
