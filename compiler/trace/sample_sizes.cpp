#include "compiler/trace/sample_sizes.h"

#include <algorithm>
#include <iterator>

namespace lithe::tracing {
namespace {

/// In multiples of what the size is one of.
int64_t value_at(const Dim& size, const ir::Symbol& symbol, int64_t value) {
    const auto result = size.evaluate([&](const std::string&) { return std::optional(value); });
    const bool is_symbol = same(size, Dim::symbol(symbol.name));
    return result.value_or(0) / (is_symbol ? symbol.multiple_of : 1);
}

/// The small divisors by which the value leaves another rest than all those seen; the smaller
/// count more, for code asks for them more often.
int64_t new_residues(int64_t value, const std::set<int64_t>& seen) {
    int64_t gain = 0;
    for (const int64_t divisor : {2, 3, 4, 5, 7, 8}) {
        const bool is_new = std::none_of(seen.begin(), seen.end(), [&](int64_t other) {
            return other % divisor == value % divisor;
        });
        if (is_new) gain += 840 / divisor;
    }
    return gain;
}

}  // namespace

int64_t nearest_in_range(const ir::Symbol& symbol, int64_t wanted) {
    const int64_t m = symbol.multiple_of;
    int64_t value = std::clamp((wanted + m - 1) / m * m, symbol.min, symbol.max);
    if (value % m != 0) value = value / m * m;
    return std::max(value, symbol.min);
}

Samples base_samples(const ir::Program& program) {
    // Small primes, one a symbol: sizes that differ by name differ by value.
    constexpr int64_t primes[] = {5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    Samples samples;
    size_t next = 0;
    for (const ir::Symbol& symbol : program.symbols) {
        int64_t value = nearest_in_range(symbol, primes[next++ % std::size(primes)]);
        // The least size is often one at which code does something else: no resizing, no loop.
        if (value == symbol.min) {
            const auto steps = static_cast<int64_t>(next);
            value = nearest_in_range(symbol, symbol.min + steps * symbol.multiple_of);
        }
        samples[symbol.name] = value;
    }
    return samples;
}

int64_t telling(const ir::Symbol& symbol, const Samples& base, const std::vector<Dim>& escaped) {
    const auto changes_at = [&](int64_t value) {
        return std::count_if(escaped.begin(), escaped.end(), [&](const Dim& size) {
            Samples samples = base;
            const auto value_of = [&](const std::string& name) -> std::optional<int64_t> {
                return samples.at(name);
            };
            const auto before = size.evaluate(value_of);
            samples[symbol.name] = value;
            return before != size.evaluate(value_of);
        });
    };
    int64_t best = other(symbol, base.at(symbol.name), {});
    for (const int64_t turns : {5, 8, 16, 32, 64}) {
        const int64_t value = base.at(symbol.name) + turns * symbol.multiple_of;
        if (value > symbol.max) break;
        if (changes_at(value) > changes_at(best)) best = value;
    }
    return best;
}

int64_t other(const ir::Symbol& symbol, int64_t base, const std::set<int64_t>& taken) {
    for (const int64_t wanted :
         {base + 2 * symbol.multiple_of, base + 5 * symbol.multiple_of, base - symbol.multiple_of,
          base - 2 * symbol.multiple_of, symbol.max, symbol.min}) {
        const int64_t value = nearest_in_range(symbol, wanted);
        if (value != base && !taken.contains(value)) return value;
    }
    return symbol.min;
}

Samples with_other_residues(const ir::Program& program, const std::vector<Recording>& recordings,
                            int64_t reach) {
    Samples samples = recordings[0].samples;
    for (const ir::Symbol& symbol : program.symbols) {
        std::vector<Dim> sizes{Dim::symbol(symbol.name)};
        for (const Dim& size : recordings[0].escaped) {
            if (size.symbols() == std::vector{symbol.name}) sizes.push_back(size);
        }
        const auto gain_of = [&](int64_t value) {
            int64_t gain = 0;
            for (const Dim& size : sizes) {
                std::set<int64_t> seen;
                for (const Recording& r : recordings) {
                    seen.insert(value_at(size, symbol, r.samples.at(symbol.name)));
                }
                gain += new_residues(value_at(size, symbol, value), seen);
            }
            return gain;
        };
        int64_t most = 0;
        const int64_t base = recordings[0].samples.at(symbol.name) / symbol.multiple_of;
        const int64_t first = reach == near_reach ? base : std::max<int64_t>(base - 8, 0);
        for (int64_t turn = first; turn < base + reach; ++turn) {
            const int64_t value = turn * symbol.multiple_of;
            // The least size and 1 are left alone, as in base_samples.
            if (value <= symbol.min || value > symbol.max || value == 1) continue;
            if (const int64_t gain = gain_of(value); gain > most) {
                most = gain;
                samples[symbol.name] = value;
            }
        }
    }
    return samples;
}

Samples neighbour(const ir::Program& program, const Samples& base, int64_t turn) {
    Samples samples;
    int64_t stride = 1;
    for (const ir::Symbol& symbol : program.symbols) {
        const int64_t wanted = base.at(symbol.name) + turn * stride * symbol.multiple_of;
        samples[symbol.name] = nearest_in_range(symbol, wanted);
        stride += 2;
    }
    return samples;
}

}  // namespace lithe::tracing
