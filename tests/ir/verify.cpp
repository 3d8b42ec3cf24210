#include <boost/test/unit_test.hpp>

#include "compiler/ir/ops.h"
#include "compiler/ir/program.h"
#include "runtime/error.h"

using namespace lithe;

namespace {

const char* const header = R"(
symbol N = 1..8
slot @w = parameter : f32[2]
slot @mean = buffer : f32[2]
module "" : Net
call 0
)";

/// The id of the rule that the program breaks.
std::string broken_rule(const std::string& text, const std::string& head = header) {
    try {
        verify(ir::parse_program("program p\n" + head + text), "a test");
    } catch (const InternalError& error) {
        return error.id();
    }
    return "none";
}

/// A scan over %x : f32[N, 2]; %a and %b are a slice and the whole of it.
std::string scan(const std::string& carries, const std::string& slices, const std::string& length,
                 const std::string& type, const std::string& results) {
    const std::string input = slices == "0" ? "%b = input : f32[N, 2]" : "%a = input : f32[2]";
    return "%x = input : f32[N, 2]\n%0 = scan(%x) : " + type + " {carries = " + carries +
           ", slices = " + slices + ", length = " + length + ", reverse = false} body {\n" + input +
           "\nreturn " + results + "\n}\nreturn %0";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ir_verify)

BOOST_AUTO_TEST_CASE(a_good_program_passes) {
    BOOST_TEST(broken_rule("%x = input : f32[N, 2]\n@w = parameter : f32[2]\n"
                           "%0 = add(%x, @w) : f32[N, 2]  # call 0 at a.h:1\n"
                           "return @mean = @w, %0") == "none");
}

BOOST_AUTO_TEST_CASE(every_rule_finds_what_it_is_there_for) {
    const std::string x = "%x = input : f32[N, 2]\n";
    const std::pair<std::string, std::string> cases[] = {
        {x + "%0 = relu(%x) : f32[N, 3]\nreturn %0", "ir.types_are_inferred"},
        {x + "%0 = permute(%x) : f32[N, 2] {perm = [0, 0]}\nreturn", "ir.types_are_inferred"},
        {x + "%0 = permute(%x) : f32[N, 2]\nreturn", "ir.types_are_inferred"},
        {"%0 = prepared : f32[2]\nreturn", "ir.own_attributes_are_there"},
        {x + "%0 = relu(%x)  # call 1\nreturn", "ir.call_exists"},
        {x + "%0 = module_input(%x) {call = 7}\nreturn", "ir.call_exists"},
        {"@v = parameter : f32[2]\nreturn", "ir.slot_exists"},
        {"@w = parameter : f32[3]\nreturn", "ir.slot_exists"},
        {"%0 = prepared : f32[2] {index = 0}\nreturn", "ir.prepared_exists"},
        {"%0 = prepared : f32[2] {index = 1}\nreturn\ngraph prepare\n@w = parameter : f32[2]\n"
         "return @w",
         "ir.prepared_exists"},
        {"%x = input : f32[M]\nreturn", "ir.symbols_are_declared"},
        {x + "%y = input : f32[2] {index = 4}\nreturn", "ir.inputs_are_counted"},
        {x + "%y = input : f32[2] {name = \"x\"}\nreturn", "ir.inputs_are_counted"},
        {"@w = parameter : f32[2]\n%0 = parameter : f32[2] {key = \"w\"}\nreturn",
         "ir.parameters_are_read_once"},
        {"@w = parameter : f32[2]\nreturn @mean = @w, @mean = @w", "ir.buffers_are_written_once"},
        {"@w = parameter : f32[2]\nreturn @w = @w", "ir.buffers_are_written_once"},
        {x + "%0 = group(%x) : f32[N, 2]\nreturn", "ir.bodies_fit"},
        {x + "%0 = group(%x) : f32[N, 2] body {\nreturn\n}\nreturn", "ir.bodies_fit"},
        {x + "%0 = group(%x) : f32[N, 2] body {\n%a = input : f32[2]\nreturn %a\n}\nreturn",
         "ir.bodies_fit"},
        {x + "%0 = group(%x) : f32[N, 3] body {\n%a = input : f32[N, 2]\nreturn %a\n}\nreturn",
         "ir.bodies_fit"},
        {"%0 = group() : f32[2] body {\n@w = parameter : f32[2]\nreturn @w\n}\nreturn",
         "ir.bodies_are_closed"},
        {x + "%0 = relu(%x) : f32[N, 2] body {\nreturn\n}\nreturn", "ir.regions_fit"},
        {x + "%0 = scan(%x) : f32[N, 2] {carries = 1}\nreturn", "ir.regions_fit"},
        {x + "%0 = scan(%x) : f32[N, 2] {carries = 1} body {\nreturn\n}\nreturn", "ir.regions_fit"},
        {scan("2", "1", "N", "f32[N, 2]", "%a"), "ir.regions_fit"},
        {scan("0", "1", "N", "f32[N, 2]", "%a"), "none"},
        {scan("0", "1", "M", "f32[N, 2]", "%a"), "ir.regions_fit"},
        {scan("0", "0", "M", "f32[M, N, 2]", "%b"), "ir.symbols_are_declared"},
        {scan("1", "0", "N", "f32[N, 2]", "%b"), "none"},
        {scan("1", "0", "N", "f32[N, 2]", "%b, %b"), "ir.regions_fit"},
        {scan("1", "0", "N", "f32[N, 2]", ""), "ir.regions_fit"},
        {scan("0", "1", "N", "f32[N, 3]", "%a"), "ir.regions_fit"},
        {x + "%0 = cond(%x) body {\nreturn\n} body {\nreturn\n}\nreturn", "ir.regions_fit"},
        {"%f = input : bool[]\n%0 = cond(%f) body {\nreturn\n}\nreturn", "ir.regions_fit"},
        {"%f = input : bool[]\n%0 = cond(%f) : bool[] body {\n%0 = constant {value = "
         "bool[]{1}}\n"
         "return %0\n} body {\nreturn\n}\nreturn",
         "ir.regions_fit"},
        {"%f = input : bool[]\n%0 = cond(%f) body {\n@w = parameter : f32[2]\nreturn\n} body {\n"
         "return\n}\nreturn",
         "ir.bodies_are_closed"},
        {"%f = input : bool[]\n%0 = while_loop(%f) : bool[] {carries = 1} body {\n"
         "%a = input : bool[]\nreturn %a\n} body {\n%a = input : bool[]\nreturn %a\n}\nreturn %0",
         "none"},
        {"%f = input : f32[]\n%0 = while_loop(%f) : f32[] {carries = 1} body {\n"
         "%a = input : f32[]\nreturn %a\n} body {\n%a = input : f32[]\nreturn %a\n}\nreturn %0",
         "ir.regions_fit"},
        {"return\ngraph forward\nreturn", "ir.graphs_are_distinct"},
    };
    for (const auto& [text, rule] : cases) {
        BOOST_TEST_CONTEXT(text) { BOOST_TEST(broken_rule(text) == rule); }
    }
}

BOOST_AUTO_TEST_CASE(every_rule_of_the_tables_finds_what_it_is_there_for) {
    const std::pair<std::string, std::string> cases[] = {
        {"slot @a = parameter : f32[2]\nslot @b = parameter : f32[2] alias @a\n",
         "ir.keys_are_distinct"},
        {"slot @a = parameter : f32[2]\nstate @a @b\n", "ir.state_keys_are_those_of_slots"},
        {"slot @a = parameter : f32[N]\n", "ir.slots_hold_their_type"},
        {"slot @a = parameter : f32[2] = f32[3]{1, 2, 3}\n", "ir.slots_hold_their_type"},
        {"symbol N = 3..2\n", "ir.symbols_have_ranges"},
        {"symbol N = 1..2\nsymbol N = 1..2\n", "ir.symbols_have_ranges"},
        {"call 0\n", "ir.modules_and_calls_nest"},
        {"module \"\" : Net\ncall 0 in 0\n", "ir.modules_and_calls_nest"},
        {"module \"\" : Net\nmodule \"\" : Net\n", "ir.modules_and_calls_nest"},
    };
    for (const auto& [head, rule] : cases) {
        BOOST_TEST_CONTEXT(head) { BOOST_TEST(broken_rule("return", head) == rule); }
    }
}

BOOST_AUTO_TEST_CASE(operands_of_another_graph_or_of_later_nodes_are_found) {
    ir::Graph graph, other;
    const ir::Value x = graph.add_input("x", {DType::f32, {2}});
    const ir::Value y = graph.add("relu", {x});
    graph.outputs.push_back({"", y, ""});
    const ir::Value foreign = other.add_input("x", {DType::f32, {2}});
    verify(graph, "a test");
    y.node->set_input(0, foreign);
    BOOST_CHECK_EXCEPTION(verify(graph, "a test"), InternalError, [](const InternalError& e) {
        return e.id() == "ir.operands_are_earlier" &&
               std::string(e.what()).find("after a test: forward, %0 = relu: operand 0") !=
                   std::string::npos;
    });
    y.node->set_input(0, y);
    BOOST_CHECK_THROW(verify(graph, "a test"), InternalError);
    y.node->set_input(0, x);
    graph.outputs[0].value = foreign;
    BOOST_CHECK_EXCEPTION(verify(graph, "a test"), InternalError,
                          [](const InternalError& e) { return e.id() == "ir.outputs_exist"; });
}

BOOST_AUTO_TEST_SUITE_END()
