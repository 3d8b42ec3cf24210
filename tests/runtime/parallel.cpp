#include "runtime/parallel.h"

#include <array>
#include <boost/test/unit_test.hpp>
#include <vector>

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

/// The order in which an executor without threads, which says that it has some, is given tasks.
class InOrder final : public Executor {
public:
    explicit InOrder(int threads) : threads_(threads) {}
    void parallel_for(int count, void (*task)(void*, int), void* context) override {
        for (int i = 0; i < count; ++i) task(context, i);
    }
    int thread_count() const override { return threads_; }

private:
    int threads_;
};

int note_index(void*, int index, uint8_t* bytes) {
    reinterpret_cast<std::vector<int>*>(bytes)->push_back(index);
    return 0;
}

std::vector<int> backward_order(Executor* executor, int count) {
    KernelContext context{executor, /*is_backwards=*/true};
    std::vector<int> order;
    lithe_do_par_for(&context, note_index, 0, count, reinterpret_cast<uint8_t*>(&order));
    return order;
}

int run(Executor* executor, Closure& closure, bool is_backwards = false) {
    KernelContext context{executor, is_backwards};
    return lithe_do_par_for(&context, task, 5, 20, reinterpret_cast<uint8_t*>(&closure));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_parallel, *boost::unit_test::label("threads"))

BOOST_AUTO_TEST_CASE(every_index_runs_once_on_every_executor) {
    SerialExecutor serial;
    ThreadPool pool(3);
    for (Executor* executor : {static_cast<Executor*>(nullptr), static_cast<Executor*>(&serial),
                               static_cast<Executor*>(&pool)}) {
        for (const bool is_backwards : {false, true}) {
            Closure closure;
            BOOST_CHECK_EQUAL(run(executor, closure, is_backwards), 0);
            for (int i = 0; i < 32; ++i) {
                BOOST_CHECK_EQUAL(closure.seen[static_cast<size_t>(i)], i >= 5 && i < 25 ? i : 0);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(backwards_every_thread_keeps_its_share) {
    const auto check = [](Executor* executor, const std::vector<int>& wanted) {
        const std::vector<int> order = backward_order(executor, static_cast<int>(wanted.size()));
        BOOST_TEST(order == wanted, boost::test_tools::per_element());
    };
    InOrder one(1), two(2), three(3);
    check(nullptr, {4, 3, 2, 1, 0});
    check(&one, {4, 3, 2, 1, 0});
    check(&two, {1, 0, 4, 3, 2});
    check(&three, {1, 0, 4, 3, 2, 7, 6, 5});
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

/// Of six tasks in turns of three blocks, the last two blocks; in the other direction the turns
/// change places.
BOOST_AUTO_TEST_CASE(blocks_of_rows_of_a_thread) {
    for (const bool is_backwards : {false, true}) {
        std::vector<int> seen;
        KernelContext context{
            .is_backwards = is_backwards, .row_blocks = 3, .first_block = 1, .end_block = 3};
        auto* closure = reinterpret_cast<uint8_t*>(&seen);
        BOOST_TEST(lithe_do_par_for(&context, note_index, 10, 6, closure) == 0);
        BOOST_TEST(
            seen == (is_backwards ? std::vector{14, 15, 11, 12} : std::vector{11, 12, 14, 15}),
            boost::test_tools::per_element());
        BOOST_TEST(lithe_do_par_for(&context, note_index, 0, 7, closure) != 0);
        BOOST_TEST(seen.size() == 4U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
