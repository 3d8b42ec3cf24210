#include "bench/kernels/machine.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <vector>

namespace lithe::bench {
namespace {

// Twelve chains: more than two units of four cycles need, and as many as 16 registers leave room
// for.
constexpr int chains = 12;
constexpr int rounds = 4000;

#if defined(__x86_64__)

#define LITHE_FMA_BLOCK(Vector, x, y)                                                              \
    Vector a0{}, a1{}, a2{}, a3{}, a4{}, a5{}, a6{}, a7{}, a8{}, a9{}, a10{}, a11{};               \
    for (int i = 0; i < rounds; ++i) {                                                             \
        asm volatile(                                                                              \
            "vfmadd231ps %12, %13, %0\n\tvfmadd231ps %12, %13, %1\n\tvfmadd231ps %12, %13, %2\n\t" \
            "vfmadd231ps %12, %13, %3\n\tvfmadd231ps %12, %13, %4\n\tvfmadd231ps %12, %13, %5\n\t" \
            "vfmadd231ps %12, %13, %6\n\tvfmadd231ps %12, %13, %7\n\tvfmadd231ps %12, %13, %8\n\t" \
            "vfmadd231ps %12, %13, %9\n\tvfmadd231ps %12, %13, %10\n\tvfmadd231ps %12, %13, %11"   \
            : "+v"(a0), "+v"(a1), "+v"(a2), "+v"(a3), "+v"(a4), "+v"(a5), "+v"(a6), "+v"(a7),      \
              "+v"(a8), "+v"(a9), "+v"(a10), "+v"(a11)                                             \
            : "v"(x), "v"(y));                                                                     \
    }

using Vector512 [[gnu::vector_size(64)]] = float;
using Vector256 [[gnu::vector_size(32)]] = float;

__attribute__((target("avx512f"))) void run_avx512() {
    const Vector512 x{}, y{};
    LITHE_FMA_BLOCK(Vector512, x, y)
}
__attribute__((target("avx2,fma"))) void run_avx2() {
    const Vector256 x{}, y{};
    LITHE_FMA_BLOCK(Vector256, x, y)
}
#undef LITHE_FMA_BLOCK

#endif

/// A multiplication and an addition, or whatever the compiler has for both.
void run_portable() {
    using Vector [[gnu::vector_size(16)]] = float;
    Vector sums[chains]{};
    Vector x{}, y{};
    for (int i = 0; i < rounds; ++i) {
        asm volatile("" : "+m"(x), "+m"(y));  // not known to be zero
        for (Vector& sum : sums) sum += x * y;
    }
    asm volatile("" : : "m"(sums));
}

struct Block {
    std::string name;
    void (*run)();
    int lanes;
};

Block block(int vector_bytes) {
#if defined(__x86_64__)
    if (vector_bytes >= 64 && __builtin_cpu_supports("avx512f")) return {"avx512", run_avx512, 16};
    if (vector_bytes >= 32 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return {"avx2", run_avx2, 8};
#endif
    return {"portable", run_portable, 4};
}

/// The shortest of the calls that fit into `seconds`.
template <class Body>
double least_time(double seconds, const Body& body) {
    body();
    double least = 1e9;
    for (const double end = now_s() + seconds; now_s() < end;) {
        const double begin = now_s();
        body();
        least = std::min(least, now_s() - begin);
    }
    return least;
}

}  // namespace

double now_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::string fma_kind(int vector_bytes) { return block(vector_bytes).name; }

double measure_fma_peak(Executor& executor, double seconds, int vector_bytes) {
    const int threads = executor.thread_count();
    const Block chosen = block(vector_bytes);
    const double time_s =
        least_time(seconds, [&] { parallel_for(executor, threads, [&](int) { chosen.run(); }); });
    return 2.0 * chosen.lanes * chains * rounds * threads / time_s;
}

double measure_copy(Executor& executor, double bytes, double seconds) {
    const size_t threads = static_cast<size_t>(executor.thread_count());
    const size_t part = std::max<size_t>(64, static_cast<size_t>(bytes) / 2 / threads / 64 * 64);
    std::vector<char> from(part * threads, 1), to(part * threads);
    // Small copies are repeated, so that the clock and the threads' start do not count.
    const size_t repeats = std::max<size_t>(1, (size_t{1} << 20) / part);
    const double time_s = least_time(seconds, [&] {
        parallel_for(executor, static_cast<int>(threads), [&](int index) {
            const size_t at = static_cast<size_t>(index) * part;
            for (size_t i = 0; i < repeats; ++i) {
                std::memcpy(to.data() + at, from.data() + at, part);
                asm volatile("" : : "r"(to.data()) : "memory");
            }
        });
    });
    return 2.0 * static_cast<double>(part * threads * repeats) / time_s;
}

}  // namespace lithe::bench
