#include <string>

#include "tests/support/check_compiled.h"
#include "tests/support/level_models.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

CheckedProgram cat_of(const std::string& dtype, const std::vector<std::string>& parts,
                      const std::string& whole, int axis) {
    std::string text = "program p\nsymbol N = 1..5\n\ngraph forward\n", operands;
    for (size_t i = 0; i < parts.size(); ++i) {
        const std::string name = "%x" + std::to_string(i);
        text += name + " = input : " + dtype + "[" + parts[i] + "]\n";
        operands += (i ? ", " : "") + name;
    }
    return CheckedProgram(text + "%0 = cat(" + operands + ") : " + dtype + "[" + whole +
                          "] {axis = " + std::to_string(axis) + "}\nreturn %0\n");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_cat)

BOOST_AUTO_TEST_CASE(along_every_axis) {
    for (const char* dtype : {"f32", "f64", "i64", "bool"}) {
        cat_of(dtype, {"3, 5, 20", "3, 5, 1", "3, 5, 33"}, "3, 5, 54", 2)
            .check(std::map<std::string, int64_t>{}, 0);
        cat_of(dtype, {"3, 2, 7", "3, 9, 7"}, "3, 11, 7", 1)
            .check(std::map<std::string, int64_t>{}, 0);
        cat_of(dtype, {"4", "0", "21"}, "25", 0).check(std::map<std::string, int64_t>{}, 0);
    }
}

BOOST_AUTO_TEST_CASE(sizes_known_late) {
    CheckedProgram inner = cat_of("f32", {"N, 3, 20", "N, 3, 13"}, "N, 3, 33", 2);
    CheckedProgram outer = cat_of("f32", {"N, 3, 4", "2, 3, 4"}, "N + 2, 3, 4", 0);
    for (const int64_t n : {1, 2, 5}) {
        inner.check({{"N", n}}, 0);
        outer.check({{"N", n}}, 0);
    }
}

BOOST_AUTO_TEST_CASE(many_elements_on_threads) {
    cat_of("f32", {"1, 64, 64, 48", "1, 64, 64, 16"}, "1, 64, 64, 64", 3)
        .check(std::map<std::string, int64_t>{}, 0);
}

BOOST_AUTO_TEST_CASE(repeated_parts) {
    const auto program = [](const std::string& part, const std::string& whole,
                            const std::string& all) {
        return CheckedProgram(
            "program p\nsymbol N = 1..5\n\ngraph forward\n%x0 = input : f32[" + part +
            "]\n%x1 = input : f32[3, N, 7]\n%0 = expand(%x0) : f32[" + whole + "] {shape = [" +
            whole + "]}\n%1 = cat(%0, %x1, %0) : f32[3, N, " + all + "] {axis = 2}\nreturn %1\n");
    };
    for (const int64_t n : {1, 2, 5}) {
        program("1, 1, 19", "3, N, 19", "45").check({{"N", n}}, 0);
        program("3, N, 1", "3, N, 19", "45").check({{"N", n}}, 0);
        program("N, 1", "3, N, 3", "13").check({{"N", n}}, 0);
        program("1", "3, N, 1", "9").check({{"N", n}}, 0);
    }
}

BOOST_AUTO_TEST_CASE(repeated_parts_are_copied) {
    CheckedProgram program(
        "program p\n\ngraph forward\n%x0 = input : f32[4, 1, 9]\n%x1 = input : f32[4, 6, 13]\n"
        "%0 = expand(%x0) : f32[4, 6, 9] {shape = [4, 6, 9]}\n"
        "%1 = cat(%0, %x1) : f32[4, 6, 22] {axis = 2}\nreturn %1\n");
    program.check(std::map<std::string, int64_t>{}, 0);
    BOOST_TEST(families_of(program.compiled()) == std::vector<std::string>{"cat"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
