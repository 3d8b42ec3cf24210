#include <limits>

#include "tests/support/check_compiled.h"
#include "tests/support/level_models.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::string number(int64_t value) { return std::to_string(value); }

/// op(x * y) * y along axis 1 of [N, length, columns...].
std::string text_of(const std::string& op, const std::string& more, const std::string& shape,
                    const std::string& dtype = "f32") {
    const std::string type = " : " + dtype + "[" + shape + "]";
    return "program p\nsymbol M = 1..600\nsymbol N = 1..5\n\ngraph forward\n%x = input" + type +
           "\n%y = input" + type + "\n%0 = mul(%x, %y)" + type + "\n%1 = " + op + "(%0)" + type +
           " {axis = 1" + more + "}\n%2 = mul(%1, %y)" + type + "\nreturn %2\n";
}

bool is_by_columns(const CheckedProgram& program) {
    const std::vector<std::string> families = families_of(program.compiled());
    return families == std::vector<std::string>{"columns"};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_columns)

/// Rounded sums of numbers below 3, enlarged by 1 / sqrt(0.01) at most, times 1.5.
BOOST_AUTO_TEST_CASE(normalised_columns_are_one_kernel, *boost::unit_test::label("slow")) {
    for (const auto& [op, more] : {std::pair{"softmax", ""},
                                   {"log_softmax", ""},
                                   {"layer_norm", ", eps = 0.01"},
                                   {"rms_norm", ", eps = 0.01"}}) {
        for (const int64_t length : {1, 7, 96}) {
            for (const char* columns : {"1", "3", "16", "37", "4, 19"}) {
                BOOST_TEST_CONTEXT(op << " of " << length << " by " << columns) {
                    CheckedProgram program(
                        text_of(op, more, "N, " + number(length) + ", " + columns));
                    BOOST_TEST(is_by_columns(program));
                    for (const int64_t n : {1, 4}) program.check({{"N", n}}, 1.5 * 10 * 3 * 4e-7);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(sizes_known_late) {
    for (const char* shape : {"N, M, 24", "N, 9, M", "2, M, N"}) {
        BOOST_TEST_CONTEXT(shape) {
            CheckedProgram program(text_of("softmax", "", shape));
            BOOST_TEST(is_by_columns(program));
            for (const int64_t m : {1, 15, 16, 100}) program.check({{"N", 3}, {"M", m}}, 2e-6);
        }
    }
}

BOOST_AUTO_TEST_CASE(of_f64) {
    CheckedProgram program(text_of("layer_norm", ", eps = 0.01", "3, 33, 21", "f64"));
    BOOST_TEST(is_by_columns(program));
    program.check(std::map<std::string, int64_t>{}, 1e-13);
}

/// NaN and infinities stay in their columns.
BOOST_AUTO_TEST_CASE(not_a_number_stays_in_its_column) {
    CheckedProgram program(
        "program p\n\ngraph forward\n%x = input : f32[5, 20]\n%0 = softmax(%x) : f32[5, 20] {axis "
        "= 0}\nreturn %0\n");
    Array x = Array::empty(DType::f32, {5, 20});
    for (int64_t i = 0; i < 100; ++i) x.data<float>()[i] = static_cast<float>(i % 7);
    x.data<float>()[23] = std::numeric_limits<float>::quiet_NaN();
    x.data<float>()[44] = -std::numeric_limits<float>::infinity();
    x.data<float>()[65] = std::numeric_limits<float>::infinity();
    program.check({x}, 1e-6);
}

BOOST_AUTO_TEST_SUITE_END()
