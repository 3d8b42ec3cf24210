// The harness's membw for CPUs without AVX-512: reads a buffer that is split over the threads.
// usage: membw THREADS MB_TOTAL; prints one JSON line, GB/s.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "bench/kernels/machine.h"
#include "probe.h"

namespace {

using Vector [[gnu::vector_size(16), gnu::may_alias]] = int64_t;

/// Their sum: without it nothing would be read. `count` is a multiple of 8.
int64_t read(const Vector* values, size_t count) {
    Vector sums[8]{};
    for (size_t i = 0; i < count; i += 8) {
        for (size_t k = 0; k < 8; ++k) sums[k] += values[i + k];
    }
    Vector sum{};
    for (const Vector& part : sums) sum += part;
    return sum[0] + sum[1];
}

}  // namespace

int main(int argc, char** argv) {
    const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
    const int megabytes = argc > 2 ? std::atoi(argv[2]) : 0;
    if (threads < 1 || megabytes < 1) {
        std::fprintf(stderr, "usage: membw THREADS MB_TOTAL\n");
        return 2;
    }
    probe::pin(threads);
    const size_t vectors = (static_cast<size_t>(megabytes) << 20) / static_cast<size_t>(threads) /
                           sizeof(Vector) / 8 * 8;
    const double bytes = static_cast<double>(vectors * sizeof(Vector)) * threads;
    std::vector<std::vector<Vector>> parts(static_cast<size_t>(threads));
    std::vector<int64_t> sums(parts.size());
    lithe::ThreadPool pool(threads);
    const auto run = [&] {
        lithe::parallel_for(pool, threads, [&](int index) {
            const auto at = static_cast<size_t>(index);
            if (parts[at].empty()) parts[at].assign(vectors, Vector{1, 1});
            sums[at] = read(parts[at].data(), vectors);
            asm volatile("" : : "r"(sums[at]) : "memory");
        });
    };
    run();
    const int turns = std::clamp(static_cast<int>((int64_t{2} << 30) / bytes), 9, 400);
    std::vector<double> rates;
    for (int i = 0; i < turns; ++i) {
        const double begin = lithe::bench::now_s();
        run();
        rates.push_back(bytes / (lithe::bench::now_s() - begin) * 1e-9);
    }
    std::printf("{\"threads\": %d, \"mb\": %d, \"gbs_best\": %.1f, \"gbs_median\": %.1f}\n",
                threads, megabytes, *std::max_element(rates.begin(), rates.end()),
                probe::median(rates));
}
