#include "compiler/passes/transposed_filters.h"

namespace lithe::passes {
namespace {

/// [K, C, rounds, s, rounds, s, ...].
Shape in_rounds(const Shape& w, const Shape& stride) {
    Shape shape{w[0], w[1]};
    for (size_t i = 0; i < stride.size(); ++i) {
        shape.push_back(floor_div(w[i + 2], stride[i]));
        shape.push_back(stride[i]);
    }
    return shape;
}

}  // namespace

ir::Value rotated_rounds(ir::Graph& graph, ir::Value w, const Shape& stride, const Shape& begin) {
    const Shape have = w.type().shape;
    w = graph.add("reshape", {w}, {{"shape", in_rounds(have, stride)}});
    for (size_t i = 0; i < stride.size(); ++i) {
        if (begin[i].is_constant(0)) continue;
        const Dim axis = static_cast<int64_t>(3 + 2 * i), one = 1;
        const auto taps = [&](const Dim& first, const Dim& size) {
            return graph.add("slice", {w},
                             {{"axis", axis}, {"begin", first}, {"size", size}, {"step", one}});
        };
        const ir::Value last = taps(begin[i], stride[i] - begin[i]), first = taps(0, begin[i]);
        w = graph.add("cat", {last, first}, {{"axis", axis}});
    }
    return graph.add("reshape", {w}, {{"shape", have}});
}

ir::Value filters_of_neighbours(ir::Graph& graph, ir::Value w, const Shape& stride) {
    const Shape have = w.type().shape;
    Shape flipped, perm, shape{lithe::product(stride) * have[1], have[0]};
    for (size_t i = 0; i < stride.size(); ++i) {
        flipped.push_back(Dim(static_cast<int64_t>(2 + 2 * i)));
        perm.push_back(Dim(static_cast<int64_t>(3 + 2 * i)));
        shape.push_back(floor_div(have[i + 2], stride[i]));
    }
    perm.push_back(1);
    perm.push_back(0);
    perm.insert(perm.end(), flipped.begin(), flipped.end());
    w = graph.add("reshape", {w}, {{"shape", in_rounds(have, stride)}});
    w = graph.add("flip", {w}, {{"axes", flipped}});
    w = graph.add("permute", {w}, {{"perm", perm}});
    return graph.add("reshape", {w}, {{"shape", shape}});
}

}  // namespace lithe::passes
