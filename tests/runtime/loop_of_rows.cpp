// Loops whose rows depend on nothing but themselves: the same results on any number of threads.
#include <boost/test/unit_test.hpp>
#include <numeric>

#include "runtime/executor.h"
#include "runtime/parallel.h"
#include "runtime/session.h"
#include "tests/runtime/toy_model.h"

using namespace lithe;
using namespace lithe::tests;
using namespace lithe::artifact;

namespace {

constexpr int rows = 4, columns = 2;

using Floats = std::vector<float>;

/// b[row][column] = column + half of the sum of a's row, in tasks of one element: blocks of a row,
/// innermost, of each column.
int halve(void** arguments) {
    const lithe_task element = [](void*, int index, uint8_t* closure) {
        auto** a = reinterpret_cast<void**>(closure);
        const int row = index % rows, column = index / rows;
        const float sum = at<float>(a[1], {row, 0}) + at<float>(a[1], {row, 1});
        at<float>(a[2], {row, column}) = static_cast<float>(column) + sum / 2;
        return 0;
    };
    void* context = *static_cast<void**>(arguments[0]);
    return lithe_do_par_for(context, element, 0, rows * columns,
                            reinterpret_cast<uint8_t*>(arguments));
}

PlanValue value(Space space, int64_t offset = 0) {
    PlanValue v;
    v.type = {DType::f32, {fixed(rows), fixed(columns)}};
    v.space = space;
    v.offset = offset;
    return v;
}

/// y = x after so many rounds, in two buffers that take turns; x, y: f32[4, 2].
Artifact halved(int64_t rounds) {
    Artifact a;
    a.name = "halved";
    const Type type = {DType::f32, {fixed(rows), fixed(columns)}};
    a.inputs = {{"x", type}};
    a.outputs = {{"y", type}};
    a.modules = {{"", "Halved", "", {}}};
    a.kernels = {"halve"};
    Plan plan;
    plan.name = "forward";
    plan.arena_bytes = 128;
    plan.values = {value(Space::input), value(Space::arena), value(Space::arena),
                   value(Space::arena, 64)};
    Step begin, kernel, end;
    begin.kind = Step::Kind::loop_begin;
    begin.count = fixed(rounds);
    begin.starts = {1, 0};
    begin.start_offsets = {fixed(0)};
    begin.moves = {1, 2, 2, 3, 3, 2};
    begin.row_blocks = rows;
    kernel.values = {1, 2};
    end.kind = Step::Kind::loop_end;
    plan.steps = {begin, kernel, end};
    plan.outputs = {1};
    a.plans = {plan};
    return a;
}

Floats input() {
    Floats x(rows * columns);
    std::iota(x.begin(), x.end(), 1.0f);
    return x;
}

Floats expected(int rounds) {
    Floats y = input();
    for (int round = 0; round < rounds; ++round) {
        for (size_t row = 0; row < rows; ++row) {
            const float half = (y[2 * row] + y[2 * row + 1]) / 2;
            y[2 * row] = half;
            y[2 * row + 1] = 1 + half;
        }
    }
    return y;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_loop_of_rows, *boost::unit_test::label("threads"))

BOOST_AUTO_TEST_CASE(the_same_on_any_number_of_threads) {
    const Floats x = input();
    const ConstTensorView in{x.data(), DType::f32, {rows, columns}};
    for (const int rounds : {0, 1, 2, 5, 500}) {
        const Linked linked(halved(rounds), {halve});
        Model model(linked.table(), StateDict());
        for (const int threads : {1, 2, 3, 4, 7}) {
            ThreadPool pool(threads);
            Session session(model);
            session.set_executor(&pool);
            for (int run = 0; run < 3; ++run) {
                const auto y = session.run({in});
                const Floats values(y[0].data<float>(), y[0].data<float>() + rows * columns);
                BOOST_TEST((values == expected(rounds)), rounds << " rounds, " << threads);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_failure_on_a_thread_is_told) {
    const lithe_kernel fails = [](void** a) {
        const auto* context = *static_cast<KernelContext**>(a[0]);
        return context->first_block == 2 ? 1 : halve(a);
    };
    const Linked linked(halved(3), {fails});
    Model model(linked.table(), StateDict());
    const Floats x = input();
    const ConstTensorView in{x.data(), DType::f32, {rows, columns}};
    ThreadPool pool(2);
    Session session(model);
    session.set_executor(&pool);
    BOOST_CHECK(message_of([&] { session.run({in}); }).ends_with("[run.kernel]"));
    session.set_executor(nullptr);
    BOOST_TEST((session.run({in})[0].data<float>()[7] == expected(3)[7]));
}

BOOST_AUTO_TEST_SUITE_END()
