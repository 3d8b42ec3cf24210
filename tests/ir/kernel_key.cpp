#include "compiler/ir/kernel_key.h"

#include <boost/test/unit_test.hpp>

#include "compiler/ir/program.h"

using namespace lithe;

namespace {

std::string group_text(const std::string& size, const std::string& name, const std::string& op,
                       const std::string& family) {
    return "%x = input : f32[" + size + ", 4]\n%0 = group(%x) : f32[" + size + ", 4] {family = \"" +
           family + "\"} body {\n%" + name + " = input : f32[" + size + ", 4]\n%0 = " + op + "(%" +
           name + ")  # call 3 at " + name + ".h:7\nreturn " + name + " = %0\n}\nreturn %0";
}

std::string key_of(const std::string& text) {
    const auto graph = ir::parse_graph(text);
    return kernel_key(*graph->outputs[0].value.node);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ir_kernel_key)

BOOST_AUTO_TEST_CASE(names_and_places_do_not_matter) {
    const std::string key = key_of(group_text("N", "a", "relu", "pointwise"));
    BOOST_TEST(key == key_of(group_text("T", "b", "relu", "pointwise")));
    BOOST_TEST(key ==
               "family = \"pointwise\"\n%x0 = input : f32[S0, 4]\n%0 = relu(%x0) : f32[S0, 4]\n"
               "return %0\n");
}

BOOST_AUTO_TEST_CASE(what_the_kernel_computes_matters) {
    const std::string key = key_of(group_text("N", "a", "relu", "pointwise"));
    BOOST_TEST(key != key_of(group_text("N", "a", "neg", "pointwise")));
    BOOST_TEST(key != key_of(group_text("8", "a", "relu", "pointwise")));
    BOOST_TEST(key != key_of(group_text("N + 1", "a", "relu", "pointwise")));
    BOOST_TEST(key != key_of(group_text("N", "a", "relu", "copy")));
}

BOOST_AUTO_TEST_CASE(sizes_come_in_the_order_of_appearance) {
    const auto graph = ir::parse_graph(
        "%x = input : f32[T, N]\n%0 = group(%x) : f32[N, T] body {\n%x = input : f32[T, N]\n"
        "%0 = permute(%x) {perm = [1, 0]}\nreturn %0\n}\nreturn %0");
    const std::vector<std::string> expected = {"T", "N"};
    BOOST_TEST(kernel_symbols(*graph->outputs[0].value.node) == expected);
}

BOOST_AUTO_TEST_SUITE_END()
