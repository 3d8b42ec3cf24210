#include <algorithm>
#include <map>

#include "compiler/passes/fixed_values.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

/// What the pass knows of an op with weights: where channels are.
struct Weighted {
    int channel_in = 1;   ///< axis of x
    int channel_out = 1;  ///< axis of the result
    int weight_in = 1, weight_out = 0;
    bool is_padded = false;
};

std::optional<Weighted> weighted(const ir::Node& node) {
    if (node.is("linear")) {
        const int last = node.type().rank() - 1;
        return Weighted{last, last, 1, 0, false};
    }
    const bool is_transposed = node.is("conv_transpose");
    if (!node.is("conv") && !is_transposed) return {};
    if (!is_transposed) return Weighted{1, 1, 1, 0, is_padded(node)};
    return Weighted{1, 1, 0, 1, true};  // its borders see fewer taps, padded or not
}

bool has_groups(const ir::Node& node) {
    return node.attrs().has("groups") && !node.attrs().get_dim("groups").is_constant(1);
}

class Folder {
public:
    explicit Folder(ir::Graph& graph) : graph_(graph) {
        for (const auto& node : graph.nodes()) {
            for (const ir::Value& v : node->inputs()) ++uses_[v.node];
        }
        for (const ir::Output& output : graph.outputs) ++uses_[output.value.node];
    }

    ir::Value operator()(ir::Node& node) {
        ir::Value result = behind(node);
        if (!result) result = before(node);
        if (result) uses_[result.node] = uses_[&node];
        return result;
    }

private:
    /// A pointwise node as `x op c`, c fixed and per channel, given as a vector.
    struct Affine {
        ir::Value x, vector;
        bool is_product = false;
    };

    std::optional<Affine> affine(const ir::Node& node, int channel) {
        const bool is_product = node.is("mul"), is_sum = node.is("add") || node.is("sub");
        if ((!is_product && !is_sum) || !is_floating(node.type().dtype)) return {};
        for (const int at : {1, 0}) {
            if (at == 0 && node.is("sub")) return {};
            const ir::Value c = node.input(at), x = node.input(1 - at);
            if (!same(x.type(), node.type()) || !fixed_.contains(c) || fixed_.contains(x)) continue;
            ir::Value vector = per_channel(c, node.type().shape, channel);
            if (!vector) continue;
            if (node.is("sub")) vector = graph_.add("neg", {vector});
            return Affine{x, vector, is_product};
        }
        return {};
    }

    /// The numbers of `c`, which broadcasts over `shape`, as a vector over the channel axis.
    ir::Value per_channel(ir::Value c, const Shape& shape, int channel) {
        const Dim& channels = shape[static_cast<size_t>(channel)];
        if (!channels.is_constant()) return {};
        const int lead = static_cast<int>(shape.size()) - c.type().rank();
        for (int axis = 0; axis < c.type().rank(); ++axis) {
            if (axis + lead != channel && !c.type().size(axis).is_constant(1)) return {};
        }
        const Dim count = c.type().count();
        ir::Value vector = reshape(c, {count});
        if (!same(count, channels))
            vector = graph_.add("expand", {vector}, {{"shape", Shape{channels}}});
        return vector;
    }

    ir::Value reshape(ir::Value value, const Shape& shape) {
        if (same(value.type().shape, shape)) return value;
        return graph_.add("reshape", {value}, {{"shape", shape}});
    }

    /// The weight times a vector along one of its axes.
    ir::Value scaled(ir::Value weight, ir::Value vector, int axis) {
        Shape shape(weight.type().shape.size(), Dim(1));
        shape[static_cast<size_t>(axis)] = vector.type().count();
        return graph_.add("mul", {weight, reshape(vector, shape)});
    }

    bool is_foldable(const ir::Node& node) {
        return node.input_count() >= 2 && fixed_.contains(node.input(1)) &&
               (node.input_count() < 3 || fixed_.contains(node.input(2))) &&
               !fixed_.contains(node.input(0));
    }

    /// f(x, w, b) * s and f(x, w, b) + t
    ir::Value behind(const ir::Node& node) {
        if (!is_pointwise(node) || node.input_count() != 2) return {};
        for (const ir::Value& operand : node.inputs()) {
            const ir::Node& f = *operand.node;
            const std::optional<Weighted> w = weighted(f);
            if (!w || uses_[&f] != 1 || !is_foldable(f)) continue;
            const std::optional<Affine> a = affine(node, w->channel_out);
            if (!a || a->x != operand) continue;
            if (f.is("conv_transpose") && has_groups(f)) continue;
            std::vector<ir::Value> inputs = f.inputs();
            // One number is no bias: it is added where the result is made.
            if (!a->is_product && inputs.size() < 3 && a->vector.node->is("expand")) continue;
            if (a->is_product) {
                inputs[1] = scaled(inputs[1], a->vector, w->weight_out);
                if (inputs.size() > 2) inputs[2] = graph_.add("mul", {inputs[2], a->vector});
            } else {
                add_bias(inputs, a->vector);
            }
            return graph_.add(f.op(), inputs, f.attrs());
        }
        return {};
    }

    /// f(x * s, w, b) and f(x + t, w, b)
    ir::Value before(const ir::Node& f) {
        const std::optional<Weighted> w = weighted(f);
        if (!w || has_groups(f) || !is_foldable(f)) return {};
        std::vector<ir::Value> inputs = f.inputs();
        bool changed = false;
        while (is_pointwise(*inputs[0].node) && uses_[inputs[0].node] == 1) {
            const std::optional<Affine> a = affine(*inputs[0].node, w->channel_in);
            if (!a || (!a->is_product && w->is_padded)) break;
            const ir::Value product = scaled(inputs[1], a->vector, w->weight_in);
            if (a->is_product) {
                inputs[1] = product;
            } else {
                Shape axes;
                for (int axis = 0; axis < product.type().rank(); ++axis) {
                    if (axis != w->weight_out) axes.emplace_back(axis);
                }
                add_bias(inputs,
                         graph_.add("sum", {product}, {{"axes", axes}, {"keepdim", false}}));
            }
            inputs[0] = a->x;
            changed = true;
        }
        return changed ? graph_.add(f.op(), inputs, f.attrs()) : ir::Value();
    }

    void add_bias(std::vector<ir::Value>& inputs, ir::Value vector) {
        if (inputs.size() > 2) {
            inputs[2] = graph_.add("add", {inputs[2], vector});
        } else {
            inputs.push_back(vector);
        }
    }

    ir::Graph& graph_;
    FixedValues fixed_;
    std::map<const ir::Node*, int> uses_;
};

}  // namespace

bool fold_batch_norm(ir::Graph& graph) { return ir::rewrite(graph, Folder(graph)); }

}  // namespace lithe::passes
