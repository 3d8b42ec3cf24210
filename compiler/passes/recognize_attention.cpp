#include <algorithm>
#include <cmath>
#include <optional>

#include "compiler/ir/ops.h"
#include "compiler/ir/regions.h"
#include "compiler/passes/constants.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/permutes.h"

namespace lithe::passes {
namespace {

/// More keys than these, and the scores of a block of queries do not fit beside the rest.
constexpr int64_t most_keys = 4096;

/// softmax(...) v, taken apart from the back.
struct Parts {
    ir::Value q, k, v, mask;
    double scale = 1;
    bool is_causal = false;
    /// Whether the scores are [keys, rows].
    bool is_turned = false;
};

/// The softmax over keys that is the weights, [rows, keys] or turned.
struct Weights {
    const ir::Node* softmax = nullptr;
    bool is_turned = false;
};

/// x where `node` is f(x, number) for elementwise f `name`.
std::optional<std::pair<ir::Value, double>> with_number(const ir::Node& node,
                                                        std::string_view name) {
    if (!node.is(name) || node.input_count() != 2) return std::nullopt;
    const std::optional<double> number = uniform_value(node.input(1));
    if (!number || node.input(1).type().count().constant() != 1) return std::nullopt;
    return std::make_pair(node.input(0), *number);
}

/// Takes factors off the value, also from below permutes.
ir::Value without_factors(ir::Value value, double& scale) {
    for (;;) {
        if (const auto product = with_number(*value.node, "mul")) {
            scale *= product->second;
            value = product->first;
        } else if (const auto quotient = with_number(*value.node, "div")) {
            scale /= quotient->second;
            value = quotient->first;
        } else {
            return value;
        }
    }
}

/// Which axis of a [rows, keys] mask an index runs along: a chain of reshapes and expands of an
/// arange.
int index_axis(ir::Value value, int rank) {
    int axis = -1;
    const Shape& shape = value.type().shape;
    for (size_t i = 0; i < shape.size(); ++i) {
        if (shape[i].is_constant(1)) continue;
        if (axis >= 0) return -1;
        axis = static_cast<int>(i) + rank - static_cast<int>(shape.size());
    }
    while (value.node->is("reshape") || value.node->is("expand")) value = value.node->input(0);
    const ir::Node& node = *value.node;
    const bool counts = node.is("arange") && node.attrs().get_float("start") == 0 &&
                        node.attrs().get_float("step") == 1;
    return counts ? axis : -1;
}

/// Whether the flags say `key > row`: as data, or as a comparison of indices.
bool is_later_key(ir::Value flags, int rank) {
    const Shape& shape = flags.type().shape;
    if (flags.type().dtype != DType::boolean || shape.size() < 2) return false;
    if (flags.node->is("lt") && flags.node->input_count() == 2) {
        return index_axis(flags.node->input(0), rank) == rank - 2 &&
               index_axis(flags.node->input(1), rank) == rank - 1;
    }
    const Array data = constant_data(flags);
    if (!data.defined()) return false;
    const Array dense = data.dense();
    const int64_t rows = dense.size(dense.rank() - 2), keys = dense.sizes().back();
    for (int64_t i = 0; i < dense.count(); ++i) {
        if (dense.data<bool>()[i] != (i % keys > i / keys % rows)) return false;
    }
    return true;
}

/// The largest value of a size over the ranges of its symbols; nothing where one has no upper end.
std::optional<int64_t> upper_bound(const ir::Program& program, const Dim& dim) {
    const std::vector<std::string> names = dim.symbols();
    if (names.size() > 8) return std::nullopt;
    int64_t most = 0;
    for (size_t corner = 0; corner < (size_t{1} << names.size()); ++corner) {
        const auto value = dim.evaluate([&](const std::string& name) -> std::optional<int64_t> {
            const auto at =
                static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
            for (const ir::Symbol& symbol : program.symbols) {
                if (symbol.name != name || symbol.max <= 0) continue;
                return (corner >> at) & 1 ? symbol.max : symbol.min;
            }
            return std::nullopt;
        });
        if (!value) return std::nullopt;
        most = std::max(most, *value);
    }
    return most;
}

bool is_minus_infinity(ir::Value value) { return uniform_value(value) == -HUGE_VAL; }

class Recognizer {
public:
    Recognizer(const ir::Program& program, ir::Graph& graph) : program_(program), graph_(graph) {}

    /// The node that takes the place of the product `node`; none where it ends no attention.
    ir::Value replacement(ir::Node& node) {
        if (!node.is("matmul") || node.type().dtype != DType::f32) return {};
        const int rank = node.type().rank();
        if (const auto weights = weights_of(node.input(0), rank, /*is_turned=*/false))
            return attention(node.type().shape, *weights, node.input(1));
        const auto weights = weights_of(node.input(1), rank, /*is_turned=*/true);
        if (!weights) return {};
        const ir::Value result = attention(with_matrices_turned(node.type().shape), *weights,
                                           with_matrices_turned(graph_, node.input(0)));
        return result ? with_matrices_turned(graph_, result) : result;
    }

private:
    /// `value`, of [rows, keys] or turned, as a softmax over keys that may be turned in between.
    static std::optional<Weights> weights_of(ir::Value value, int rank, bool is_turned) {
        if (value.type().rank() != rank) return std::nullopt;
        if (value.node->is("permute") &&
            is_identity(with_matrices_turned(value.node->attrs().get_shape("perm")))) {
            value = value.node->input(0);
            is_turned = !is_turned;
        }
        const bool fits = value.node->is("softmax") &&
                          value.node->attrs().get_int("axis") == rank - (is_turned ? 2 : 1);
        return fits ? std::make_optional(Weights{value.node, is_turned}) : std::nullopt;
    }

    /// softmax(...) v of `shape`; none where the scores are no product of queries and keys.
    ir::Value attention(const Shape& shape, const Weights& weights, ir::Value v) {
        const auto rank = static_cast<int>(shape.size());
        Parts parts;
        parts.is_turned = weights.is_turned;
        parts.v = v;
        if (!scores(weights.softmax->input(0), rank, parts) || !fits(shape, parts)) return {};
        std::vector<ir::Value> operands{parts.q, parts.k, parts.v};
        for (ir::Value& operand : operands) operand = slice_last(operand);
        if (parts.mask) operands.push_back(parts.mask);
        return graph_.add(ir::attention_op, operands,
                          {{"scale", parts.scale},
                           {"causal", parts.is_causal},
                           {"keys", Dim(*upper_bound(program_, parts.v.type().size(rank - 2)))}});
    }

    /// From what softmax reads down to the product of queries and keys: masks, then factors.
    bool scores(ir::Value value, int rank, Parts& parts) {
        for (int depth = 0; depth < 4; ++depth) {
            const ir::Node& node = *value.node;
            if (node.is("where") && is_minus_infinity(node.input(1)) &&
                spans(node.input(2), value)) {
                const ir::Value flags = node.input(0);
                if (!parts.is_causal && !parts.is_turned && is_later_key(flags, rank)) {
                    parts.is_causal = true;
                } else if (!set_mask(parts, flags)) {
                    return false;
                }
                value = node.input(2);
            } else if (node.is("add") && (is_scores(node.input(0)) != is_scores(node.input(1)))) {
                const int other = is_scores(node.input(0)) ? 1 : 0;
                if (!spans(node.input(1 - other), value) || !set_mask(parts, node.input(other)))
                    return false;
                value = node.input(1 - other);
            } else {
                break;
            }
        }
        value = without_factors(value, parts.scale);
        return product(*value.node, parts);
    }

    bool product(const ir::Node& node, Parts& parts) {
        if (!node.is("matmul")) return false;
        const ir::Value left = without_factors(node.input(0), parts.scale);
        const ir::Value right = without_factors(node.input(1), parts.scale);
        const ir::Value turned = with_matrices_turned(graph_, right);
        parts.q = parts.is_turned ? turned : left;
        parts.k = parts.is_turned ? left : turned;
        return true;
    }

    /// Heads of a part of wider rows: permute(reshape(slice(x))) -> slice(permute(reshape(x))),
    /// where the part begins at a head; so x is read where it lies.
    ir::Value slice_last(ir::Value value) {
        if (!value.node->is("permute")) return value;
        const ir::Node& reshape = *value.node->input(0).node;
        if (!reshape.is("reshape")) return value;
        const ir::Node& slice = *reshape.input(0).node;
        if (!slice.is("slice") || slice.attrs().get_int("step") != 1) return value;
        const ir::Value x = slice.input(0);
        const Shape &part = slice.type().shape, &split = reshape.type().shape,
                    &whole = x.type().shape;
        const int64_t axis = slice.attrs().get_int("axis");
        const Dim &begin = slice.attrs().get_dim("begin"), &depth = split.back();
        const bool fits = axis == static_cast<int64_t>(part.size()) - 1 &&
                          split.size() == part.size() + 1 &&
                          std::equal(part.begin(), part.end() - 1, split.begin(),
                                     [](const Dim& a, const Dim& b) { return same(a, b); }) &&
                          depth.is_constant() && begin.is_constant() &&
                          whole.back().is_constant() && begin.constant() % depth.constant() == 0 &&
                          whole.back().constant() % depth.constant() == 0;
        if (!fits) return value;
        Shape heads(whole.begin(), whole.end() - 1);
        heads.emplace_back(whole.back().constant() / depth.constant());
        heads.push_back(depth);
        const Shape& perm = value.node->attrs().get_shape("perm");
        const auto at = std::find_if(perm.begin(), perm.end(),
                                     [&](const Dim& d) { return d.is_constant(axis); });
        const ir::Value all = graph_.add(
            "permute", {graph_.add("reshape", {x}, {{"shape", heads}})}, {{"perm", perm}});
        return graph_.add("slice", {all},
                          {{"axis", Dim(at - perm.begin())},
                           {"begin", Dim(begin.constant() / depth.constant())},
                           {"size", split[part.size() - 1]},
                           {"step", Dim(1)}});
    }

    bool set_mask(Parts& parts, ir::Value mask) {
        const DType dtype = mask.type().dtype;
        if (parts.mask || (dtype != DType::f32 && dtype != DType::boolean)) return false;
        if (parts.is_turned && mask.type().rank() < 2) return false;
        parts.mask = parts.is_turned ? with_matrices_turned(graph_, mask) : mask;
        return true;
    }

    static bool spans(ir::Value value, ir::Value whole) {
        return same(value.type().shape, whole.type().shape);
    }

    /// Whether a product of matrices is what the value is made of.
    static bool is_scores(ir::Value value) {
        for (int depth = 0; depth < 6; ++depth) {
            if (value.node->is("matmul")) return true;
            if (value.node->is("where")) {
                value = value.node->input(2);
            } else if (value.node->is("mul") || value.node->is("div") || value.node->is("add")) {
                value = value.node->input(0);
            } else {
                return false;
            }
        }
        return false;
    }

    bool fits(const Shape& full, const Parts& parts) const {
        const auto rank = static_cast<int>(full.size());
        for (const ir::Value& operand : {parts.q, parts.k, parts.v}) {
            const Shape& shape = operand.type().shape;
            if (static_cast<int>(shape.size()) != rank) return false;
            for (int axis = 0; axis + 2 < rank; ++axis) {
                const auto i = static_cast<size_t>(axis);
                if (!same(shape[i], full[i])) return false;
            }
            if (!shape.back().is_constant() || shape.back().constant() < 1) return false;
        }
        const Dim& keys = parts.v.type().size(rank - 2);
        for (const Dim& size : {keys, parts.q.type().size(rank - 2)}) {
            if (size.is_constant(0)) return false;
        }
        const std::optional<int64_t> bound = upper_bound(program_, keys);
        return bound && *bound <= most_keys && std::isfinite(parts.scale) &&
               (!parts.mask || parts.mask.type().rank() <= rank);
    }

    const ir::Program& program_;
    ir::Graph& graph_;
};

}  // namespace

bool recognize_attention(ir::Program& program) {
    bool changed = false;
    ir::for_each_graph(program, [&](ir::Graph& graph) {
        Recognizer recognizer(program, graph);
        changed |= ir::rewrite(graph, [&](ir::Node& node) { return recognizer.replacement(node); });
    });
    return changed;
}

}  // namespace lithe::passes
