#pragma once

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <vector>

#include "runtime/executor.h"

namespace probe {

/// As the harness pins its peers: one thread to CPU 1, several to CPUs 0, 1, ...
inline void pin(int threads) {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    for (int i = 0; i < threads; ++i) CPU_SET(threads == 1 ? 1 : i, &cpus);
    pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);  // one CPU in all: it runs there
}

/// The value with as many below as above.
inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace probe
