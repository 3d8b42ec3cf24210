// The names that a compiled model has for its results, out of the author's types.
#include <lithe/lithe.h>

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/forward.h"
#include "compiler/trace/output_names.h"
#include "compiler/trace/trace.h"
#include "tests/support/tensors.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct Box {
    Tensor corner, size;
};
struct Detection {
    std::vector<Box> boxes;
    Tensor scores;
    std::optional<Tensor> masks;
    std::map<std::string, Tensor> extra;
};

/// Gives what a function makes of its input.
template <class Make>
struct GivesImpl : nn::Module {
    Make make;
    explicit GivesImpl(Make function) : make(std::move(function)) {}
    std::invoke_result_t<Make, Tensor> forward(Tensor x) { return make(x); }
};

template <class Make>
std::vector<std::string> names_of(Make make) {
    const Subject subject = subject_of(std::make_shared<GivesImpl<Make>>(std::move(make)));
    const ir::Program program =
        trace(*subject.module, subject.forward, parse_input_specs("x:f32[2]"), "net");
    std::vector<std::string> names;
    for (const ir::Output& output : program.graph("forward")->outputs) names.push_back(output.name);
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_output_names)

BOOST_AUTO_TEST_CASE(positions_are_numbered_through) {
    BOOST_TEST(names_of([](Tensor x) { return x + 1; }) == Names{"output0"});
    BOOST_TEST(names_of([](Tensor x) {
                   return std::tuple(x + 1, std::tuple(x + 2, std::vector<Tensor>{x + 3}));
               }) == (Names{"output0", "output1", "output2"}));
}

BOOST_AUTO_TEST_CASE(maps_have_their_keys) {
    BOOST_TEST(names_of([](Tensor x) {
                   return std::map<std::string, Tensor>{{"logits", x}, {"aux loss", x + 1}};
               }) == (Names{"aux_loss", "logits"}));
    BOOST_TEST(names_of([](Tensor x) { return std::map<int, Tensor>{{3, x + 1}, {8, x + 2}}; }) ==
               (Names{"output3", "output8"}));
}

BOOST_AUTO_TEST_CASE(structs_have_their_fields) {
    BOOST_TEST(names_of([](Tensor x) {
                   return Detection{{{x + 1, x + 2}, {x + 3, x + 4}}, x + 5, {}, {{"a", x + 6}}};
               }) == (Names{"boxes.0.corner", "boxes.0.size", "boxes.1.corner", "boxes.1.size",
                            "scores", "extra.a"}));
    BOOST_TEST(names_of([](Tensor x) { return std::tuple(x + 1, Box{x + 2, x + 3}); }) ==
               (Names{"output0", "output1.corner", "output1.size"}));
}

BOOST_AUTO_TEST_CASE(no_two_become_the_same_identifier) {
    BOOST_TEST(names_of([](Tensor x) {
                   return std::map<std::string, Tensor>{
                       {"", x}, {"a b", x + 1}, {"a.b", x + 2}, {"a_b", x + 3}};
               }) == (Names{"output0", "a_b", "a.b_", "a_b__"}));
    tracing::OutputNames names;
    BOOST_TEST(names.next("output1", 0) == "output1");
    BOOST_TEST(names.next("", 1) == "output1_");
}

BOOST_AUTO_TEST_CASE(branches_have_the_same_names) {
    const auto named = [](const char* other) {
        return [=](Tensor x) {
            if (x.sum().item() > 0) return std::map<std::string, Tensor>{{"big", x + 1}};
            return std::map<std::string, Tensor>{{other, x - 1}};
        };
    };
    BOOST_TEST(names_of(named("big")) == Names{"big"});
    check_error("trace.branch_results", [&] { names_of(named("small")); });
}

BOOST_AUTO_TEST_SUITE_END()
