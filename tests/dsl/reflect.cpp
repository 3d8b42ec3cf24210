#include "dsl/reflect.h"

#include <boost/test/unit_test.hpp>

#include "dsl/holder.h"
#include "runtime/error.h"

namespace lithe::tests {
namespace {

struct First {};
struct Second {};
struct Third {};

ClassDescriptor described(std::type_index type, std::vector<FieldDescriptor> fields) {
    return {.type = type,
            .name = "Net",
            .file = "net.cpp",
            .line = 3,
            .is_complete = true,
            .bases = {},
            .fields = std::move(fields)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reflect_registry)

BOOST_AUTO_TEST_CASE(an_unknown_class_has_no_descriptor) {
    struct Unknown {};
    BOOST_CHECK(find_class(typeid(Unknown)) == nullptr);
}

BOOST_AUTO_TEST_CASE(the_same_class_may_be_registered_twice) {
    register_class(described(typeid(First), {{"fc", 4}}));
    const ClassDescriptor* const first = find_class(typeid(First));
    ClassDescriptor again = described(typeid(First), {{"fc", 4}});
    again.file = "other/../net.cpp";
    register_class(again);
    BOOST_CHECK(find_class(typeid(First)) == first);
    BOOST_CHECK_EQUAL(first->file, "net.cpp");
}

BOOST_AUTO_TEST_CASE(two_classes_of_one_name_are_an_error_where_they_are_used) {
    register_class(described(typeid(Second), {{"fc1", 4}, {"fc2", 5}}));
    ClassDescriptor other = described(typeid(Second), {});
    other.file = "main.cpp";
    register_class(other);
    const auto is_conflict = [](const UserError& error) {
        return error.id() == "reflect.conflict" &&
               std::string(error.what()) ==
                   "reflect: two different classes are named 'Net': net.cpp:3 (fc1, fc2) and "
                   "main.cpp:3 (no fields) [reflect.conflict]";
    };
    BOOST_CHECK_EXCEPTION(find_class(typeid(Second)), UserError, is_conflict);
}

BOOST_AUTO_TEST_CASE(a_complete_descriptor_wins_in_any_order) {
    ClassDescriptor partial = described(typeid(Third), {});
    partial.is_complete = false;
    register_class(partial);
    BOOST_CHECK(find_class(typeid(Third))->fields.empty());
    register_class(described(typeid(Third), {{"fc", 4}}));
    register_class(partial);
    BOOST_CHECK_EQUAL(find_class(typeid(Third))->fields.size(), 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
