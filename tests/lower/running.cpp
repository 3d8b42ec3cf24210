// Kernels that go on from element to element, and kernels that sort: against the references, and in
// work that grows with the line, not with its square.
#include "tests/support/check_compiled.h"
#include "tests/support/kernel_work.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// A program of one op along an axis of `operands` inputs of one shape.
std::string text_of(const std::string& op, const std::string& shape, int axis, int operands = 1,
                    const std::string& attrs = "", const std::string& result = "f32") {
    std::string text = "program p\nsymbol N = 1..4000\n\ngraph forward\n", list;
    for (int i = 0; i < operands; ++i) {
        const std::string name = "%x" + std::to_string(i);
        text += name + " = input : f32[" + shape + "]\n";
        list += (i ? ", " : "") + name;
    }
    return text + "%y = " + op + "(" + list + ") : " + result + "[" + shape +
           "] {axis = " + std::to_string(axis) + attrs + "}\nreturn %y\n";
}

struct Shaped {
    std::string shape;
    Sizes sizes;
    int axis;
};

const std::vector<Shaped>& shapes() {
    static const std::vector<Shaped> all = {
        {"1", {1}, 0},           {"37", {37}, 0},
        {"N", {3000}, 0},        {"N", {1}, 0},
        {"5, 64", {5, 64}, 1},   {"64, 5", {64, 5}, 0},
        {"33, 40", {33, 40}, 0}, {"N, 17", {9, 17}, 1},
        {"N, 17", {21, 17}, 0},  {"3, N, 4", {3, 50, 4}, 1},
        {"2, 0", {2, 0}, 1},     {"300, 200", {300, 200}, 1},
        {"700", {700}, 0},       {"3, 513", {3, 513}, 1},
    };
    return all;
}

/// Many equal elements, and each kind of what is no number.
Array mixed(const Sizes& sizes) {
    const Array array = Array::empty(DType::f32, sizes);
    for (int64_t i = 0; i < array.count(); ++i) {
        const int64_t any = i * 7919 % 23;
        array.data<float>()[i] = any == 5   ? NAN
                                 : any == 6 ? INFINITY
                                 : any == 7 ? -INFINITY
                                            : static_cast<float>(any % 9 - 4) / 2;
    }
    return array;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_running)

BOOST_AUTO_TEST_CASE(running_equals_the_reference) {
    for (const Shaped& s : shapes()) {
        BOOST_TEST_CONTEXT("[" << s.shape << "] along " << s.axis) {
            const Array x = numbers(s.sizes, DType::f32, 1.0).array(),
                        b = numbers(s.sizes, DType::f32, 1.0, 3).array();
            CheckedProgram(text_of("cumsum", s.shape, s.axis)).check(std::vector<Array>{x}, 0);
            CheckedProgram(text_of("linear_recurrence", s.shape, s.axis, 2))
                .check(std::vector<Array>{x, b}, 0);
            CheckedProgram(text_of("cummax_index", s.shape, s.axis, 1, "", "i64"))
                .check(std::vector<Array>{mixed(s.sizes)}, 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(sorting_equals_the_reference) {
    for (const Shaped& s : shapes()) {
        for (const char* order : {", descending = false", ", descending = true"}) {
            BOOST_TEST_CONTEXT("[" << s.shape << "] along " << s.axis << order) {
                CheckedProgram program(text_of("argsort", s.shape, s.axis, 1, order, "i64"));
                program.check(std::vector<Array>{mixed(s.sizes)}, 0);
                program.check(std::vector<Array>{numbers(s.sizes, DType::f32).array()}, 0);
            }
        }
    }
}

/// 8 times the line: 8 times the work, 11 where it is sorted; with its square 64 times.
BOOST_AUTO_TEST_CASE(work_grows_with_the_line) {
    struct Op {
        const char *name, *attrs, *result;
        double most;
    };
    for (const Op& op : {Op{"cumsum", "", "f32", 9}, Op{"cummax_index", "", "i64", 9},
                         Op{"argsort", ", descending = false", "i64", 13}}) {
        const auto of_length = [&](int64_t length) {
            const std::string shape = std::to_string(length);
            return writes_of(
                CheckedProgram(text_of(op.name, shape, 0, 1, op.attrs, op.result)).compiled());
        };
        const double small = of_length(2000), large = of_length(16000);
        BOOST_TEST(small >= 2000, op.name << " writes " << small);
        BOOST_TEST(large < op.most * small, op.name << ": " << small << ", then " << large);
    }
}

BOOST_AUTO_TEST_SUITE_END()
