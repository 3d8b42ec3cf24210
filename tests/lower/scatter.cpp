// Kernels that write at places an index names: against the references, and without asking the whole
// index for every element.
#include "tests/support/check_compiled.h"
#include "tests/support/kernel_work.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// A program of one scatter over x, its index and its source.
std::string text_of(const std::string& op, const std::string& x, const std::string& index,
                    int axis) {
    return "program p\nsymbol N = 1..40\n\ngraph forward\n%x = input : f32[" + x +
           "]\n%i = input : i64[" + index + "]\n%s = input : f32[" + index + "]\n%0 = " + op +
           "(%x, %i, %s) : f32[" + x + "] {axis = " + std::to_string(axis) + "}\nreturn %0\n";
}

/// Indices below `limit`, many of them equal.
Array indices(const Sizes& sizes, int64_t limit) {
    const Array array = Array::empty(DType::i64, sizes);
    for (int64_t i = 0; i < array.count(); ++i) array.data<int64_t>()[i] = i * 7919 % limit;
    return array;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_scatter)

BOOST_AUTO_TEST_CASE(equals_the_reference) {
    struct Case {
        std::string x, index;
        Sizes sizes, index_sizes;
        int axis;
    };
    const std::vector<Case> cases = {
        {"50", "17", {50}, {17}, 0},
        {"7, 33", "12, 33", {7, 33}, {12, 33}, 0},
        {"7, 33", "5, 90", {7, 33}, {5, 90}, 1},
        {"7, 33", "12, 20", {7, 33}, {12, 20}, 0},
        {"N, 5, 16", "N, 9, 16", {3, 5, 16}, {3, 9, 16}, 1},
        {"5, N", "9, N", {5, 21}, {9, 21}, 0},
        {"4, N", "4, N", {4, 6}, {4, 6}, 1},
        {"200, 64", "300, 64", {200, 64}, {300, 64}, 0},
        {"3, 4, 5, 6", "3, 4, 7, 6", {3, 4, 5, 6}, {3, 4, 7, 6}, 2},
        {"3, 4", "0, 4", {3, 4}, {0, 4}, 0},
    };
    for (const Case& c : cases) {
        for (const char* op : {"scatter", "scatter_add"}) {
            BOOST_TEST_CONTEXT(op << " of [" << c.index << "] into [" << c.x << "]") {
                CheckedProgram program(text_of(op, c.x, c.index, c.axis));
                program.check({numbers(c.sizes, DType::f32).array(),
                               indices(c.index_sizes, c.sizes[static_cast<size_t>(c.axis)]),
                               numbers(c.index_sizes, DType::f32, 1.5, 3).array()},
                              1e-6);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(places_outside_are_left_out) {
    const Array index = Array::empty(DType::i64, {3});
    for (int i = 0; i < 3; ++i) index.data<int64_t>()[i] = i == 1 ? 2 : i == 0 ? -1 : 1000000000000;
    ir::Program program = ir::parse_program(text_of("scatter_add", "4", "3", 0));
    program.modules.push_back({"", "Net", ""});
    CompiledModel model = compile_program(std::move(program), compile_alone());
    const Tensors y = model(Tensors{zeros({4}), Tensor::from(index), ones({3})});
    check_equal(y.at(0), tensor({0.0, 0.0, 1.0, 0.0}));
}

/// 8 times the places and 8 times the result: 8 times the work, not 64 times.
BOOST_AUTO_TEST_CASE(work_grows_with_the_index_alone) {
    const auto work_of = [](int64_t count) {
        const std::string size = std::to_string(count) + ", 32";
        return writes_of(CheckedProgram(text_of("scatter_add", size, size, 0)).compiled());
    };
    const double small = work_of(1000), large = work_of(8000);
    BOOST_TEST(small >= 2 * 1000);  // in vectors: the copy, then the places
    BOOST_TEST(large < 9 * small);
}

BOOST_AUTO_TEST_SUITE_END()
