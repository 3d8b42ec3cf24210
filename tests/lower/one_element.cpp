// Axes of one element: joined with any other, and no loops of vectors where they come last.
#include <fmt/format.h>

#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Case {
    std::string shape;
    std::vector<std::string> operands;  ///< shapes that expand to it
};

std::string text_of(const Case& c) {
    std::string text = "program p\n";
    if (c.shape.find('N') != std::string::npos) text += "symbol N = 1..20\n";
    text += "\ngraph forward\n%x = input : f32[" + c.shape + "]\n";
    for (size_t i = 0; i < c.operands.size(); ++i)
        text += fmt::format("%y{} = input : f32[{}]\n", i, c.operands[i]);
    text += fmt::format(
        "%n = constant {{value = f32[]{{0.75}}}}\n%a = mul(%x, %n) : f32[{0}]\n"
        "%0 = sigmoid(%a) : f32[{0}]\n",
        c.shape);
    for (size_t i = 0; i < c.operands.size(); ++i)
        text += fmt::format("%{} = add(%{}, %y{}) : f32[{}]\n", i + 1, i, i, c.shape);
    return text + fmt::format("return %{}\n", c.operands.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_one_element)

BOOST_AUTO_TEST_CASE(elementwise) {
    for (const Case& c : {Case{"4, 1, 19, 1", {}},
                          {"4, 1, 19, 1", {"1, 19, 1"}},
                          {"4, 1, 19, 1", {"4, 1, 1, 1", "19, 1"}},
                          {"4, 1, 19", {"19"}},
                          {"3, 1, 1, 7", {"3, 1, 1, 1"}},
                          {"3, 1, 1, 7", {"7", "3, 1, 1, 1"}},
                          {"1, 5, 1", {"1", "5, 1"}},
                          {"1, 1", {"1"}},
                          {"2, 3, 1, 5, 1, 1", {"3, 1, 1, 1, 1", "5, 1, 1"}},
                          {"N, 1, 6, 1", {"6, 1", "N, 1, 1, 1"}},
                          {"3, N, 1", {"N, 1", "3, 1, 1"}},
                          {"N, 1", {}}}) {
        BOOST_TEST_CONTEXT(c.shape << " and " << c.operands.size()) {
            CheckedProgram program(text_of(c));
            const bool is_symbolic = c.shape.find('N') != std::string::npos;
            for (const int64_t n : {1, 3, 20}) {
                std::map<std::string, int64_t> sizes;
                if (is_symbolic) sizes["N"] = n;
                program.check(sizes, 2e-6);
                if (!is_symbolic) break;
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(vectors_where_ones_are_last) {
    CheckedProgram program(
        "program p\n\ngraph forward\n%x = input : f32[3, 4, 19, 1, 1]\n"
        "%0 = permute(%x) : f32[4, 3, 19, 1, 1] {perm = [1, 0, 2, 3, 4]}\n"
        "%1 = sigmoid(%0) : f32[4, 3, 19, 1, 1]\nreturn %1\n");
    program.check(std::map<std::string, int64_t>{}, 1e-6);
    BOOST_TEST(program.statement().find("ramp(") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
