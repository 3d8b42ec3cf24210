#include "runtime/executor.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <thread>
#include <vector>

#include "runtime/error.h"

using namespace lithe;

namespace {

/// Runs `count` tasks and checks that each index came once.
void check_every_index_once(Executor& executor, int count) {
    std::vector<std::atomic<int>> calls(count);
    parallel_for(executor, count, [&](int index) { calls[index].fetch_add(1); });
    int wrong = 0;
    for (const std::atomic<int>& call : calls) wrong += call.load() != 1;
    BOOST_CHECK_EQUAL(wrong, 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_executor, *boost::unit_test::label("threads"))

BOOST_AUTO_TEST_CASE(serial_runs_in_order) {
    SerialExecutor executor;
    std::vector<int> order;
    parallel_for(executor, 5, [&](int index) { order.push_back(index); });
    const std::vector<int> expected = {0, 1, 2, 3, 4};
    BOOST_TEST(order == expected, boost::test_tools::per_element());
    BOOST_CHECK_EQUAL(executor.thread_count(), 1);
}

BOOST_AUTO_TEST_CASE(every_index_comes_once) {
    for (int threads : {1, 2, 3, 5}) {
        ThreadPool pool(threads);
        BOOST_CHECK_EQUAL(pool.thread_count(), threads);
        for (int count : {0, 1, 2, 3, 7, 64, 1000}) check_every_index_once(pool, count);
    }
}

BOOST_AUTO_TEST_CASE(no_or_negative_count_runs_nothing) {
    ThreadPool pool(2);
    int calls = 0;
    parallel_for(pool, 0, [&](int) { ++calls; });
    parallel_for(pool, -3, [&](int) { ++calls; });
    BOOST_CHECK_EQUAL(calls, 0);
}

BOOST_AUTO_TEST_CASE(what_tasks_wrote_is_visible_after_every_call) {
    ThreadPool pool(4);
    std::vector<int64_t> values(97);
    for (int round = 0; round < 2000; ++round) {
        parallel_for(pool, 97, [&](int index) { values[index] += index; });
    }
    const int64_t sum = std::accumulate(values.begin(), values.end(), int64_t{0});
    BOOST_CHECK_EQUAL(sum, 2000 * (96 * 97 / 2));
}

BOOST_AUTO_TEST_CASE(nested_calls_run_on_their_own_thread) {
    ThreadPool pool(3);
    std::atomic<int> calls{0};
    std::atomic<int> strangers{0};
    parallel_for(pool, 20, [&](int) {
        const std::thread::id self = std::this_thread::get_id();
        parallel_for(pool, 10, [&](int) {
            if (std::this_thread::get_id() != self) ++strangers;
            ++calls;
        });
    });
    BOOST_CHECK_EQUAL(calls.load(), 200);
    BOOST_CHECK_EQUAL(strangers.load(), 0);
}

BOOST_AUTO_TEST_CASE(several_threads_share_a_pool) {
    ThreadPool pool(3);
    std::atomic<int64_t> sum{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 4; ++caller) {
        callers.emplace_back([&] {
            for (int round = 0; round < 500; ++round) {
                parallel_for(pool, 16, [&](int index) { sum.fetch_add(index); });
            }
        });
    }
    for (std::thread& caller : callers) caller.join();
    BOOST_CHECK_EQUAL(sum.load(), 4 * 500 * 120);
}

BOOST_AUTO_TEST_CASE(sleeping_workers_are_woken) {
    ThreadPool pool(2);
    for (int round = 0; round < 20; ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));  // long enough to fall asleep
        // Both tasks wait for each other: this ends only when two threads run them.
        std::atomic<int> arrived{0};
        parallel_for(pool, 2, [&](int) {
            arrived.fetch_add(1);
            while (arrived.load() < 2) std::this_thread::yield();
        });
        BOOST_REQUIRE_EQUAL(arrived.load(), 2);
    }
}

BOOST_AUTO_TEST_CASE(pools_start_and_end_at_once) {
    std::atomic<int> calls{0};
    for (int round = 0; round < 100; ++round) {
        ThreadPool pool(1 + round % 4);
        if (round % 2 == 0) parallel_for(pool, 8, [&](int) { ++calls; });
    }
    BOOST_CHECK_EQUAL(calls.load(), 50 * 8);
}

BOOST_AUTO_TEST_CASE(a_thread_begins_with_the_same_tasks_in_every_call) {
    constexpr int count = 3;
    ThreadPool pool(count);
    std::vector<std::thread::id> first(count), threads(count);
    for (int round = 0; round < 50; ++round) {
        std::atomic<int> begun{0};
        parallel_for(pool, count, [&](int index) {
            threads[static_cast<size_t>(index)] = std::this_thread::get_id();
            begun.fetch_add(1);
            while (begun.load() < count) std::this_thread::yield();  // a task to every thread
        });
        if (round == 0) first = threads;
        BOOST_REQUIRE(threads == first);
    }
    BOOST_CHECK(first[0] == std::this_thread::get_id());
}

BOOST_AUTO_TEST_CASE(thread_count_is_checked) {
    BOOST_CHECK_EXCEPTION(ThreadPool(0), UserError, [](const UserError& error) {
        return error.what() == std::string(
                                   "thread pool: 0 threads asked for, 1 to 1024 are possible "
                                   "[executor.thread_count]");
    });
    BOOST_CHECK_THROW(ThreadPool(1025), UserError);
}

BOOST_AUTO_TEST_SUITE_END()
