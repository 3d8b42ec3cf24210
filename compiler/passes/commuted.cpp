#include "compiler/passes/commuted.h"

#include <algorithm>
#include <vector>

#include "compiler/passes/permutes.h"

namespace lithe::passes {
namespace {

/// Axes [from, from_end) that a reshape makes [to, to_end) of.
struct Part {
    size_t from = 0, from_end = 0, to = 0, to_end = 0;
};

/// Whether the next axis comes from the left: that side is smaller, or has more axes to give.
bool takes_left(const Dim& left, const Dim& right, size_t more_left, size_t more_right) {
    if (left.is_constant() && right.is_constant()) return left.constant() < right.constant();
    return more_left > more_right;
}

/// The smallest parts that keep their elements among themselves; empty where none are seen.
std::vector<Part> parts_of(const Shape& from, const Shape& to) {
    std::vector<Part> parts;
    size_t i = 0, j = 0;
    while (i < from.size() && j < to.size()) {
        Part part{i, i + 1, j, j + 1};
        Dim left = from[i], right = to[j];
        while (!same(left, right)) {
            const size_t more_left = from.size() - part.from_end,
                         more_right = to.size() - part.to_end;
            const bool is_left = takes_left(left, right, more_left, more_right);
            if ((is_left ? more_left : more_right) == 0) return {};
            if (is_left) {
                left *= from[part.from_end++];
            } else {
                right *= to[part.to_end++];
            }
        }
        parts.push_back(part);
        i = part.from_end;
        j = part.to_end;
    }
    if (parts.empty()) return {};
    for (; i < from.size(); ++i) {
        if (!from[i].is_constant(1)) return {};
        parts.back().from_end = i + 1;
    }
    for (; j < to.size(); ++j) {
        if (!to[j].is_constant(1)) return {};
        parts.back().to_end = j + 1;
    }
    return parts;
}

}  // namespace

std::optional<Commuted> commuted(const ir::Node& permute, const Shape& reshaped) {
    const std::vector<int64_t> order = permute.attrs().get_ints("perm");
    std::vector<Part> parts = parts_of(permute.type().shape, reshaped);
    if (parts.empty()) return std::nullopt;
    for (const Part& part : parts) {
        for (size_t i = part.from + 1; i < part.from_end; ++i) {
            if (order[i] != order[i - 1] + 1) return std::nullopt;
        }
    }
    std::sort(parts.begin(), parts.end(),
              [&](const Part& a, const Part& b) { return order[a.from] < order[b.from]; });
    Commuted result;
    result.perm.resize(reshaped.size());
    for (const Part& part : parts) {
        for (size_t j = part.to; j < part.to_end; ++j) {
            result.perm[j] = Dim(static_cast<int64_t>(result.shape.size()));
            result.shape.push_back(reshaped[j]);
        }
    }
    return result;
}

ir::Value with_one_permute(ir::Graph& graph, const ir::Node& permute) {
    const ir::Node& reshape = *permute.input(0).node;
    if (!permute.is("permute") || !reshape.is("reshape")) return {};
    const ir::Node& inner = *reshape.input(0).node;
    if (!inner.is("permute")) return {};
    const auto turned = commuted(inner, reshape.type().shape);
    if (!turned) return {};
    const ir::Value x = graph.add("reshape", {inner.input(0)}, {{"shape", turned->shape}});
    Shape perm;
    for (const int64_t axis : permute.attrs().get_ints("perm"))
        perm.push_back(turned->perm[static_cast<size_t>(axis)]);
    return permuted(graph, x, perm);
}

}  // namespace lithe::passes
