#include "runtime/parallel.h"

#include <array>
#include <boost/test/unit_test.hpp>

using namespace lithe;

namespace {

/// Writes its index where the closure says; fails for index 7 when told so.
struct Closure {
    std::array<int, 32> seen{};
    bool fails = false;
};

int task(void*, int index, uint8_t* bytes) {
    auto* closure = reinterpret_cast<Closure*>(bytes);
    closure->seen[static_cast<size_t>(index)] += index;
    return closure->fails && index == 7 ? -3 : 0;
}

int run(Executor* executor, Closure& closure) {
    KernelContext context{executor};
    return lithe_do_par_for(&context, task, 5, 20, reinterpret_cast<uint8_t*>(&closure));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_parallel, *boost::unit_test::label("threads"))

BOOST_AUTO_TEST_CASE(every_index_runs_once_on_every_executor) {
    SerialExecutor serial;
    ThreadPool pool(3);
    for (Executor* executor : {static_cast<Executor*>(nullptr), static_cast<Executor*>(&serial),
                               static_cast<Executor*>(&pool)}) {
        Closure closure;
        BOOST_CHECK_EQUAL(run(executor, closure), 0);
        for (int i = 0; i < 32; ++i) {
            BOOST_CHECK_EQUAL(closure.seen[static_cast<size_t>(i)], i >= 5 && i < 25 ? i : 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_failure_is_handed_on) {
    SerialExecutor serial;
    ThreadPool pool(3);
    for (Executor* executor : {static_cast<Executor*>(nullptr), static_cast<Executor*>(&serial),
                               static_cast<Executor*>(&pool)}) {
        Closure closure;
        closure.fails = true;
        BOOST_CHECK_EQUAL(run(executor, closure), -3);
    }
}

BOOST_AUTO_TEST_SUITE_END()
