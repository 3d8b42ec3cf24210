// Integers that are a rounded part of a size, or of what lies between two sizes: where a crop to
// the middle begins and ends. Small numbers as these agree by chance with much, so the solver asks
// for many recordings first.
#include "compiler/trace/solve_sizes.h"

namespace lithe::tracing {

/// `size / d`, `(size - k * other) / d`, rounded either way, alone or beside a multiple of a size.
std::optional<Dim> SizeSolver::part(const std::vector<Dim>& seen) const {
    std::vector<int64_t> values;
    for (const Dim& dim : seen) values.push_back(dim.constant());
    const std::vector<Known> sizes = known_sizes();
    for (const Known& line : lines(sizes)) {
        if (auto result = rounded_part(line, values, sizes)) return result;
    }
    return {};
}

/// The sizes, then the distances between one and a multiple of another.
std::vector<SizeSolver::Known> SizeSolver::lines(const std::vector<Known>& sizes) const {
    constexpr size_t most_pairs = 24;  // sizes; beyond, pairs would be too many to agree by chance
    std::vector<Known> result = sizes;
    if (sizes.size() > most_pairs) return result;
    for (const Known& a : sizes) {
        for (const Known& b : sizes) {
            if (&a == &b) continue;
            for (const int64_t multiple : {1, 2, 4, 8, 16}) {
                if (auto line = known(a.size - multiple * b.size)) result.push_back(*line);
            }
        }
    }
    return result;
}

std::optional<Dim> SizeSolver::rounded_part(const Known& line, const std::vector<int64_t>& seen,
                                            const std::vector<Known>& sizes) const {
    for (const int64_t divisor : {2, 3, 4, 8}) {
        for (const int64_t up : {int64_t{0}, divisor - 1}) {
            const Dim part = floor_div(line.size + up, divisor);
            const std::optional<Known> at = known(part);
            if (!at) continue;
            for (const int64_t sign : {1, -1}) {
                std::vector<int64_t> rest;
                for (size_t r = 0; r < seen.size(); ++r) {
                    rest.push_back(seen[r] - sign * at->values[r]);
                }
                if (const std::optional<Dim> other = multiple_of_one(rest, sizes)) {
                    return *other + sign * part;
                }
                if (const std::optional<Dim> other = multiple_of_one(rest, {line})) {
                    return *other + sign * part;
                }
            }
        }
    }
    return {};
}

/// Nothing at all, or a small multiple of one of the sizes.
std::optional<Dim> SizeSolver::multiple_of_one(const std::vector<int64_t>& seen,
                                               const std::vector<Known>& sizes) const {
    constexpr int64_t most = 16;
    const auto is_multiple = [&](const std::vector<int64_t>& values, int64_t multiple) {
        for (size_t r = 0; r < seen.size(); ++r) {
            if (seen[r] != multiple * values[r]) return false;
        }
        return true;
    };
    if (is_multiple(seen, 0)) return Dim(0);
    for (const Known& size : sizes) {
        if (size.values[0] == 0 || seen[0] % size.values[0] != 0) continue;
        const int64_t multiple = seen[0] / size.values[0];
        if (multiple == 0 || multiple > most || multiple < -most) continue;
        if (is_multiple(size.values, multiple)) return multiple * size.size;
    }
    return {};
}

}  // namespace lithe::tracing
