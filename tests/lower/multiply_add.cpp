// Fused multiply-adds that keep NaN and infinities: in registers from the sum to the result.
#include "dsl/lower_multiply_add.h"

#include <limits>
#include <sstream>

#include "compiler/lower/kernel.h"
#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// relu or silu of a convolution, depthwise convolution or product, all in whole vectors.
const char* const sums[] = {
    "%x = input : f32[1, 14, 14, 32]\n%w = input : f32[1, 3, 3, 32, 32]\n%b = input : f32[32]\n"
    "%0 = packed_conv(%x, %w, %b) : f32[1, 12, 12, 32] {columns = 32, dilation = [1, 1], "
    "stride = [1, 1], tile_rows = 6}\n",
    "%x = input : f32[1, 12, 12, 32]\n%w = input : f32[5, 5, 1, 32]\n%b = input : f32[32]\n"
    "%0 = depthwise_conv(%x, %w, %b) : f32[1, 12, 12, 32] {dilation = [1, 1], pad_begin = [2, 2], "
    "pad_end = [2, 2], stride = [1, 1]}\n",
    "%x = input : f32[48, 40]\n%w = input : f32[1, 40, 32]\n%b = input : f32[32]\n"
    "%0 = packed_linear(%x, %w, %b) : f32[48, 32] {columns = 32, tile_rows = 6}\n",
};

std::string text_of(const std::string& sum, bool is_long) {
    const size_t at = sum.find("%0 = ");
    const std::string type =
        sum.substr(sum.find(" : ", at), sum.find(" {", at) - sum.find(" : ", at));
    const std::string rest =
        is_long ? "%1 = sigmoid(%0)" + type + "\n%2 = mul(%0, %1)" + type + "\nreturn %2\n"
                : "%1 = relu(%0)" + type + "\nreturn %1\n";
    return "program p\n\ngraph forward\n" + sum + rest;
}

struct Count {
    int vectors = 0, scalars = 0;
};

/// The multiply-adds of a kernel's assembly.
Count multiply_adds(const std::string& assembly) {
    Count count;
    std::istringstream lines(assembly);
    for (std::string line; std::getline(lines, line);) {
        const size_t at = line.find("vf");
        const bool is_one = line.find("vfmadd") != std::string::npos ||
                            line.find("vfnmadd") != std::string::npos ||
                            line.find("vfmsub") != std::string::npos;
        if (!is_one) continue;
        const std::string name = line.substr(at, line.find_first_of(" \t", at) - at);
        ++(name.ends_with("ps") ? count.vectors : count.scalars);
    }
    return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_multiply_add)

BOOST_AUTO_TEST_CASE(lanes_are_joined, *boost::unit_test::label("sampled")) {
    Sample sample(5);
    for (const char* target : {"x86-64-v3", "x86-64-v4"}) {
        CompileOptions options = compile_alone();
        options.target = target;
        for (const char* sum : sums) {
            for (const bool is_long : {false, true}) {
                if (!sample.takes()) continue;
                ir::Program program = ir::parse_program(text_of(sum, is_long));
                if (program.modules.empty()) program.modules.push_back({"", "Net", ""});
                passes::run_pipeline(program, pass_options(options));
                for (const auto& node : program.graph("forward")->nodes()) {
                    if (!node->is("group")) continue;
                    const Count count = multiply_adds(lower::show_kernel(
                        *node, lower::find_target(target), lower::Form::assembly));
                    BOOST_TEST(count.vectors >= 4, target << ": " << text_of(sum, is_long));
                    BOOST_TEST(count.scalars == 0, target << ": " << text_of(sum, is_long));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(special_values_pass) {
    for (const char* sum : sums) {
        for (const bool is_long : {false, true}) {
            CheckedProgram program(text_of(sum, is_long));
            std::vector<Array> inputs = program.inputs({});
            float* x = inputs[0].data<float>();
            x[5] = not_a_number;
            x[inputs[0].count() / 2] = infinity;
            x[inputs[0].count() - 3] = -infinity;
            inputs[2].data<float>()[3] = not_a_number;
            program.check(inputs, 25 * 32 * 2.25 * 6e-8);
        }
    }
}

BOOST_AUTO_TEST_CASE(split_where_the_target_has_none) {
    BOOST_TEST(!lower::find_target("x86-64-v2").has_multiply_add());
    for (const char* target : {"x86-64-v3", "x86-64-v4", "aarch64"})
        BOOST_TEST(lower::find_target(target).has_multiply_add(), target);
    // (1 + e)(1 - e) - 1 is -e^2, and 0 where the product is rounded by itself.
    const float e = 0x1p-13f;
    Halide::Func fused, split;
    Halide::Param<float> a, b;
    const Halide::Expr value = multiply_add(a, b, -1.f);
    fused() = value;
    split() = without_multiply_add(value);
    a.set(1 + e);
    b.set(1 - e);
    const Halide::Buffer<float> one = fused.realize(), two = split.realize();
    BOOST_TEST(one() == -e * e);
    BOOST_TEST(two() == 0.f);
}

BOOST_AUTO_TEST_SUITE_END()
