#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>

#include "compiler/ir/ops.h"
#include "compiler/ir/program.h"
#include "runtime/error.h"
#include "runtime/text.h"
#include "tests/ir/random_graph.h"
#include "tests/support/op_samples.h"

using namespace lithe;

namespace {

std::string error_of(std::string_view text) {
    try {
        ir::parse_program(text);
    } catch (const UserError& error) {
        return error.what();
    }
    return "no error";
}

void check_round_trip(const ir::Program& program) {
    const std::string text = print(program, true);
    BOOST_TEST(print(ir::parse_program(text), true) == text);
}

const char* const everything = R"(program "a model"
symbol N = 1..64 multiple 8 sample 16
symbol T = 0..9
slot @fc1.weight = parameter : f32[2, 2] alias @head.weight alias @"odd key" = f32[2, 2]{1.0, 0.1, inf, -0.0}
slot @bn.mean = buffer : f32[2] transient frozen
slot @fc1.bias = parameter : f32[2]
state @fc1.weight @fc1.bias @"odd key" @head.weight
module "" : Net
module "fc1" : "Linear<2>" "in=2, out=2\n\"x\""
call 0
call 1 in 0

graph forward
%x = input : f32[N, 2]
%y = input : f32[2*N + 1, 2]
@fc1.weight = parameter : f32[2, 2]
%0 = input : f32[2] {name = "1"}
%1 = module_input(%x) : f32[N, 2] {call = 1}  # call 0 at model.h:42
%2 = group(%1, @fc1.weight) : f32[N, 2], f32[N, 2] {family = "pointwise"} body {
  %a = input : f32[N, 2]
  %b = input : f32[2, 2]
  %0 = relu(%a) : f32[N, 2]
  %1 = relu(%0) : f32[N, 2]
  return %0, %1
}  # call 1 at model.h:43
%3 = constant : f64[3] {value = f64[3]{nan, 1e-300, -inf}}
%4 = prepared : f32[2] {index = 0}
return @bn.mean = %4, y = %2.1, "odd name" = %3, %2.0, @fc1.weight

graph prepare
@bn.mean = parameter : f32[2]
return @bn.mean
)";

}  // namespace

BOOST_AUTO_TEST_SUITE(ir_parse)

BOOST_AUTO_TEST_CASE(every_part_of_a_program_reads_back) {
    BOOST_TEST(print(ir::parse_program(everything), true) == everything);
}

BOOST_AUTO_TEST_CASE(every_op_reads_back) {
    ir::Program program;
    program.graphs.push_back(std::make_unique<ir::Graph>());
    ir::Graph& graph = *program.graphs[0];
    graph.name = "forward";
    int64_t inputs = 0;
    for (const Op* op : every_op()) {
        const std::vector<tests::OpSample> samples = tests::samples_of(*op);
        BOOST_REQUIRE_MESSAGE(!samples.empty(), "no sample of " << op->name);
        bool is_taken = false;
        for (const char* dtype : {"f32", "i64", "bool"}) {
            const tests::OpSample sample = tests::filled(samples.front(), dtype, "7");
            is_taken = tests::is_accepted(*op, sample);
            if (!is_taken) continue;
            const OpCall call = tests::call_of(*op, sample);
            std::vector<ir::Value> operands;
            for (const TensorType& type : call.inputs) {
                const std::string name = "x" + std::to_string(inputs);
                operands.push_back(graph.add_input(name, type));
                ++inputs;
            }
            graph.outputs.push_back({"", graph.add(*op, operands, call.attrs), ""});
            break;
        }
        BOOST_CHECK_MESSAGE(is_taken, "no dtype fits the sample of " << op->name);
    }
    graph.number();
    check_round_trip(program);
}

BOOST_AUTO_TEST_CASE(random_programs_read_back) {
    for (uint64_t seed = 0; seed < 100; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            std::mt19937_64 random(seed);
            check_round_trip(tests::random_program(random, 12));
        }
    }
}

BOOST_AUTO_TEST_CASE(floats_keep_every_bit) {
    ir::Graph graph;
    std::mt19937_64 random(3);
    const Array floats = Array::empty(DType::f32, {200});
    for (int64_t i = 0; i < floats.count(); ++i) {
        const auto bits = static_cast<uint32_t>(random());
        std::memcpy(floats.data<float>() + i, &bits, sizeof bits);
        // Which NaN it is does not show in the text.
        if (std::isnan(floats.data<float>()[i])) floats.data<float>()[i] = 0;
    }
    graph.outputs.push_back({"", graph.add(ir::constant_op, {}, {{"value", floats}}), ""});
    const auto copy = ir::parse_graph(print(graph, true));
    const Array& read = copy->outputs[0].value.node->attrs().get_array("value");
    BOOST_TEST(std::memcmp(read.raw(), floats.raw(), floats.size_bytes()) == 0);
}

BOOST_AUTO_TEST_CASE(types_may_be_left_out_where_the_op_gives_them) {
    const auto graph = ir::parse_graph(
        "# two layers\n\n%x = input : f32[N, 8]\n"
        "%0 = permute(%x) {perm = [1, 0]}  # turned\nreturn %0");
    BOOST_TEST(print(*graph) ==
               "%x = input : f32[N, 8]\n%0 = permute(%x) : f32[8, N] {perm = [1, 0]}\nreturn %0\n");
}

BOOST_AUTO_TEST_CASE(large_arrays_print_as_a_hash_that_tells_them_apart) {
    ir::Graph zeros, ones;
    for (auto [graph, value] : {std::pair{&zeros, 0.0}, {&ones, 1.0}}) {
        const Array array = Array::full(DType::f32, {17}, value);
        graph->outputs.push_back({"", graph->add(ir::constant_op, {}, {{"value", array}}), ""});
    }
    BOOST_TEST(print(zeros).size() < 80u);
    BOOST_TEST(print(zeros) != print(ones));
    BOOST_TEST(error_of(print(zeros)) ==
               "ir: the array's elements are missing: it was printed by its hash at line 1, "
               "column 41 [ir.syntax]");
}

BOOST_AUTO_TEST_CASE(errors_name_the_place) {
    const std::string x = "%x = input : f32[4]\n";
    const std::pair<std::string, std::string> cases[] = {
        {x + "%0 = rellu(%x)\nreturn %0",
         "ir: no op 'rellu' at line 2, column 6; did you mean 'relu'? [ir.unknown_op]"},
        {x + "%0 = relu(%y)\nreturn %0",
         "ir: no value '%y' above at line 2, column 13 [ir.syntax]"},
        {x + x + "return", "ir: the name '%x' is taken at line 2, column 1 [ir.syntax]"},
        {x + "%0 = relu(%x", "ir: expected ')' at line 2, column 13 [ir.syntax]"},
        {x, "ir: expected a node or 'return' at line 2, column 1 [ir.syntax]"},
        {"%x = input : f33[4]\nreturn", "ir: unknown dtype 'f33' at line 1, column 14 [ir.syntax]"},
        {"%x = input\nreturn",
         "ir: the types of 'input' have to be given at line 1, column 6 [ir.syntax]"},
        {x + "%0 = permute(%x) {perm = [0, }\nreturn",
         "ir: expected a size, got '}' at line 2, column 30 [ir.syntax]"},
        {"%0 = constant {value = f32[9999999999]{1.0}}\nreturn",
         "ir: the array has more elements than the text has at line 1, column 24 [ir.syntax]"},
        {x + "return %x y", "ir: expected the end of the line at line 2, column 11 [ir.syntax]"},
        {"program p\nslot fc = parameter : f32[2]",
         "ir: expected '@' at line 2, column 6 [ir.syntax]"},
    };
    for (const auto& [text, message] : cases) BOOST_TEST(error_of(text) == message);
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded) {
    std::string text = "%x = input : f32[4]\n";
    for (int i = 0; i < 100000; ++i)
        text += "%0 = group(%x) : f32[4] body {\n%x = input : f32[4]\n";
    BOOST_TEST(error_of(text).starts_with("ir: bodies are nested too deeply at line 3"));
    const std::string size(100000, '(');
    BOOST_TEST(error_of("%x = input : f32[" + size + "]\nreturn").find("ir.syntax") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
