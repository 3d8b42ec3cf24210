#pragma once

#include <cstdint>
#include <vector>

namespace lithe::plan {

/// A buffer that is needed from step `first` to step `last`, both included.
struct Interval {
    int64_t size_bytes = 0;
    int first = 0, last = 0;
};

struct Layout {
    std::vector<int64_t> offsets;   ///< of every interval
    int64_t size_bytes = 0;         ///< of the whole arena
    int64_t lower_bound_bytes = 0;  ///< the most that is live at once: no layout is smaller
};

inline constexpr int64_t alignment_bytes = 64;

/// Lays buffers out in one arena: several orders and placements are tried and the smallest result
/// is kept; stops at the lower bound.
Layout plan_memory(const std::vector<Interval>& intervals);

/// Whether no two buffers that are live together overlap and all lie inside; written apart from
/// the planner on purpose.
bool is_valid(const std::vector<Interval>& intervals, const Layout& layout);

}  // namespace lithe::plan
