#include <limits>

#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::string number(int64_t value) { return std::to_string(value); }

constexpr const char* symbols = "program p\nsymbol M = 1..600\nsymbol N = 1..5\n\ngraph forward\n";

/// Softmaxes of rows, of both kinds, with values of any size before them and after.
std::string softmaxes(const std::string& dtype, const std::string& length) {
    const std::string type = " : " + dtype + "[N, 3, " + length + "]";
    return symbols + ("%x = input" + type + "\n%0 = mul(%x, %x)" + type + "\n%1 = softmax(%0)" +
                      type + " {axis = 2}\n%2 = log_softmax(%0)" + type +
                      " {axis = 2}\n%3 = mul(%1, %x)" + type + "\nreturn %3, %2\n");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_rows)

BOOST_AUTO_TEST_CASE(sums_of_known_rows, *boost::unit_test::label("sampled")) {
    Sample sample(5);
    for (const int64_t length : {1, 3, 15, 16, 17, 49, 63, 64, 65, 96, 100, 127, 130, 1000}) {
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT("length " << length) {
            CheckedProgram program(symbols +
                                   ("%x = input : f32[N, 7, " + number(length) +
                                    "]\n%0 = sum(%x) : f32[N, 7] {axes = [2], keepdim = false}\n"
                                    "%1 = relu(%0) : f32[N, 7]\nreturn %1\n"));
            for (const int64_t n : {1, 4}) {
                program.check({{"N", n}}, 1e-7 * static_cast<double>(length));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(sums_of_rows_known_late) {
    CheckedProgram program(symbols +
                           std::string("%x = input : f32[N, M]\n%0 = mul(%x, %x) : f32[N, M]\n"
                                       "%1 = sum(%0) : f32[N, 1] {axes = [1], keepdim = true}\n"
                                       "return %1\n"));
    for (const int64_t m : {1, 2, 15, 16, 63, 64, 129, 600}) {
        program.check({{"N", 3}, {"M", m}}, 1e-7 * static_cast<double>(m));
    }
}

BOOST_AUTO_TEST_CASE(normalised_rows_are_one_kernel, *boost::unit_test::label("sampled")) {
    Sample sample(5);
    for (const char* op : {"layer_norm", "rms_norm"}) {
        for (const int64_t length : {1, 3, 16, 49, 65, 96, 100, 130, 384}) {
            if (!sample.takes()) continue;
            BOOST_TEST_CONTEXT(op << " of " << length) {
                const std::string type = " : f32[N, 7, " + number(length) + "]\n";
                CheckedProgram program(
                    symbols +
                    ("%x = input" + type + "%y = input" + type + "%w = input : f32[" +
                     number(length) + "]\n%0 = add(%x, %y)" + type + "%1 = " + op +
                     "(%0) : f32[N, 7, " + number(length) +
                     "] {axis = 2, eps = 0.01}\n%2 = mul(%1, %w)" + type + "return %2\n"));
                // Rounded sums of numbers below 3, enlarged by 1 / sqrt(0.01) at most.
                for (const int64_t n : {1, 4}) program.check({{"N", n}}, 1.5 * 10 * 3 * 4e-7);
                int kernels = 0;
                for (const auto& node : program.compiled().program.graph("forward")->nodes())
                    kernels += node->body() ? 1 : 0;
                BOOST_TEST(kernels == 1);
            }
        }
    }
}

/// A guard would keep the lanes in memory between their additions.
BOOST_AUTO_TEST_CASE(ends_of_known_rows_need_no_guard) {
    for (const int64_t length : {49, 80, 96, 100, 130}) {
        BOOST_TEST_CONTEXT("length " << length) {
            CheckedProgram program(symbols +
                                   ("%x = input : f32[N, 7, " + number(length) +
                                    "]\n%0 = sum(%x) : f32[N, 7] {axes = [2], keepdim = false}\n"
                                    "return %0\n"));
            BOOST_TEST((program.statement().find("predicate") == std::string::npos));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_row_that_is_not_finite_stays_alone) {
    CheckedProgram program(symbols +
                           std::string("%x = input : f32[N, 40]\n%0 = layer_norm(%x) : f32[N, 40] "
                                       "{axis = 1, eps = 0.01}\nreturn %0\n"));
    std::vector<Array> in = program.inputs({{"N", 3}});
    in[0].data<float>()[45] = std::numeric_limits<float>::infinity();
    in[0].data<float>()[90] = std::numeric_limits<float>::quiet_NaN();
    program.check(in, 1.5 * 10 * 4e-7);
}

BOOST_AUTO_TEST_CASE(sums_over_several_axes_and_all) {
    CheckedProgram several(symbols +
                           std::string("%x = input : f32[N, 5, 6, 7]\n"
                                       "%0 = sum(%x) : f32[N, 5] {axes = [2, 3], keepdim = false}\n"
                                       "return %0\n"));
    several.check({{"N", 3}}, 1e-5);
    CheckedProgram all(symbols +
                       std::string("%x = input : f32[N, 5, 60]\n"
                                   "%0 = sum(%x) : f32[] {axes = [0, 1, 2], keepdim = false}\n"
                                   "return %0\n"));
    all.check({{"N", 3}}, 1e-4);
}

BOOST_AUTO_TEST_CASE(sums_over_outer_axes, *boost::unit_test::label("sampled")) {
    Sample sample(4);
    for (const char* axes : {"[0]", "[1]", "[0, 1]"}) {
        for (const int64_t width : {1, 5, 16, 33, 100}) {
            if (!sample.takes()) continue;
            BOOST_TEST_CONTEXT("axes " << axes << ", width " << width) {
                const std::string w = number(width), all = axes == std::string("[0, 1]") ? ""
                                                           : axes[1] == '0'              ? "9, "
                                                                                         : "N, ";
                CheckedProgram program(
                    symbols + ("%x = input : f32[N, 9, " + w + "]\n%0 = sum(%x) : f32[" + all + w +
                               "] {axes = " + axes + ", keepdim = false}\nreturn %0\n"));
                program.check({{"N", 4}}, 1e-5);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(nan_and_infinities_reach_the_sum) {
    CheckedProgram program(symbols +
                           std::string("%x = input : f32[N, 100]\n"
                                       "%0 = sum(%x) : f32[N] {axes = [1], keepdim = false}\n"
                                       "%1 = relu(%0) : f32[N]\nreturn %1\n"));
    std::vector<Array> in = program.inputs({{"N", 4}});
    in[0].data<float>()[7] = std::numeric_limits<float>::quiet_NaN();
    in[0].data<float>()[199] = std::numeric_limits<float>::infinity();
    in[0].data<float>()[203] = -std::numeric_limits<float>::infinity();
    program.check(in, 1e-4);
}

BOOST_AUTO_TEST_CASE(places_of_the_largest) {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (const char* axis : {"0", "1", "2"}) {
        const std::string result = axis[0] == '0'   ? "[1, M, 37]"
                                   : axis[0] == '1' ? "[N, 1, 37]"
                                                    : "[N, M, 1]";
        CheckedProgram program(symbols +
                               ("%x = input : f32[N, M, 37]\n%0 = argmax(%x) : i64" + result +
                                " {axis = " + axis + ", keepdim = true}\nreturn %0\n"));
        for (const int64_t m : {1, 3, 70}) {
            Array x = sample_input(DType::f32, {4, m, 37}, 3);
            float* data = x.data<float>();
            for (int64_t i = 0; i < x.count(); i += 5) data[i] = 1.5F;  // the first of equal ones
            program.check({x}, 0);
            for (int64_t i = 2; i < x.count(); i += 11) data[i] = nan;
            for (int64_t i = 4; i < x.count(); i += 13) data[i] = infinity;
            for (int64_t i = 6; i < x.count(); i += 7) data[i] = -infinity;
            program.check({x}, 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(softmaxes_of_known_rows, *boost::unit_test::label("slow")) {
    // The powers of up to 57344 elements of f32 are kept.
    for (const int64_t length : {1, 2, 15, 16, 17, 100, 128, 4095, 4097, 57344, 57345}) {
        BOOST_TEST_CONTEXT("length " << length) {
            CheckedProgram program(softmaxes("f32", number(length)));
            for (const int64_t n : {1, 5}) program.check({{"N", n}}, 2e-6);
        }
    }
    CheckedProgram wide(softmaxes("f64", "77"));
    wide.check({{"N", 2}}, 1e-13);
}

BOOST_AUTO_TEST_CASE(softmaxes_of_rows_known_late_and_of_one) {
    CheckedProgram late(softmaxes("f32", "M"));
    for (const int64_t m : {1, 16, 77, 600}) late.check({{"N", 3}, {"M", m}}, 2e-6);
    CheckedProgram one(
        "program p\ngraph forward\n%x = input : f32[1000]\n"
        "%0 = softmax(%x) : f32[1000] {axis = 0}\nreturn %0\n");
    one.check(std::map<std::string, int64_t>{}, 1e-7);
}

BOOST_AUTO_TEST_CASE(nan_and_infinities_fill_their_rows_of_a_softmax) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    for (const char* op : {"softmax", "log_softmax"}) {
        for (const char* length : {"100", "M"}) {
            const std::string type = std::string(" : f32[N, ") + length + "]";
            CheckedProgram program(symbols + ("%x = input" + type + "\n%0 = " + op + "(%x)" + type +
                                              " {axis = 1}\nreturn %0\n"));
            Array x = sample_input(DType::f32, {5, 100}, 3, 50);
            float* data = x.data<float>();
            data[7] = nan;
            data[199] = infinity;
            for (int64_t i = 200; i < 300; i += 2) data[i] = -infinity;
            for (int64_t i = 300; i < 400; ++i) data[i] = -infinity;
            data[400] = nan;
            data[499] = infinity;
            program.check({x}, 1e-5);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
