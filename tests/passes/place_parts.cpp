// Results that kernels write straight into their places in a cat, compiled against references.
#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(passes_place_parts)

BOOST_AUTO_TEST_CASE(convolutions_and_their_readers) {
    // Fire module and dense block in one: a product's result, one that is read on, a cat in a cat.
    CheckedProgram program(
        "program p\nsymbol N = 1..3\n\ngraph forward\n%x = input : f32[N, 6, 9, 7]\n"
        "%w1 = input : f32[20, 6, 1, 1]\n%w2 = input : f32[13, 6, 3, 3]\n"
        "%w3 = input : f32[5, 33, 3, 3]\n%0 = conv(%x, %w1) : f32[N, 20, 9, 7] {dilation = [1, 1], "
        "groups = 1, pad_begin = [0, 0], pad_end = [0, 0], stride = [1, 1]}\n"
        "%1 = relu(%0) : f32[N, 20, 9, 7]\n"
        "%2 = conv(%x, %w2) : f32[N, 13, 9, 7] {dilation = [1, 1], groups = 1, pad_begin = [1, 1], "
        "pad_end = [1, 1], stride = [1, 1]}\n"
        "%3 = cat(%1, %2) : f32[N, 33, 9, 7] {axis = 1}\n"
        "%4 = conv(%3, %w3) : f32[N, 5, 9, 7] {dilation = [1, 1], groups = 1, pad_begin = [1, 1], "
        "pad_end = [1, 1], stride = [1, 1]}\n"
        "%5 = relu(%4) : f32[N, 5, 9, 7]\n"
        "%6 = cat(%3, %5, %x) : f32[N, 44, 9, 7] {axis = 1}\n"
        "%7 = neg(%6) : f32[N, 44, 9, 7]\n%8 = sum(%1) : f32[N, 20, 1, 1] {axes = [2, 3], keepdim "
        "= "
        "true}\nreturn %7, %8\n");
    for (const int64_t n : {1, 3}) program.check({{"N", n}}, 1e-2);
}

// A transposed convolution writes all of its neighbours into a part of an image of more channels.
BOOST_AUTO_TEST_CASE(results_of_another_shape) {
    for (const char* images : {"2", "N"}) {
        const std::string n = images;
        CheckedProgram program(
            "program p\nsymbol N = 1..3\n\ngraph forward\n%x = input : f32[" + n +
            ", 6, 5, 7]\n%s = input : f32[" + n +
            ", 3, 10, 14]\n%w1 = input : f32[6, 32, 2, 2]\n%w2 = input : f32[20, 35, 3, 3]\n"
            "%0 = conv_transpose(%x, %w1) : f32[" +
            n +
            ", 32, 10, 14] {dilation = [1, 1], groups = 1, output_padding = [0, 0], pad_begin = "
            "[0, 0], pad_end = [0, 0], stride = [2, 2]}\n%1 = neg(%s) : f32[" +
            n + ", 3, 10, 14]\n%2 = cat(%1, %0) : f32[" + n +
            ", 35, 10, 14] {axis = 1}\n%3 = conv(%2, %w2) : f32[" + n +
            ", 20, 10, 14] {dilation = [1, 1], groups = 1, pad_begin = [1, 1], pad_end = [1, 1], "
            "stride = [1, 1]}\nreturn %3\n");
        for (const auto& node : program.compiled().program.graph("forward")->nodes())
            BOOST_TEST(!(node->is("group") && node->type().shape.back().is_constant(32) &&
                         node->attrs().get_string("family") == "copy"));
        for (const int64_t count : {2, 3}) {
            if (n == "2" && count != 2) continue;
            program.check({{"N", count}}, 1e-2);
        }
    }
}

BOOST_AUTO_TEST_CASE(other_axes_and_dtypes) {
    for (const char* dtype : {"f32", "f64", "i64"}) {
        const std::string t = dtype;
        CheckedProgram program(
            "program p\n\ngraph forward\n%x = input : " + t + "[3, 5, 4]\n%y = input : " + t +
            "[3, 2, 4]\n%0 = neg(%x) : " + t + "[3, 5, 4]\n%1 = add(%y, %y) : " + t +
            "[3, 2, 4]\n%2 = cat(%0, %1) : " + t + "[3, 7, 4] {axis = 1}\n%3 = neg(%2) : " + t +
            "[3, 7, 4]\n%4 = cat(%2, %3) : " + t + "[6, 7, 4] {axis = 0}\n%5 = mul(%4, %4) : " + t +
            "[6, 7, 4]\nreturn %5\n");
        program.check(std::map<std::string, int64_t>{}, 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
