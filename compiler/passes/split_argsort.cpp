#include <bit>
#include <limits>
#include <utility>

#include "compiler/ir/sort.h"
#include "compiler/passes/numbers.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

/// Nanoseconds: of an element in one round of a merge sort, of two that are compared in a vector,
/// of an element that is looked at or copied, of one more kernel.
constexpr double merge_ns = 7, compare_ns = .09, touch_ns = 1, kernel_ns = 500;
constexpr int most_depth = 2;  ///< of blocks in blocks

double sort_ns(int64_t size, DType dtype) {
    const auto n = static_cast<double>(size);
    const double lanes = size_bytes(dtype) == 8 ? 2 : 1;  // a vector has half as many
    if (size <= ir::longest_ranked(dtype)) return n * n * compare_ns * lanes + n * touch_ns;
    return n * std::bit_width(static_cast<uint64_t>(size)) * merge_ns;
}

struct Plan {
    double ns = 0;
    int64_t block = 0;  ///< elements of a block; 0: all are sorted
};

/// The cheapest way to the first `count` of `size` elements.
Plan plan(int64_t size, int64_t count, DType dtype, int depth) {
    Plan best{sort_ns(size, dtype), 0};
    if (depth == 0) return best;
    for (int64_t block = 4; block <= 256; block *= 2) {
        const int64_t blocks = size / block, candidates = count * block + size % block;
        if (blocks < count || candidates >= size / 2) break;
        const double ns = static_cast<double>(size + 4 * candidates) * touch_ns + 8 * kernel_ns +
                          plan(blocks, count, dtype, depth - 1).ns + sort_ns(count, DType::i64) +
                          plan(candidates, count, dtype, depth - 1).ns;
        if (ns < best.ns) best = {ns, block};
    }
    return best;
}

/// Makes the nodes for the first elements of the order along one axis.
class Top {
public:
    Top(ir::Graph& graph, const ir::Node& argsort, Dim count)
        : graph_(graph),
          axis_(argsort.attrs().get_dim("axis")),
          at_(static_cast<size_t>(axis_.constant())),
          is_descending_(argsort.attrs().get_bool("descending")),
          count_(std::move(count)) {}

    /// Nothing where sorting all of x is as good.
    ir::Value split(ir::Value x, int depth = most_depth) {
        const int64_t size = x.type().shape[at_].constant();
        const int64_t block = plan(size, count_.constant(), x.type().dtype, depth).block;
        if (block == 0) return {};
        const int64_t in_blocks = size / block * block;
        ir::Value found = places_in(chosen_blocks(x, in_blocks, block, depth), block);
        if (in_blocks < size) {
            Shape rest = found.type().shape;
            rest[at_] = Dim(size - in_blocks);
            const ir::Value behind = graph_.add(
                "expand", {places(graph_, in_blocks, size - in_blocks, x.type().rank() - at())},
                {{"shape", rest}});
            found = graph_.add("cat", {found, behind}, {{"axis", axis_}});
        }
        const ir::Value candidates = taken(x, found);
        return taken(found, first(candidates, depth - 1));
    }

private:
    int at() const { return static_cast<int>(at_); }

    ir::Value first(ir::Value x, int depth) {
        if (ir::Value split_one = split(x, depth)) return split_one;
        return sliced(sorted(x, is_descending_), count_);
    }
    ir::Value sorted(ir::Value x, bool is_descending) {
        return graph_.add("argsort", {x}, {{"axis", axis_}, {"descending", is_descending}});
    }
    ir::Value sliced(ir::Value x, const Dim& size) {
        if (same(x.type().shape[at_], size)) return x;
        return graph_.add("slice", {x},
                          {{"axis", axis_}, {"begin", Dim(0)}, {"size", size}, {"step", Dim(1)}});
    }
    ir::Value taken(ir::Value x, ir::Value index) {
        return graph_.add("gather", {x, index}, {{"axis", axis_}});
    }

    /// The numbers of the blocks whose first elements come first, in rising order: equal elements
    /// keep theirs.
    ir::Value chosen_blocks(ir::Value x, int64_t in_blocks, int64_t block, int depth) {
        const ir::Value whole = sliced(x, Dim(in_blocks));
        Shape shape = whole.type().shape;
        shape[at_] = Dim(in_blocks / block);
        shape.insert(shape.begin() + at() + 1, Dim(block));
        const ir::Value blocks = graph_.add("reshape", {whole}, {{"shape", shape}});
        const ir::Value chosen = first(first_of_blocks(blocks), depth - 1);
        return taken(chosen, sorted(chosen, false));
    }

    /// The element of each block that comes first; NaN is the largest.
    ir::Value first_of_blocks(ir::Value x) {
        if (is_descending_) return reduced("amax", x);
        if (!is_floating(x.type().dtype)) return reduced("amin", x);
        const double infinity = std::numeric_limits<double>::infinity();
        const auto like_x = [&](double value) { return number(graph_, value, x.type().dtype); };
        const ir::Value is_number = graph_.add("eq", {x, x}, {});
        const ir::Value least =
            reduced("amin", graph_.add("where", {is_number, x, like_x(infinity)}, {}));
        const ir::Value has_number =
            reduced("amax", graph_.add("where", {is_number, like_x(1), like_x(0)}, {}));
        return graph_.add("where",
                          {graph_.add("eq", {has_number, like_x(1)}, {}), least,
                           like_x(std::numeric_limits<double>::quiet_NaN())},
                          {});
    }
    ir::Value reduced(const char* op, ir::Value x) {
        return graph_.add(op, {x}, {{"axes", Shape{Dim(at() + 1)}}, {"keepdim", false}});
    }

    /// The places of all elements of blocks.
    ir::Value places_in(ir::Value blocks, int64_t block) {
        Shape apart = blocks.type().shape, together = apart;
        apart.insert(apart.begin() + at() + 1, Dim(1));
        together[at_] = together[at_] * Dim(block);
        const ir::Value size = number(graph_, Dim(block), DType::i64);
        const ir::Value begins =
            graph_.add("mul", {graph_.add("reshape", {blocks}, {{"shape", apart}}), size}, {});
        const int rank = static_cast<int>(apart.size()) - at() - 1;
        const ir::Value all = graph_.add("add", {begins, places(graph_, 0, block, rank)}, {});
        return graph_.add("reshape", {all}, {{"shape", together}});
    }

    ir::Graph& graph_;
    Dim axis_;
    size_t at_;
    bool is_descending_;
    Dim count_;
};

/// The sort that a node takes the first elements of; null where it does something else.
const ir::Node* sort_of_first(const ir::Node& node) {
    if (!node.is("slice") || !node.input(0).node->is("argsort")) return nullptr;
    const ir::Node& argsort = *node.input(0).node;
    const auto axis = static_cast<size_t>(argsort.attrs().get_int("axis"));
    const bool is_first = node.attrs().get_int("axis") == argsort.attrs().get_int("axis") &&
                          node.attrs().get_dim("begin").is_constant(0) &&
                          node.attrs().get_int("step") == 1;
    const TensorType& x = argsort.input(0).type();
    const Dim& count = node.type().shape[axis];
    const bool is_known = x.shape[axis].is_constant() && count.is_constant();
    return is_first && is_known && count.constant() > 0 && x.dtype != DType::boolean ? &argsort
                                                                                     : nullptr;
}

}  // namespace

bool split_argsort(ir::Graph& graph) {
    return ir::rewrite(graph, [&](ir::Node& node) -> ir::Value {
        const ir::Node* argsort = sort_of_first(node);
        if (!argsort) return {};
        return Top(graph, *argsort, node.attrs().get_dim("size")).split(argsort->input(0));
    });
}

}  // namespace lithe::passes
