#define BOOST_TEST_MODULE reflect_members
#include <boost/test/unit_test.hpp>

#include "blocks.h"
#include "fields.h"
#include "partial.h"

std::vector<std::string> first_fields();
std::vector<std::string> first_repeated_fields();
std::vector<std::string> second_fields();
std::vector<std::string> second_repeated_fields();
std::vector<std::string> derived_fields();
std::vector<std::string> diamond_fields();
std::vector<std::string> partial_fields();
extern const int second_net_line;
extern const int second_field_line;
const lithe::ClassDescriptor* second_net_class();
std::vector<std::vector<std::string>> awkward_fields();
extern const std::vector<std::string> names_before_main;
namespace sub {
std::vector<std::string> net_fields();
}

namespace {

using Names = std::vector<std::string>;

void check_names(const Names& found, const Names& expected) {
    BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), expected.begin(), expected.end());
}

BOOST_AUTO_TEST_CASE(containers_are_unfolded_in_declaration_order) {
    check_names(second_fields(), {
                                     "single",
                                     "after",
                                     "fixed",
                                     "cached",
                                     "by_value",
                                     "empty: null",
                                     "list.0",
                                     "list.1",
                                     "nested.0.0",
                                     "nested.2.0",
                                     "pair.0",
                                     "pair.1",
                                     "deque.0",
                                     "linked.0",
                                     "grid.0.0",
                                     "grid.0.1",
                                     "grid.1.0",
                                     "grid.1.1",
                                     "by_name.a",
                                     "by_name.b",
                                     "by_number.-5",
                                     "by_number.4",
                                     "by_number.30",
                                     "by_enumerator.-1",
                                     "pairs.x.0.left",
                                     "pairs.x.0.right",
                                     "present",
                                     "shared",
                                     "shared_null: null",
                                     "shared_const",
                                     "any",
                                     "owned",
                                     "owned_null: null",
                                     "mixed.1",
                                     "mixed.4.left",
                                     "mixed.4.right",
                                     "named.1",
                                     "choice",
                                     "heads.left",
                                     "heads.right",
                                     "configured",
                                     "plain: tensor",
                                     "weight: parameter",
                                     "mean: buffer",
                                     "weights.0: parameter",
                                 });
}

BOOST_AUTO_TEST_CASE(classes_of_one_name_in_unnamed_namespaces_stay_apart) {
    check_names(first_fields(), {"stem", "body"});
    check_names(sub::net_fields(), {"fc"});
}

BOOST_AUTO_TEST_CASE(fields_of_bases_come_first) {
    vision::WideBlockImpl block;
    check_names(field_names(block), {"conv1", "conv2", "shortcut"});
    check_names(derived_fields(), {"extra", "conv1", "conv2", "shortcut", "head", "own"});
}

BOOST_AUTO_TEST_CASE(a_virtual_base_comes_once) {
    check_names(diamond_fields(), {"root", "left", "right", "bottom"});
}

BOOST_AUTO_TEST_CASE(two_sources_register_the_same_class) {
    check_names(first_repeated_fields(), {"inner_.0", "inner_.1", "gate_"});
    check_names(second_repeated_fields(), {"inner_.0", "inner_.1", "gate_"});
    RepeatedBlock::Gate gate;
    check_names(field_names(gate), {"open"});
}

BOOST_AUTO_TEST_CASE(a_complete_descriptor_replaces_another) {
    check_names(partial_fields(), {"known", "hidden", "held", "several.0"});
}

BOOST_AUTO_TEST_CASE(the_class_of_what_a_holder_keeps_is_known) {
    vision::WideBlock block;
    check_names(field_names(*block), {"conv1", "conv2", "shortcut"});
}

BOOST_AUTO_TEST_CASE(a_field_is_read_when_it_is_visited) {
    vision::WideBlockImpl block;
    struct Last : lithe::FieldVisitor {
        void module(const std::string&, const std::shared_ptr<lithe::nn::Module>& m) override {
            last = m;
        }
        void tensor(const std::string&, lithe::Tensor&, lithe::TensorFieldKind) override {}
        std::shared_ptr<lithe::nn::Module> last;
    } visitor;
    const lithe::ClassDescriptor& descriptor = *lithe::find_class(typeid(block));
    lithe::visit_fields(descriptor, &block, "", visitor);
    BOOST_TEST(visitor.last == block.shortcut.ptr());
    block.shortcut = lithe::nn::Linear(5, 6);
    lithe::visit_fields(descriptor, &block, "", visitor);
    BOOST_TEST(visitor.last == block.shortcut.ptr());
}

BOOST_AUTO_TEST_CASE(a_module_by_value_is_not_owned) {
    RepeatedBlock block;
    struct Owners : lithe::FieldVisitor {
        void module(const std::string& name, const std::shared_ptr<lithe::nn::Module>& m) override {
            if (name == "gate_") owners = m.use_count();
        }
        void tensor(const std::string&, lithe::Tensor&, lithe::TensorFieldKind) override {}
        long owners = -1;
    } visitor;
    lithe::visit_fields(*lithe::find_class(typeid(block)), &block, "", visitor);
    BOOST_TEST(visitor.owners == 0);
}

BOOST_AUTO_TEST_CASE(descriptors_say_where_things_are_written) {
    const lithe::ClassDescriptor* net = second_net_class();
    BOOST_REQUIRE(net);
    BOOST_TEST(net->name == "vision::Net");
    BOOST_TEST(net->file.ends_with("tests/reflect/members/second.cpp"));
    BOOST_TEST(net->line == second_net_line);
    BOOST_TEST(net->fields.front().name == "single");
    BOOST_TEST(net->fields.front().line == second_field_line);

    const lithe::ClassDescriptor* repeated = lithe::find_class(typeid(RepeatedBlock));
    BOOST_REQUIRE(repeated);
    BOOST_TEST(repeated->name == "vision::Repeated<vision::Block, 2>");
}

BOOST_AUTO_TEST_CASE(classes_with_awkward_names_are_registered) {
    const std::vector<Names> expected = {
        {"fc"},     {"fc"},      {"fc"},
        {"fc"},     {"fc"},      {"fc"},
        {"fc"},     {"fc"},      {"parts.0", "parts.2"},
        {"full"},   {"partial"}, {"from_base", "own"},
        {"fc"},     {"fc"},      {"fc", "größe"},
        {"secret"}, {"value"},
    };
    const std::vector<Names> found = awkward_fields();
    BOOST_REQUIRE_EQUAL(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
        BOOST_TEST_CONTEXT("class " << i) { check_names(found[i], expected[i]); }
    }
}

BOOST_AUTO_TEST_CASE(globals_find_the_classes_registered) {
    check_names(names_before_main, {"from_base", "own"});
}

BOOST_AUTO_TEST_CASE(a_class_that_lithe_registers_itself_is_left_out) {
    BOOST_TEST(!lithe::find_class(typeid(lithe::nn::LinearImpl)));
}

}  // namespace
