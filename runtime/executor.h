#pragma once

#include <memory>
#include <type_traits>

namespace lithe {

/// The threads that a model runs on. They belong to the caller: lithe starts none of its own
/// accord.
class Executor {
public:
    virtual ~Executor();

    /// Calls `task(context, index)` once for every index in [0, count), in any order and on any of
    /// the executor's threads, and returns when all calls have returned. What the calls wrote is
    /// then visible to the caller. Tasks must not throw. Any number of threads may call this at
    /// once, and tasks may call it too.
    virtual void parallel_for(int count, void (*task)(void* context, int index), void* context) = 0;

    /// How many tasks can run at the same time, the calling thread included.
    virtual int thread_count() const = 0;
};

/// Runs everything on the calling thread, in the order of the indices.
class SerialExecutor final : public Executor {
public:
    void parallel_for(int count, void (*task)(void* context, int index), void* context) override;
    int thread_count() const override { return 1; }
};

/// A fixed number of threads that live as long as the pool.
///
/// The calling thread works too, so a pool of n starts n - 1 threads. Idle threads spin for
/// 100 us, then sleep. A thread that the system wakes on the CPU of another one of the pool moves
/// to one that is free; nothing is pinned, and the affinity that the threads were started with
/// holds. The pool serves one caller at a time: a call that comes while another runs, nested ones
/// included, does its work on its own thread. Destroy the pool only when no call is running.
class ThreadPool final : public Executor {
public:
    /// Errors: executor.thread_count, executor.start.
    explicit ThreadPool(int thread_count);
    ~ThreadPool() override;

    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    void parallel_for(int count, void (*task)(void* context, int index), void* context) override;
    int thread_count() const override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Calls `body(index)` for every index in [0, count) on the executor's threads.
template <typename Body>
void parallel_for(Executor& executor, int count, Body&& body) {
    using Function = std::remove_reference_t<Body>;
    executor.parallel_for(
        count, [](void* context, int index) { (*static_cast<Function*>(context))(index); },
        const_cast<void*>(static_cast<const void*>(&body)));
}

}  // namespace lithe
