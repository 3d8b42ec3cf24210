#include "runtime/thread_place.h"

#include <chrono>

#if defined(__linux__)
#include <sched.h>
#endif

namespace lithe {
namespace {

#if defined(__linux__)

/// A CPU that others need is met again and again: moving costs more than sharing it.
constexpr int64_t rest_us = 10'000;

int64_t now_us() {
    using std::chrono::duration_cast, std::chrono::microseconds, std::chrono::steady_clock;
    return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

int current_cpu() { return sched_getcpu(); }

#else

int current_cpu() { return -1; }

#endif

}  // namespace

ThreadPlaces::ThreadPlaces(size_t threads) : places_(threads) {}

void ThreadPlaces::arrive(size_t self) {
    const int cpu = current_cpu();
    std::atomic<int>& place = places_[self].cpu;
    // Others look at it all the time: it is written when it changes.
    if (place.load(std::memory_order_relaxed) != cpu) place.store(cpu, std::memory_order_relaxed);
}

void ThreadPlaces::arrive_alone(size_t self) {
    arrive(self);
#if defined(__linux__)
    const int cpu = places_[self].cpu.load(std::memory_order_relaxed);
    bool is_alone = true;
    for (size_t i = 0; i < self; ++i)
        is_alone &= places_[i].cpu.load(std::memory_order_relaxed) != cpu;
    if (is_alone || cpu < 0) return;
    const int64_t now = now_us();
    if (now < places_[self].next_move_us) return;
    places_[self].next_move_us = now + rest_us;

    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    cpu_set_t others = allowed;
    for (const Place& place : places_) {
        const int taken = place.cpu.load(std::memory_order_relaxed);
        if (taken >= 0 && taken < CPU_SETSIZE) CPU_CLR(taken, &others);
    }
    if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others) != 0) return;
    sched_setaffinity(0, sizeof allowed, &allowed);  // it stays where it is now
    arrive(self);
#endif
}

}  // namespace lithe
