#include "compiler/lower/window_tree.h"

namespace lithe::lower {
namespace {

using Halide::Internal::IntImm;

}  // namespace

int64_t known_product(const Coords& extents) {
    int64_t product = 1;
    for (const Halide::Expr& extent : extents) {
        const auto* constant = extent.as<IntImm>();
        product *= constant ? constant->value : 0;
    }
    return product;
}

std::vector<Halide::Expr> window_elements(const Coords& extents, const ReduceBody& value) {
    std::vector<Halide::Expr> values;
    for (int64_t flat = 0; flat < known_product(extents); ++flat) {
        Coords index(extents.size());
        int64_t rest = flat;
        for (size_t i = extents.size(); i-- > 0;) {
            const int64_t extent = extents[i].as<IntImm>()->value;
            index[i] = static_cast<int32_t>(rest % extent);
            rest /= extent;
        }
        values.push_back(value(index));
    }
    return values;
}

Halide::Expr window_tree(Reduce kind, const Coords& extents, const ReduceBody& value) {
    // An element stands in several places of a step, and Halide walks an Expr as a tree.
    return Halide::Internal::common_subexpression_elimination(
        fold_pairs(kind, window_elements(extents, value)));
}

}  // namespace lithe::lower
