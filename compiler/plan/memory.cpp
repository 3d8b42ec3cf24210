#include "compiler/plan/memory.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace lithe::plan {
namespace {

int64_t aligned(int64_t size) {
    return (size + alignment_bytes - 1) / alignment_bytes * alignment_bytes;
}

bool overlap_in_time(const Interval& a, const Interval& b) {
    return a.first <= b.last && b.first <= a.last;
}

int64_t max_live(const std::vector<Interval>& intervals) {
    int last = 0;
    for (const Interval& interval : intervals) last = std::max(last, interval.last);
    std::vector<int64_t> change(static_cast<size_t>(last) + 2, 0);
    for (const Interval& interval : intervals) {
        change[static_cast<size_t>(interval.first)] += aligned(interval.size_bytes);
        change[static_cast<size_t>(interval.last) + 1] -= aligned(interval.size_bytes);
    }
    int64_t live = 0, most = 0;
    for (const int64_t step : change) most = std::max(most, live += step);
    return most;
}

/// Puts one buffer after the other at the lowest free place, or into the smallest gap.
Layout place(const std::vector<Interval>& intervals, const std::vector<size_t>& order,
             bool smallest_gap) {
    Layout layout;
    layout.offsets.assign(intervals.size(), 0);
    std::vector<size_t> placed;  // by offset
    for (const size_t i : order) {
        const int64_t size = aligned(intervals[i].size_bytes);
        int64_t best = -1, best_gap = INT64_MAX, free_from = 0;
        for (const size_t j : placed) {
            if (!overlap_in_time(intervals[i], intervals[j])) continue;
            const int64_t gap = layout.offsets[j] - free_from;
            if (gap >= size && gap < best_gap) {
                best = free_from;
                best_gap = gap;
                if (!smallest_gap) break;
            }
            free_from = std::max(free_from, layout.offsets[j] + aligned(intervals[j].size_bytes));
        }
        layout.offsets[i] = best >= 0 ? best : free_from;
        layout.size_bytes = std::max(layout.size_bytes, layout.offsets[i] + size);
        placed.insert(std::upper_bound(placed.begin(), placed.end(), i,
                                       [&](size_t a, size_t b) {
                                           return layout.offsets[a] < layout.offsets[b];
                                       }),
                      i);
    }
    return layout;
}

std::vector<size_t> sorted_by(const std::vector<Interval>& intervals,
                              const std::function<int64_t(const Interval&)>& weight) {
    std::vector<size_t> order(intervals.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return weight(intervals[a]) > weight(intervals[b]);
    });
    return order;
}

}  // namespace

Layout plan_memory(const std::vector<Interval>& intervals) {
    const int64_t bound = max_live(intervals);
    const std::vector<std::vector<size_t>> orders = {
        sorted_by(intervals, [](const Interval& b) { return b.size_bytes; }),
        sorted_by(intervals,
                  [](const Interval& b) { return b.size_bytes * (b.last - b.first + 1); }),
        sorted_by(intervals, [](const Interval& b) { return int64_t{b.last} - b.first; }),
        sorted_by(intervals, [](const Interval& b) { return -int64_t{b.first}; }),
    };
    Layout best;
    best.size_bytes = INT64_MAX;
    for (const auto& order : orders) {
        for (const bool smallest_gap : {false, true}) {
            Layout layout = place(intervals, order, smallest_gap);
            if (layout.size_bytes < best.size_bytes) best = std::move(layout);
            if (best.size_bytes == bound) break;
        }
    }
    best.lower_bound_bytes = bound;
    return best;
}

bool is_valid(const std::vector<Interval>& intervals, const Layout& layout) {
    for (size_t i = 0; i < intervals.size(); ++i) {
        const int64_t begin = layout.offsets[i], end = begin + intervals[i].size_bytes;
        if (begin < 0 || begin % alignment_bytes != 0 || end > layout.size_bytes) return false;
        for (size_t j = 0; j < i; ++j) {
            const bool together =
                !(intervals[i].last < intervals[j].first || intervals[j].last < intervals[i].first);
            const bool apart =
                end <= layout.offsets[j] || layout.offsets[j] + intervals[j].size_bytes <= begin;
            if (together && !apart) return false;
        }
    }
    return true;
}

}  // namespace lithe::plan
