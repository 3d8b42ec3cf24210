#include <boost/test/unit_test.hpp>

#include "compiler/ir/program.h"
#include "compiler/ir/symbols.h"
#include "runtime/error.h"

using namespace lithe;

namespace {

Array floats(const Sizes& sizes, const std::vector<float>& values) {
    const Array array = Array::empty(DType::f32, sizes);
    std::copy(values.begin(), values.end(), array.data<float>());
    return array;
}

std::vector<double> values_of(const Array& array) {
    std::vector<double> values;
    for (int64_t i = 0; i < array.count(); ++i) values.push_back(array.at(i));
    return values;
}

const char* const text = R"(program p
symbol N = 1..8
slot @w = parameter : f32[2] = f32[2]{1.0, 10.0}
module "" : Net
call 0

graph forward
%x = input : f32[N, 2]
%0 = prepared : f32[2] {index = 0}
%1 = module_input(%x) : f32[N, 2] {call = 0}
%2 = group(%1, %0) : f32[N, 2] body {
  %a = input : f32[N, 2]
  %b = input : f32[2]
  %0 = add(%a, %b) : f32[N, 2]
  %1 = relu(%0) : f32[N, 2]
  return %1
}
%3 = reshape(%2) : f32[2*N] {shape = [2*N]}
return %3, %0

graph prepare
@w = parameter : f32[2]
%0 = constant : f32[] {value = f32[]{2.0}}
%1 = mul(@w, %0) : f32[2]
return %1
)";

}  // namespace

BOOST_AUTO_TEST_SUITE(ir_interpreter)

BOOST_AUTO_TEST_CASE(runs_loops_and_branches) {
    const auto graph = ir::parse_graph(R"(
%x = input : f32[N, 2]
%c = input : f32[2]
%limit = input : f32[]
%0 = scan(%c, %x) : f32[2], f32[N, 2] {carries = 1, length = N, reverse = true, slices = 1} body {
  %x0 = input : f32[2]
  %x1 = input : f32[2]
  %0 = add(%x0, %x1) : f32[2]
  return %0, %x0
}
%1 = while_loop(%0.0, %limit) : f32[2] {carries = 1} body {
  %x0 = input : f32[2]
  %x1 = input : f32[]
  %0 = sum(%x0) : f32[] {axes = [0], keepdim = false}
  %1 = lt(%0, %x1) : bool[]
  return %1
} body {
  %x0 = input : f32[2]
  %x1 = input : f32[]
  %0 = add(%x0, %x0) : f32[2]
  return %0
}
%2 = sum(%1) : f32[] {axes = [0], keepdim = false}
%3 = lt(%limit, %2) : bool[]
%4 = cond(%3, %1) : f32[2] body {
  %x0 = input : f32[2]
  %0 = neg(%x0) : f32[2]
  return %0
} body {
  %x0 = input : f32[2]
  return %x0
}
return %0.0, %0.1, %1, %4
)");
    ir::verify(*graph, "a test");
    const ir::Program program;
    const Array x = floats({3, 2}, {1, 2, 10, 20, 100, 200}), c = floats({2}, {1000, 0});
    const auto results = ir::Interpreter(program).run(*graph, {x, c, floats({}, {3000})});
    BOOST_TEST(values_of(results[0]) == (std::vector<double>{1111, 222}));
    BOOST_TEST(values_of(results[1]) == (std::vector<double>{1110, 220, 1100, 200, 1000, 0}));
    BOOST_TEST(values_of(results[2]) == (std::vector<double>{4444, 888}));
    BOOST_TEST(values_of(results[3]) == (std::vector<double>{-4444, -888}));
    const auto equal = ir::Interpreter(program).run(*graph, {x, c, floats({}, {1333})});
    BOOST_TEST(values_of(equal[3]) == (std::vector<double>{1111, 222}));
}

BOOST_AUTO_TEST_CASE(runs_groups_boundaries_and_prepare) {
    const ir::Program program = ir::parse_program(text);
    verify(program, "a test");
    const Array x = floats({2, 2}, {1, 2, -30, -4});
    const auto results = ir::Interpreter(program).run(*program.graph("forward"), {x});
    BOOST_TEST(results.size() == 2u);
    BOOST_TEST(values_of(results[0]) == (std::vector<double>{3, 22, 0, 16}));
    BOOST_TEST(values_of(results[1]) == (std::vector<double>{2, 20}));
}

BOOST_AUTO_TEST_CASE(slots_can_be_replaced) {
    const ir::Program program = ir::parse_program(text);
    const Array x = floats({1, 2}, {0, 0});
    const auto results =
        ir::Interpreter(program).run(*program.graph("forward"), {x}, {{"w", floats({2}, {-1, 3})}});
    BOOST_TEST(values_of(results[0]) == (std::vector<double>{0, 6}));
}

BOOST_AUTO_TEST_CASE(inputs_are_checked) {
    const ir::Program program = ir::parse_program(text);
    ir::Interpreter interpreter(program);
    BOOST_CHECK_EXCEPTION(interpreter.run(*program.graph("forward"), {floats({2}, {1, 2})}),
                          UserError, [](const UserError& e) {
                              return std::string(e.what()) ==
                                     "interpreter: input 0 is f32[N, 2], got f32[2] "
                                     "[interpreter.input]";
                          });
    BOOST_CHECK_THROW(interpreter.run(*program.graph("forward"), {}), UserError);
}

BOOST_AUTO_TEST_CASE(sizes_are_learnt_from_affine_axes) {
    ir::SymbolValues values;
    const Dim n = Dim::symbol("N"), t = Dim::symbol("T");
    BOOST_TEST(ir::bind({n + t, Dim(2) * n + 1}, {12, 7}, values));
    BOOST_TEST(values.at("N") == 3);
    BOOST_TEST(!ir::bind({n}, {4}, values));
    BOOST_TEST(ir::bind({n + t}, {12}, values));
    BOOST_TEST(values.at("T") == 9);
    BOOST_TEST(!ir::bind({Dim(2) * Dim::symbol("K")}, {5}, values));
}

BOOST_AUTO_TEST_SUITE_END()
