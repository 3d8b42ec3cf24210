#include "compiler/driver/multiply_add_peak.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace lithe::driver {
namespace {

constexpr int rounds = 20000, chains = 12;

double seconds(void (*run)()) {
    using Clock = std::chrono::steady_clock;
    double least = 1;
    for (int i = 0; i < 30; ++i) {
        const Clock::time_point begin = Clock::now();
        run();
        least = std::min(least, std::chrono::duration<double>(Clock::now() - begin).count());
    }
    return least;
}

#if defined(__x86_64__)
// The chains are independent. In assembly, since it is one instruction that is to be counted.
#define LITHE_CHAINS(r)                                                                         \
    "1:\n" LITHE_STEP(r, 2) LITHE_STEP(r, 3) LITHE_STEP(r, 4) LITHE_STEP(r, 5) LITHE_STEP(r, 6) \
        LITHE_STEP(r, 7) LITHE_STEP(r, 8) LITHE_STEP(r, 9) LITHE_STEP(r, 10) LITHE_STEP(r, 11)  \
            LITHE_STEP(r, 12) LITHE_STEP(r, 13) "dec %0\njnz 1b\n"
#define LITHE_STEP(r, n) "vfmadd231ps %%" r "0, %%" r "1, %%" r #n "\n"

void run_wide() {
    int64_t left = rounds;
    asm volatile(LITHE_CHAINS("zmm")
                 : "+r"(left)
                 :
                 : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                   "xmm10", "xmm11", "xmm12", "xmm13", "cc");
}

void run_narrow() {
    int64_t left = rounds;
    asm volatile(LITHE_CHAINS("ymm")
                 : "+r"(left)
                 :
                 : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                   "xmm10", "xmm11", "xmm12", "xmm13", "cc");
}
#undef LITHE_STEP
#undef LITHE_CHAINS
#endif

}  // namespace

double multiply_add_peak() {
    double lanes = 0, time_s = 1;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
        lanes = 16;
        time_s = seconds(run_wide);
    } else if (__builtin_cpu_supports("fma")) {
        lanes = 8;
        time_s = seconds(run_narrow);
    }
#endif
    return 2.0 * lanes * chains * rounds / time_s * 1e-9;
}

}  // namespace lithe::driver
