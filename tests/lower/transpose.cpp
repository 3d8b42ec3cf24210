#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(lower_transpose)

BOOST_AUTO_TEST_CASE(permutes) {
    struct Case {
        std::string from, to, perm;
    };
    for (const Case& c :
         {Case{"8, 8", "8, 8", "[1, 0]"}, Case{"13, 21", "21, 13", "[1, 0]"},
          Case{"3, 50", "50, 3", "[1, 0]"}, Case{"2, 19, 5, 7", "2, 5, 7, 19", "[0, 2, 3, 1]"},
          Case{"2, 5, 7, 19", "2, 19, 5, 7", "[0, 3, 1, 2]"},
          Case{"N, 9, 4, 10", "N, 4, 9, 10", "[0, 2, 1, 3]"},
          Case{"N, 9, 2, 10", "2, 10, N, 9", "[2, 3, 0, 1]"}, Case{"4, 5", "5, 4", "[1, 0]"},
          Case{"16, 16", "16, 16", "[1, 0]"}, Case{"31, 17", "17, 31", "[1, 0]"},
          Case{"1, 40, 7, 7", "1, 7, 7, 40", "[0, 2, 3, 1]"},
          Case{"2, 7, 7, 40", "2, 40, 7, 7", "[0, 3, 1, 2]"},
          Case{"5, N, 2, 18", "18, 2, N, 5", "[3, 2, 1, 0]"},
          Case{"300, 400", "400, 300", "[1, 0]"}}) {
        BOOST_TEST_CONTEXT(c.perm << " of " << c.from) {
            CheckedProgram program(
                "program p\nsymbol N = 1..5\n\ngraph forward\n%x = input : f32[" + c.from +
                "]\n%0 = permute(%x) : f32[" + c.to + "] {perm = " + c.perm + "}\nreturn %0\n");
            for (const int64_t n : {1, 3}) program.check({{"N", n}}, 0);
        }
    }
}

// What is read side by side may go through functions.
BOOST_AUTO_TEST_CASE(functions_in_front) {
    CheckedProgram program(
        "program p\nsymbol N = 1..5\n\ngraph forward\n%x = input : f32[N, 37, 18]\n"
        "%y = input : f32[37, 18]\n%0 = add(%x, %y) : f32[N, 37, 18]\n"
        "%1 = permute(%0) : f32[N, 18, 37] {perm = [0, 2, 1]}\nreturn %1\n");
    for (const int64_t n : {1, 3}) program.check({{"N", n}}, 0);
}

BOOST_AUTO_TEST_CASE(padding_behind) {
    struct Case {
        std::string from, moved, perm, to, begin, end;
    };
    for (const Case& c : {Case{"2, 19, 5, 7", "2, 5, 7, 19", "[0, 2, 3, 1]", "2, 7, 9, 19",
                               "[0, 1, 1, 0]", "[0, 1, 1, 0]"},
                          Case{"N, 16, 20, 33", "N, 20, 33, 16", "[0, 2, 3, 1]", "N, 23, 34, 16",
                               "[0, 0, 1, 0]", "[0, 3, 0, 0]"},
                          Case{"9, 18", "18, 9", "[1, 0]", "19, 14", "[0, 2]", "[1, 3]"},
                          Case{"9, 18", "18, 9", "[1, 0]", "15, 9", "[-1, 0]", "[-2, 0]"}}) {
        BOOST_TEST_CONTEXT(c.perm << " of " << c.from << " to " << c.to) {
            CheckedProgram program(
                "program p\nsymbol N = 1..5\n\ngraph forward\n%x = input : f32[" + c.from +
                "]\n%0 = permute(%x) : f32[" + c.moved + "] {perm = " + c.perm +
                "}\n%1 = pad(%0) : f32[" + c.to + "] {begin = " + c.begin + ", end = " + c.end +
                ", value = 1.5}\nreturn %1\n");
            for (const int64_t n : {1, 3}) program.check({{"N", n}}, 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(packing_of_rows) {
    for (const char* inner : {"1", "8", "13"}) {
        const std::string k = inner;
        CheckedProgram program(
            "program p\nsymbol N = 1..5\n\ngraph forward\n%x = input : f32[N, 37, " + k +
            "]\n%0 = pack_panels(%x) : f32[N, 2, " + k +
            ", 32] {panel = 32, transposed = false}\n%1 = pack_panels(%x) : f32[N, 1, 37, 16]"
            " {panel = 16, transposed = true}\nreturn %0, %1\n");
        program.check({{"N", 2}}, 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
