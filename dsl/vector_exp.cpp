#include "dsl/vector_exp.h"

#include <bit>
#include <limits>

namespace lithe {
namespace {

/// exp(t) = 2^n 2^r with r within -1/2..1/2 and the Taylor series of 2^r to r^8: the rest is below
/// 2e-10.
[[gnu::always_inline]] inline void run(const float* x, double offset, double* y, int64_t count) {
    constexpr double log2_e = 1.4426950408889634, ln_2 = 0.6931471805599453;
    constexpr double shifter = 0x1.8p52;  // added, it leaves the integer in the lowest bits
    constexpr double largest = 1010, smallest = -1010;
    for (int64_t i = 0; i < count; ++i) {
        const double t = (static_cast<double>(x[i]) - offset) * log2_e;
        double bounded = t > largest ? largest : t;
        bounded = bounded < smallest ? smallest : bounded;
        const double shifted = bounded + shifter;
        const double r = (bounded - (shifted - shifter)) * ln_2;
        double power = 1.0 / 40320;
        power = power * r + 1.0 / 5040;
        power = power * r + 1.0 / 720;
        power = power * r + 1.0 / 120;
        power = power * r + 1.0 / 24;
        power = power * r + 1.0 / 6;
        power = power * r + 0.5;
        power = power * r + 1;
        power = power * r + 1;
        const double scaled = std::bit_cast<double>(std::bit_cast<uint64_t>(power) +
                                                    (std::bit_cast<uint64_t>(shifted) << 52));
        double result = t >= largest ? std::numeric_limits<double>::infinity() : scaled;
        result = t <= smallest ? 0 : result;
        y[i] = t == t ? result : t;
    }
}

using Run = void (*)(const float*, double, double*, int64_t);

void run_plain(const float* x, double offset, double* y, int64_t count) {
    run(x, offset, y, count);
}
#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) void run_avx2(const float* x, double offset, double* y,
                                                  int64_t count) {
    run(x, offset, y, count);
}
__attribute__((target("avx512f,avx512dq"))) void run_avx512(const float* x, double offset,
                                                            double* y, int64_t count) {
    run(x, offset, y, count);
}

Run best() {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) return run_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return run_avx2;
    return run_plain;
}
#else
Run best() { return run_plain; }
#endif

}  // namespace

void exp_all(const float* x, double offset, double* y, int64_t count) {
    static const Run chosen = best();
    chosen(x, offset, y, count);
}

RowPowers row_powers(const float* x, std::span<double> powers) {
    float largest = -std::numeric_limits<float>::infinity();
    bool has_nan = false;
    for (size_t k = 0; k < powers.size(); ++k) {
        largest = x[k] > largest ? x[k] : largest;
        has_nan |= x[k] != x[k];
    }
    if (has_nan) largest = std::numeric_limits<float>::quiet_NaN();
    exp_all(x, largest, powers.data(), static_cast<int64_t>(powers.size()));
    double total = 0;
    for (const double power : powers) total += power;
    return {largest, total};
}

}  // namespace lithe
