#include "compiler/passes/pipeline.h"

#include <boost/test/unit_test.hpp>

#include "runtime/error.h"

using namespace lithe;

namespace {

const char* const text = R"(program p
symbol N = 1..8 sample 3
slot @w = parameter : f32[4]
module "" : Net
call 0

graph forward
%x = input : f32[N, 4]
@w = parameter : f32[4]
%0 = module_input(%x) : f32[N, 4] {call = 0}
%1 = constant : f32[] {value = f32[]{2.0}}
%2 = mul(@w, %1) : f32[4]
%3 = add(%0, %2) : f32[N, 4]
%4 = relu(%3) : f32[N, 4]
%5 = module_output(%4) : f32[N, 4] {call = 0}
return %5
)";

int count(const ir::Graph& graph, std::string_view op) {
    int found = 0;
    for (const auto& node : graph.nodes()) found += node->is(op) ? 1 : 0;
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_pipeline)

BOOST_AUTO_TEST_CASE(the_plan_without_hooks_has_no_boundaries) {
    ir::Program program = ir::parse_program(text);
    passes::run_pipeline(program, {});
    BOOST_TEST(count(*program.graph("forward"), "module_input") == 0);
    BOOST_TEST(count(*program.graph("forward"), "group") == 1);
    BOOST_TEST(count(*program.graph("forward_hooks"), "module_input") == 1);
    BOOST_TEST(program.graph("prepare")->outputs.size() == 1u);
    BOOST_TEST(count(*program.graph("prepare"), "group") == 1);
}

BOOST_AUTO_TEST_CASE(passes_can_be_left_out_and_dumped) {
    ir::Program program = ir::parse_program(text);
    std::vector<std::string> dumps;
    passes::run_pipeline(program, {.with_hooks = false,
                                   .disabled = {"split_prepare"},
                                   .dump_after = {"canonicalize", "fold_constants"},
                                   .log = [&](const std::string& dump) { dumps.push_back(dump); }});
    BOOST_TEST(!program.graph("prepare"));
    BOOST_TEST(dumps.size() == 2u);
    BOOST_TEST(dumps[0].starts_with("# after canonicalize\nprogram p\n"));
}

BOOST_AUTO_TEST_CASE(the_limit_counts_changes) {
    ir::Program program = ir::parse_program(text);
    passes::run_pipeline(program, {.with_hooks = false, .limit = 0});
    BOOST_TEST(count(*program.graph("forward"), "module_input") == 1);
    BOOST_TEST(count(*program.graph("forward"), "group") > 0);
    program = ir::parse_program(text);
    passes::run_pipeline(program, {.with_hooks = false, .limit = 1});
    BOOST_TEST(count(*program.graph("forward"), "module_input") == 0);
    BOOST_TEST(!program.graph("prepare"));
}

BOOST_AUTO_TEST_CASE(stopping_leaves_the_rest_undone) {
    ir::Program program = ir::parse_program(text);
    passes::run_pipeline(program, {.with_hooks = false, .stop_after = "drop_module_boundaries"});
    BOOST_TEST(count(*program.graph("forward"), "relu") == 1);
}

BOOST_AUTO_TEST_CASE(unknown_names_are_refused_before_anything_runs) {
    ir::Program program = ir::parse_program(text);
    BOOST_CHECK_EXCEPTION(
        passes::run_pipeline(program, {.disabled = {"fold_constant"}}), UserError,
        [](const UserError& error) {
            return std::string(error.what()) ==
                   "passes: no pass 'fold_constant'; did you mean 'fold_constants'? "
                   "[passes.unknown]";
        });
    BOOST_TEST(print(program) == text);
}

BOOST_AUTO_TEST_SUITE_END()
