// The harness's fma_peak for CPUs without AVX-512: the f32 FMA peak with the vectors that there
// are. usage: fma_peak THREADS [SECONDS]; prints one JSON line.
#include <cstdio>
#include <cstdlib>

#include "bench/kernels/machine.h"
#include "probe.h"

namespace {

/// Of the clock: a chain of multiplications, three cycles each on the CPUs that are common.
double clock_ghz() {
    constexpr int rounds = 200000, links = 4, cycles = 3;
    double best = 0;
    for (int turn = 0; turn < 20; ++turn) {
        long x = 3;
        const double begin = lithe::bench::now_s();
        for (int i = 0; i < rounds; ++i) {
            for (int k = 0; k < links; ++k) {
                x *= x;
                asm volatile("" : "+r"(x));  // not known
            }
        }
        const double time_s = lithe::bench::now_s() - begin;
        best = std::max(best, rounds * links * cycles / time_s * 1e-9);
    }
    return best;
}

}  // namespace

int main(int argc, char** argv) {
    const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
    const double seconds = argc > 2 ? std::atof(argv[2]) : 2;
    if (threads < 1 || seconds <= 0) {
        std::fprintf(stderr, "usage: fma_peak THREADS [SECONDS]\n");
        return 2;
    }
    probe::pin(threads);
    const double ghz = clock_ghz();
    lithe::ThreadPool pool(threads);
    constexpr int turns = 9;
    std::vector<double> rates;
    for (int i = 0; i < turns; ++i)
        rates.push_back(lithe::bench::measure_fma_peak(pool, seconds / turns) * 1e-9);
    std::printf(
        "{\"threads\": %d, \"gflops_p99\": %.2f, \"gflops_median\": %.2f, \"core_ghz\": %.3f}\n",
        threads, *std::max_element(rates.begin(), rates.end()), probe::median(rates), ghz);
}
