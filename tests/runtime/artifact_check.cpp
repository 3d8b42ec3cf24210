#include <boost/test/unit_test.hpp>
#include <functional>

#include "tests/runtime/toy_model.h"

using namespace lithe;
using namespace lithe::tests;
using namespace lithe::artifact;

namespace {

/// What check() says of a toy that was changed.
std::string after(const std::function<void(Artifact&)>& change) {
    Artifact artifact = toy_artifact();
    change(artifact);
    return message_of([&] { check(artifact); });
}

std::string invalid(const std::string& text) { return "artifact: " + text + " [artifact.invalid]"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_artifact_check)

BOOST_AUTO_TEST_CASE(a_sound_artifact_passes) {
    BOOST_CHECK_EQUAL(after([](Artifact&) {}), "no error");
}

BOOST_AUTO_TEST_CASE(indices_are_within_their_tables) {
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[1].steps[0].index = 6; }),
                      invalid("a step names kernel 6 of 6"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[1].steps[0].values[0] = -1; }),
                      invalid("a step names value -1 of 4"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[1].steps[0].symbols[0] = 1; }),
                      invalid("a step names symbol 1 of 1"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[1].values[0].index = 1; }),
                      invalid("a value names input 1 of 1"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[1].values[1].index = 2; }),
                      invalid("a value names prepared value 2 of 2"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[1].values[2].index = 3; }),
                      invalid("a value names slot 3 of 3"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[1].values[3].index = 1; }),
                      invalid("a value names output 1 of 1"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[3].steps[1].index = 3; }),
                      invalid("a mark names call 3 of 3"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.calls[0].module = 3; }),
                      invalid("a call names module 3 of 3"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.state_keys = {{"x", 3}}; }),
                      invalid("state_dict names slot 3 of 3"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[2].buffer_updates[0] = 3; }),
                      invalid("an update names slot 3 of 3"));
}

BOOST_AUTO_TEST_CASE(expressions_and_counts_make_sense) {
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.inputs[0].type.shape[0] = symbol(1); }),
                      invalid("an expression is malformed"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.prepared[0].shape[0] = symbol(0); }),
                      invalid("the size of a prepared value is not static"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.symbols[0].min = 9; }),
                      invalid("symbol 'N' has the range 9 to 8 by 1"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[1].values[0].strides = {fixed(1)}; }),
                      invalid("a value of rank 2 has 1 strides"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[1].steps[0].output_count = 5; }),
                      invalid("a step has 5 outputs among 4 values"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[1].outputs.clear(); }),
                      invalid("plan 'forward' has 0 outputs, not 1"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[3].steps[0].kind = Step::Kind::loop_end; }),
                      invalid("the loops of plan 'forward_hooks' do not nest"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[3].steps[0].values.pop_back(); }),
                      invalid("a copy has not two values"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.slots[0].initial_offset = 4; }),
                      invalid("the first value of slot 'fc.weight' is not among the constants"));
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.modules.clear(); }), invalid("has no root module"));
}

/// The message after a change of a plan that is one loop over value 1 of plan `forward`.
std::string after_loop(const std::function<void(Plan&, Step& begin)>& change) {
    return after([&](Artifact& a) {
        Plan& plan = a.plans[1];
        Step begin, end;
        begin.kind = Step::Kind::loop_begin;
        end.kind = Step::Kind::loop_end;
        change(plan, begin);
        plan.steps.insert(plan.steps.begin(), begin);
        plan.steps.push_back(end);
    });
}

BOOST_AUTO_TEST_CASE(loops_place_values_that_are_there) {
    BOOST_CHECK_EQUAL(after_loop([](Plan&, Step& begin) { begin.moves = {0, 1, 2}; }),
                      invalid("what a loop places is not in pairs"));
    BOOST_CHECK_EQUAL(after_loop([](Plan&, Step& begin) { begin.moves = {0, 4}; }),
                      invalid("a loop places value 4 of 4"));
    BOOST_CHECK_EQUAL(after_loop([](Plan&, Step& begin) { begin.starts = {-1, 0}; }),
                      invalid("a loop places value -1 of 4"));
    BOOST_CHECK_EQUAL(after_loop([](Plan&, Step& begin) { begin.starts = {0, 1}; }),
                      invalid("a loop starts 1 values and has 0 offsets"));
    BOOST_CHECK_EQUAL(after_loop([](Plan& plan, Step& begin) {
                          begin.moves = {0, 1};
                          plan.values[1].strides = {fixed(2), fixed(1)};
                      }),
                      invalid("a loop places value 1, which is not dense"));
    BOOST_CHECK_EQUAL(after_loop([](Plan&, Step& begin) {
                          begin.values = {0};
                          begin.advance = {fixed(4)};
                          begin.moves = {0, 1};
                      }),
                      invalid("value 0 is both moved and advanced"));
    BOOST_CHECK_EQUAL(after_loop([](Plan& plan, Step& begin) {
                          begin.values = {0};
                          begin.advance = {fixed(4)};
                          Step inner, end;
                          inner.kind = Step::Kind::loop_begin;
                          inner.starts = {0, 1};
                          inner.start_offsets = {fixed(0)};
                          end.kind = Step::Kind::loop_end;
                          plan.steps.insert(plan.steps.end(), {inner, end});
                      }),
                      invalid("value 0 is placed by two loops"));
    BOOST_CHECK_EQUAL(after_loop([](Plan& plan, Step& begin) {
                          begin.row_blocks = 2;
                          Step copy;
                          copy.kind = Step::Kind::copy;
                          copy.values = {0, 0};
                          plan.steps.insert(plan.steps.end() - 1, copy);
                      }),
                      invalid("step 0 of plan 'forward' is not a loop over blocks of rows"));
    BOOST_CHECK_EQUAL(after_loop([](Plan&, Step& begin) { begin.row_blocks = -3; }),
                      invalid("step 0 of plan 'forward' is not a loop over blocks of rows"));
}

BOOST_AUTO_TEST_CASE(loops_are_left_on_one_bool) {
    const auto with_exit = [](const Type& type, bool in_loop) {
        return after([&](Artifact& a) {
            Plan& plan = a.plans[1];
            PlanValue flag;
            flag.type = type;
            plan.values.push_back(flag);
            plan.arena_bytes = 64;
            Step begin, exit, end;
            begin.kind = Step::Kind::loop_begin;
            exit.kind = Step::Kind::loop_exit;
            exit.values = {4};
            end.kind = Step::Kind::loop_end;
            plan.steps.push_back(exit);
            if (in_loop) {
                plan.steps.insert(plan.steps.begin(), begin);
                plan.steps.push_back(end);
            }
        });
    };
    const std::string no_bool = invalid("an exit of a loop asks for a value that is not one bool");
    BOOST_CHECK_EQUAL(with_exit({DType::f32, {}}, true), no_bool);
    BOOST_CHECK_EQUAL(with_exit({DType::boolean, {fixed(1)}}, true), no_bool);
    BOOST_CHECK_EQUAL(with_exit({DType::boolean, {}}, false),
                      invalid("plan 'forward' leaves a loop where there is none"));
}

BOOST_AUTO_TEST_CASE(hooks_can_write_what_they_are_shown) {
    const std::string text =
        invalid("a mark of call 0 in plan 'forward_hooks' has a value that a hook cannot write");
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[3].steps[1].values[0] = 0; }), text);
    BOOST_CHECK_EQUAL(
        after([](Artifact& a) { a.plans[3].values[1].strides = {fixed(4), fixed(1)}; }), text);
    BOOST_CHECK_EQUAL(after([](Artifact& a) { a.plans[0].values[0].space = Space::input; }),
                      invalid("plan 'prepare' reads more than the slots and the constants"));
}

BOOST_AUTO_TEST_SUITE_END()
