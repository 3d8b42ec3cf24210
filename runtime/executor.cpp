#include "runtime/executor.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "runtime/error.h"
#include "runtime/text.h"
#include "runtime/thread_place.h"

namespace lithe {
namespace {

constexpr int most_threads = 1024;
/// How long a thread without work looks for some before it sleeps: to wake one costs the caller
/// some 7 us, and the steps of a plan that run on one thread are seldom longer than this.
constexpr std::chrono::microseconds spin_time{100};
constexpr int spins_per_look_at_the_clock = 32;
/// Of the caller, while another thread ends its last task: some tens of microseconds.
constexpr int spins_before_yield = 1000;
/// Chunks per thread: enough to even out tasks of different length.
constexpr int chunks_per_thread = 4;

// The job word: number of workers in the job, whether more may join, number of the job.
constexpr uint64_t one_worker = 1;
constexpr uint64_t workers_mask = 0xFFFF;
constexpr uint64_t open_bit = 1 << 16;
constexpr int generation_shift = 17;

// The word of a thread's share, below the number of the job.
constexpr uint64_t owner_bit = uint64_t{1} << 31;
constexpr uint64_t chunks_mask = owner_bit - 1;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// Marked noexcept so that a task that throws ends the program at once, on whichever thread it ran.
void run_serially(int first, int last, void (*task)(void*, int), void* context) noexcept {
    for (int index = first; index < last; ++index) task(context, index);
}

}  // namespace

Executor::~Executor() = default;

void SerialExecutor::parallel_for(int count, void (*task)(void*, int), void* context) {
    run_serially(0, count, task, context);
}

/// The tasks that one thread begins with, whatever the job: what it left in its caches is there
/// again in the next job of as many tasks. When it has none left, it takes those of others.
struct alignas(64) Share {
    /// Low half: how many chunks are taken, and whether their owner is there to take the rest; high
    /// half: of which job. Whoever takes the first chunk of a job writes all of it, so that the
    /// caller has no line to touch that another thread owns.
    std::atomic<uint64_t> taken{0};
};

struct ThreadPool::State {
    explicit State(int thread_count)
        : shares(static_cast<size_t>(thread_count)), places(static_cast<size_t>(thread_count)) {}

    // The job. Written by the caller that holds `busy` while the job is closed and without workers.
    // Its word has a line of the cache to itself: workers look at it all the time.
    alignas(64) void (*task)(void*, int) = nullptr;
    void* context = nullptr;
    int count = 0;
    int chunk = 1;

    alignas(64) std::atomic<uint64_t> job{0};
    alignas(64) std::atomic<bool> busy{false};
    std::atomic<bool> stop{false};
    std::atomic<int> sleepers{0};
    std::mutex mutex;
    std::condition_variable wake;
    std::vector<Share> shares;  // the caller's first
    ThreadPlaces places;
    std::vector<std::thread> threads;

    void run_share(size_t index, uint64_t generation, bool is_owner) noexcept {
        const auto threads_in_all = static_cast<int64_t>(shares.size()),
                   at = static_cast<int64_t>(index);
        const int64_t begin = at * count / threads_in_all, end = (at + 1) * count / threads_in_all;
        const uint64_t tag = generation << 32;
        std::atomic<uint64_t>& taken = shares[index].taken;
        for (uint64_t seen = taken.load(std::memory_order_relaxed);;) {
            const uint64_t now = (seen ^ tag) >> 32 == 0 ? seen : tag;
            const int64_t first = begin + static_cast<int64_t>(now & chunks_mask) * chunk;
            // What an owner is about to do is faster in its own caches, and lost to them here.
            const bool is_left = !is_owner && (now & owner_bit) != 0 && first + chunk >= end;
            if (first >= end || is_left) return;
            const uint64_t next = (now + 1) | (is_owner ? owner_bit : 0);
            if (!taken.compare_exchange_weak(seen, next, std::memory_order_relaxed)) continue;
            const int64_t last = std::min<int64_t>(first + chunk, end);
            run_serially(static_cast<int>(first), static_cast<int>(last), task, context);
            seen = taken.load(std::memory_order_relaxed);
        }
    }

    void run_chunks(size_t self, uint64_t generation) noexcept {
        for (size_t i = 0; i < shares.size(); ++i) {
            run_share((self + i) % shares.size(), generation, /*is_owner=*/i == 0);
        }
    }

    bool has_news(uint64_t seen_generation) const {
        const uint64_t word = job.load(std::memory_order_seq_cst);
        const bool new_job =
            (word & open_bit) != 0 && (word >> generation_shift) != seen_generation;
        return new_job || stop.load(std::memory_order_seq_cst);
    }

    void wait_for_news(size_t self, uint64_t seen_generation) {
        const auto end = std::chrono::steady_clock::now() + spin_time;
        do {
            for (int i = 0; i < spins_per_look_at_the_clock; ++i) {
                if (has_news(seen_generation)) return;
                pause();
            }
        } while (std::chrono::steady_clock::now() < end);
        // A caller publishes the job before it reads `sleepers`; a worker counts itself as a
        // sleeper before it looks for a job. Both are sequentially consistent, so one of them sees
        // the other.
        std::unique_lock lock(mutex);
        sleepers.fetch_add(1, std::memory_order_seq_cst);
        wake.wait(lock, [&] { return has_news(seen_generation); });
        sleepers.fetch_sub(1, std::memory_order_relaxed);
        lock.unlock();
        places.arrive_alone(self);
    }

    void wake_sleepers() {
        if (sleepers.load(std::memory_order_seq_cst) == 0) return;
        // With the lock held once, no worker is between its last look and its sleep.
        {
            const std::lock_guard lock(mutex);
        }
        wake.notify_all();
    }

    void work(size_t self) {
        uint64_t seen_generation = 0;
        while (!stop.load(std::memory_order_relaxed)) {
            uint64_t word = job.load(std::memory_order_relaxed);
            if ((word & open_bit) == 0 || (word >> generation_shift) == seen_generation) {
                wait_for_news(self, seen_generation);
                continue;
            }
            // Asked for together, these lines come from the caller's core in the time of one.
            __builtin_prefetch(&task);
            __builtin_prefetch(&shares[self], /*rw=*/1);
            if (!job.compare_exchange_weak(word, word + one_worker, std::memory_order_acquire,
                                           std::memory_order_relaxed)) {
                continue;
            }
            seen_generation = word >> generation_shift;
            places.arrive_alone(self);
            run_chunks(self, seen_generation);
            job.fetch_sub(one_worker, std::memory_order_release);
        }
    }

    /// Lets no further worker join and waits for those that did. Workers that still sleep are not
    /// waited for.
    void finish_job() {
        uint64_t word = job.fetch_and(~open_bit, std::memory_order_acq_rel);
        for (int spins = 0; (word & workers_mask) != 0; ++spins) {
            if (spins < spins_before_yield) {
                pause();
            } else {
                std::this_thread::yield();
            }
            word = job.load(std::memory_order_acquire);
        }
    }

    void join_all() {
        stop.store(true, std::memory_order_seq_cst);
        wake_sleepers();
        for (std::thread& thread : threads) thread.join();
    }
};

ThreadPool::ThreadPool(int thread_count) {
    if (thread_count < 1 || thread_count > most_threads) {
        throw UserError("executor.thread_count",
                        concat({"thread pool: ", decimal(thread_count), " threads asked for, 1 to ",
                                decimal(most_threads), " are possible"}));
    }
    state_ = std::make_unique<State>(thread_count);
    state_->threads.reserve(thread_count - 1);
    try {
        for (int i = 1; i < thread_count; ++i) {
            state_->threads.emplace_back(
                [state = state_.get(), self = static_cast<size_t>(i)] { state->work(self); });
        }
    } catch (const std::system_error& error) {
        const size_t started = state_->threads.size();
        state_->join_all();
        throw UserError("executor.start",
                        concat({"thread pool: only ", decimal(started), " of ",
                                decimal(thread_count - 1), " threads started: ", error.what()}));
    }
}

ThreadPool::~ThreadPool() { state_->join_all(); }

int ThreadPool::thread_count() const { return static_cast<int>(state_->threads.size()) + 1; }

void ThreadPool::parallel_for(int count, void (*task)(void*, int), void* context) {
    State& state = *state_;
    if (count <= 1 || state.threads.empty() ||
        state.busy.exchange(true, std::memory_order_acquire)) {
        return run_serially(0, count, task, context);
    }
    state.places.arrive(0);
    state.task = task;
    state.context = context;
    state.count = count;
    state.chunk = std::max(1, count / (thread_count() * chunks_per_thread));

    const uint64_t generation = (state.job.load(std::memory_order_relaxed) >> generation_shift) + 1;
    state.job.store(generation << generation_shift | open_bit, std::memory_order_seq_cst);
    state.wake_sleepers();

    state.run_chunks(0, generation);
    state.finish_job();
    state.busy.store(false, std::memory_order_release);
}

}  // namespace lithe
