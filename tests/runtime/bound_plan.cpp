#include "runtime/bound_plan.h"

#include <boost/test/unit_test.hpp>
#include <numeric>

#include "runtime/session.h"
#include "runtime/slice.h"
#include "tests/runtime/toy_model.h"

using namespace lithe;
using namespace lithe::tests;
using namespace lithe::artifact;

namespace {

using Floats = std::vector<float>;

// context, a[N], b[N], c[N]: c = a + b
int add(void** a) {
    const auto& shape = *static_cast<KernelBuffer*>(a[1]);
    for (int i = 0; i < shape.dim[0].extent; ++i) {
        at<float>(a[3], {i}) = at<float>(a[1], {i}) + at<float>(a[2], {i});
    }
    return 0;
}

PlanValue value(std::vector<SizeCode> shape, Space space, int32_t index = 0) {
    PlanValue v;
    v.type = {DType::f32, std::move(shape)};
    v.space = space;
    v.index = index;
    return v;
}

Step step(Step::Kind kind, std::vector<int32_t> values) {
    Step s;
    s.kind = kind;
    s.values = std::move(values);
    return s;
}

/// y[t] = y[t - 1] + x[t]: a copy, then a loop over a row of the input, the row of the output
/// before and the row to write. x, y: f32[T, N], T = 1..9, N = 0..4.
Artifact running_sum() {
    Artifact a;
    a.name = "running_sum";
    a.symbols = {{"T", 1, 9, 1}, {"N", 0, 4, 1}};
    const Type type = {DType::f32, {symbol(0), symbol(1)}};
    a.inputs = {{"x", type}};
    a.outputs = {{"y", type}};
    a.modules = {{"", "RunningSum", ""}};
    a.kernels = {"add"};
    const SizeCode row_bytes = times(symbol(1), fixed(4));
    Plan plan;
    plan.name = "forward";
    plan.values = {value({symbol(1)}, Space::input), value({symbol(1)}, Space::output),
                   value({symbol(1)}, Space::input), value({symbol(1)}, Space::output),
                   value({symbol(0), symbol(1)}, Space::output)};
    plan.values[2].symbolic_offset = plan.values[3].symbolic_offset = row_bytes;
    Step begin = step(Step::Kind::loop_begin, {2, 1, 3});
    begin.count = plus(symbol(0), fixed(-1));
    begin.advance = {row_bytes, row_bytes, row_bytes};
    plan.steps = {step(Step::Kind::copy, {0, 1}), begin, step(Step::Kind::kernel, {1, 2, 3}),
                  step(Step::Kind::loop_end, {})};
    plan.outputs = {4};
    a.plans = {plan};
    return a;
}

/// y = x transposed, by a copy between strides; x: f32[2, 3].
Artifact transposed() {
    Artifact a;
    a.name = "transposed";
    a.inputs = {{"x", {DType::f32, {fixed(2), fixed(3)}}}};
    a.outputs = {{"y", {DType::f32, {fixed(3), fixed(2)}}}};
    a.modules = {{"", "Transposed", ""}};
    Plan plan;
    plan.name = "forward";
    plan.values = {value({fixed(3), fixed(2)}, Space::input)};
    plan.values[0].strides = {fixed(1), fixed(3)};
    plan.outputs = {0};
    a.plans = {plan};
    return a;
}

/// y = x doubled `rounds` times while below 100: two buffers take turns, x is the first operand.
/// Kernels: double, is_below. x, y: f32[2].
Artifact doubled(int64_t rounds) {
    Artifact a;
    a.name = "doubled";
    const Type type = {DType::f32, {fixed(2)}};
    a.inputs = {{"x", type}};
    a.outputs = {{"y", type}};
    a.modules = {{"", "Doubled", ""}};
    a.kernels = {"twice", "is_below"};
    Plan plan;
    plan.name = "forward";
    plan.arena_bytes = 192;
    plan.values = {value({fixed(2)}, Space::input), value({fixed(2)}, Space::arena),
                   value({fixed(2)}, Space::arena), value({fixed(2)}, Space::arena),
                   value({}, Space::arena)};
    plan.values[3].offset = 64;
    plan.values[4].offset = 128;
    plan.values[4].type.dtype = DType::boolean;
    Step begin = step(Step::Kind::loop_begin, {});
    begin.count = fixed(rounds);
    begin.starts = {1, 0};
    begin.start_offsets = {fixed(0)};
    begin.moves = {1, 2, 2, 3, 3, 2};
    Step condition = step(Step::Kind::kernel, {1, 4});
    condition.index = 1;
    plan.steps = {begin, condition, step(Step::Kind::loop_exit, {4}),
                  step(Step::Kind::kernel, {1, 2}), step(Step::Kind::loop_end, {})};
    plan.outputs = {1};
    a.plans = {plan};
    return a;
}

// context, a[N], b[N]: b = 2 a
int twice(void** a) {
    for (int i = 0; i < 2; ++i) at<float>(a[2], {i}) = 2 * at<float>(a[1], {i});
    return 0;
}

// context, a[N], bool
int is_below(void** a) {
    at<bool>(a[2], {}) = at<float>(a[1], {0}) < 100;
    return 0;
}

Floats run(const Artifact& artifact, std::vector<lithe_kernel> kernels, const Floats& x,
           std::vector<int64_t> shape) {
    const Linked linked(artifact, std::move(kernels));
    Model model(linked.table(), StateDict());
    Session session(model);
    const ConstTensorView input{x.data(), DType::f32, std::move(shape)};
    const auto first = session.run({input});
    const auto y = session.run({input});
    const auto count = element_count(y[0].shape());
    return {y[0].data<float>(), y[0].data<float>() + count};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_bound_plan)

BOOST_AUTO_TEST_CASE(loops_move_their_values_on) {
    for (int64_t t = 1; t <= 9; ++t) {
        for (int64_t n = 1; n <= 4; ++n) {
            Floats x(static_cast<size_t>(t * n));
            std::iota(x.begin(), x.end(), 1.0f);
            Floats expected = x;
            for (size_t i = static_cast<size_t>(n); i < x.size(); ++i) {
                expected[i] += expected[i - static_cast<size_t>(n)];
            }
            BOOST_CHECK(run(running_sum(), {add}, x, {t, n}) == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(carried_values_take_turns) {
    for (const int64_t rounds : {0, 1, 2, 3, 4}) {
        const float factor = static_cast<float>(1 << rounds);
        BOOST_CHECK(
            (run(doubled(rounds), {twice, is_below}, {1, -2}, {2}) == Floats{factor, -2 * factor}));
    }
}

BOOST_AUTO_TEST_CASE(a_loop_ends_when_data_say) {
    const Artifact artifact = doubled(INT64_MAX);
    BOOST_CHECK((run(artifact, {twice, is_below}, {1, 0}, {2}) == Floats{128, 0}));
    BOOST_CHECK((run(artifact, {twice, is_below}, {500, 3}, {2}) == Floats{500, 3}));
}

BOOST_AUTO_TEST_CASE(what_loops_place_stays_within_its_source) {
    const auto message = [](const std::function<void(Plan&)>& change) {
        Artifact artifact = doubled(3);
        change(artifact.plans[0]);
        return message_of([&] { run(artifact, {twice, is_below}, {1, 0}, {2}); });
    };
    BOOST_CHECK_EQUAL(message([](Plan& plan) { plan.steps[0].start_offsets = {fixed(4)}; }),
                      "run: value 1 of plan 'forward' is put at up to byte 12 of value 0, which "
                      "has 8 (this is a bug in lithe) [run.place]");
    BOOST_CHECK(message([](Plan& plan) {
                    plan.steps[0].start_offsets = {fixed(-4)};
                }).ends_with("[run.place]"));
    BOOST_CHECK(message([](Plan& plan) {
                    plan.values[3].type.shape = {fixed(1)};
                }).ends_with("[run.place]"));
    BOOST_CHECK(message([](Plan& plan) {
                    plan.steps[0].moves.clear();
                    plan.steps[0].values = {1};
                    plan.steps[0].advance = {fixed(INT64_MAX / 2)};
                }).ends_with("[run.place]"));
}

BOOST_AUTO_TEST_CASE(nothing_runs_for_empty_outputs) {
    const lithe_kernel fails = [](void**) { return 1; };
    BOOST_CHECK(run(running_sum(), {fails}, {}, {5, 0}).empty());
    const Linked linked(running_sum(), {add});
    Model model(linked.table(), StateDict());
    const auto y = Session(model).run({{nullptr, DType::f32, {5, 0}}});
    BOOST_CHECK((y[0].shape() == std::vector<int64_t>{5, 0}));
}

BOOST_AUTO_TEST_CASE(results_that_lie_elsewhere_are_copied) {
    BOOST_CHECK((run(transposed(), {}, {1, 2, 3, 4, 5, 6}, {2, 3}) == Floats{1, 4, 2, 5, 3, 6}));
}

BOOST_AUTO_TEST_CASE(values_stay_within_their_place) {
    Artifact artifact = transposed();
    artifact.plans[0].values[0].offset = 4;
    BOOST_CHECK_EQUAL(message_of([&] { run(artifact, {}, Floats(6), {2, 3}); }),
                      "run: value 0 of plan 'forward' reaches byte 28 of 24 (this is a bug in "
                      "lithe) [run.place]");
    artifact.plans[0].values[0].offset = 0;
    artifact.plans[0].values[0].strides[0] = fixed(-1);
    BOOST_CHECK(message_of([&] { run(artifact, {}, Floats(6), {2, 3}); }).ends_with("[run.place]"));
    Artifact sum = running_sum();
    sum.plans[0].steps[1].advance[0] = fixed(4096);
    BOOST_CHECK(message_of([&] { run(sum, {add}, Floats(6), {3, 2}); }).ends_with("[run.place]"));
}

BOOST_AUTO_TEST_CASE(a_failure_in_a_loop_leaves_no_trace) {
    static int calls = 0;
    calls = 0;
    const lithe_kernel fails_once = [](void** a) { return ++calls == 2 ? 1 : add(a); };
    const Linked linked(running_sum(), {fails_once});
    Model model(linked.table(), StateDict());
    Session session(model);
    const Floats x = {1, 2, 3, 4};
    const ConstTensorView input{x.data(), DType::f32, {4, 1}};
    BOOST_CHECK(message_of([&] { session.run({input}); }).ends_with("[run.kernel]"));
    const auto y = session.run({input});
    BOOST_CHECK_EQUAL(y[0].data<float>()[3], 10);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(runtime_slice)

BOOST_AUTO_TEST_CASE(takes_what_a_value_is_made_of) {
    const Artifact artifact = toy_artifact();
    const Plan& plan = artifact.plans[3];
    const std::vector<int32_t> fc = {4};
    using Steps = std::vector<bool>;
    BOOST_CHECK((needed_steps(artifact, plan, 5, fc) ==
                 Steps{true, true, true, true, true, false, false, false, false}));
    // The input of fc needs no kernel.
    const std::vector<int32_t> input = {1};
    BOOST_CHECK((needed_steps(artifact, plan, 3, input) ==
                 Steps{true, true, true, false, false, false, false, false, false}));
}

BOOST_AUTO_TEST_CASE(memory_that_was_used_before_is_not_followed) {
    // 0: x -> a; 1: a -> b; 2: x -> a again; c = a. Only 2 makes the last a.
    Artifact artifact;
    Plan plan;
    plan.values = {value({fixed(4)}, Space::input), value({fixed(4)}, Space::arena),
                   value({fixed(4)}, Space::arena)};
    plan.values[2].offset = 16;
    plan.steps = {step(Step::Kind::copy, {0, 1}), step(Step::Kind::copy, {1, 2}),
                  step(Step::Kind::copy, {0, 1})};
    const std::vector<int32_t> last = {1};
    BOOST_CHECK((needed_steps(artifact, plan, 3, last) == std::vector<bool>{false, false, true}));
    const std::vector<int32_t> both = {1, 2};
    BOOST_CHECK((needed_steps(artifact, plan, 3, both) == std::vector<bool>{true, true, true}));
}

BOOST_AUTO_TEST_CASE(parts_make_a_whole_and_loops_are_taken_whole) {
    const Artifact artifact = running_sum();
    const std::vector<int32_t> whole = {4};
    BOOST_CHECK((needed_steps(artifact, artifact.plans[0], 4, whole) ==
                 std::vector<bool>{true, true, true, true}));
    const std::vector<int32_t> first_row = {1};
    BOOST_CHECK((needed_steps(artifact, artifact.plans[0], 1, first_row) ==
                 std::vector<bool>{true, false, false, false}));
}

BOOST_AUTO_TEST_SUITE_END()
