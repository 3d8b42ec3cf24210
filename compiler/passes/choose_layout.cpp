#include <algorithm>
#include <map>
#include <set>

#include "compiler/passes/commuted.h"
#include "compiler/passes/fixed_values.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/norm_of_groups.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/planes.h"

namespace lithe::passes {
namespace {

/// P: channels last to channels first, [0, r - 1, 1, ...]; Q: its inverse, [0, 2, ..., 1].
Shape to_first(int rank) {
    Shape perm{0, rank - 1};
    for (int axis = 1; axis < rank - 1; ++axis) perm.emplace_back(axis);
    return perm;
}
Shape to_last(int rank) {
    Shape perm{0};
    for (int axis = 2; axis < rank; ++axis) perm.emplace_back(axis);
    perm.emplace_back(1);
    return perm;
}

bool permutes_by(const ir::Node& node, const Shape& perm) {
    return node.is("permute") && same(node.attrs().get_shape("perm"), perm);
}

/// P(v) of at least three axes: the value comes from memory with channels last.
bool is_first(ir::Value value) {
    const int rank = value.type().rank();
    return rank >= 3 && permutes_by(*value.node, to_first(rank));
}

/// What is said of each axis, in the order of channels last.
Shape in_order_last(const Shape& axes) {
    Shape last;
    for (const Dim& axis : to_last(static_cast<int>(axes.size())))
        last.push_back(axes[static_cast<size_t>(axis.constant())]);
    return last;
}

/// Whether the axes longer than 1 stay in order.
bool stays_in_order(const Shape& shape, const Shape& perm) {
    int64_t last = -1;
    for (const Dim& axis : perm) {
        if (shape[static_cast<size_t>(axis.constant())].is_constant(1)) continue;
        if (axis.constant() < last) return false;
        last = axis.constant();
    }
    return true;
}

/// Fewer channels do not fill the vectors of what moves pixels.
constexpr int64_t least_channels = 16;

bool is_wide(const TensorType& type) {
    const Dim& channels = type.size(1);
    return channels.is_constant() && channels.constant() >= least_channels;
}

/// Permutes beside windows, which say that channels are last.
std::set<const ir::Node*> beside_windows(const ir::Graph& graph) {
    std::set<const ir::Node*> beside;
    for (const auto& node : graph.nodes()) {
        if (is_window(*node)) beside.insert(node->input(0).node);
        if (node->is("permute") && is_window(*node->input(0).node)) beside.insert(node.get());
    }
    return beside;
}

/// Values that something reads with channels last, maybe behind nodes that let layouts through.
std::set<const ir::Node*> wanted_last(const ir::Graph& graph) {
    std::set<const ir::Node*> wanted;
    for (auto at = graph.nodes().rbegin(); at != graph.nodes().rend(); ++at) {
        const ir::Node& node = **at;
        const bool lets_through =
            is_pointwise(node) || node.is("index_select") || (is_move(node) && !node.is("permute"));
        const bool is_wanted = node.is("permute") ? permutes_by(node, to_last(node.type().rank()))
                                                  : lets_through && wanted.contains(&node);
        if (!is_wanted) continue;
        for (const ir::Value& input : node.inputs()) wanted.insert(input.node);
    }
    return wanted;
}

class Sinker {
public:
    explicit Sinker(ir::Graph& graph)
        : graph_(graph),
          beside_windows_(beside_windows(graph)),
          wanted_(wanted_last(graph)),
          users_(users_of(graph)) {}

    ir::Value operator()(ir::Node& node) {
        if (node.input_count() == 0 || node.types().size() != 1) return {};
        const int rank = node.input(0).type().rank();
        if (rank >= 3 && permutes_by(node, to_last(rank)) && is_first(node.input(0))) {
            return node.input(0).node->input(0);
        }
        if (node.is("permute") && !beside_windows_.contains(&node))
            return with_one_permute(graph_, node);
        if (node.is("reshape")) return below_reshape(node);
        if (node.is("index_select") || node.is("expand")) return below_repeated(node);
        if (is_pointwise(node)) {
            const ir::Value sunk = below_pointwise(node);
            return sunk ? sunk : below_lines(node);
        }
        if (node.is("linear") || node.is("packed_linear")) return into_linear(node);
        if (!std::all_of(node.inputs().begin(), node.inputs().end(), is_first)) return {};
        if (node.is(Trait::reduction)) return below_reduction(node);
        if (node.is("pad")) return below_pad(node);
        return node.attrs().has("axis") ? below_axis(node) : ir::Value();
    }

private:
    ir::Value first(ir::Value value) {
        return graph_.add("permute", {value}, {{"perm", to_first(value.type().rank())}});
    }

    /// Axis of P's operand that axis `axis` of P's result is.
    static int64_t axis_below(int64_t axis, int rank) {
        return to_first(rank)[static_cast<size_t>(axis)].constant();
    }

    ir::Value below_pointwise(const ir::Node& node) {
        std::vector<ir::Value> inputs;
        bool any = false;
        for (const ir::Value& input : node.inputs()) {
            const bool is_whole = is_first(input) && input.type().rank() == node.type().rank();
            any |= is_whole;
            inputs.push_back(is_whole ? input.node->input(0) : moved(input, node.type().rank()));
            if (!inputs.back()) return {};
        }
        return any ? first(graph_.add(node.op(), inputs, node.attrs())) : ir::Value();
    }

    /// reshape(permute(x)) -> P(reshape(x)), for what reads channels last.
    ir::Value below_reshape(const ir::Node& node) {
        const int rank = node.type().rank();
        if (ir::Node* planes = normed_by_groups(node, users_)) {
            const bool pays = is_first(planes->value()) && is_wide(planes->type());
            return pays ? first(norm_of_groups(graph_, node)) : ir::Value();
        }
        if (!node.input(0).node->is("permute") || !wanted_.contains(&node)) return {};
        // P and Q of three axes are the same permute.
        if (rank < 3 ||
            (rank == 3 && !(is_first(node.input(0)) && node.input(0).type().rank() > 3)))
            return {};
        const auto turned = commuted(*node.input(0).node, node.type().shape);
        if (!turned || !same(turned->perm, to_first(rank)) || !is_wide(node.type())) return {};
        return first(
            graph_.add("reshape", {node.input(0).node->input(0)}, {{"shape", turned->shape}}));
    }

    /// Pixels chosen or repeated along spatial axes, as where images are resized.
    ir::Value below_repeated(const ir::Node& node) {
        const int rank = node.type().rank();
        if (!is_first(node.input(0)) || !wanted_.contains(&node) || !is_wide(node.type()) ||
            rank != node.input(0).type().rank())
            return {};
        Attrs attrs = node.attrs();
        if (node.is("expand")) {
            if (!is_wide(node.input(0).type())) return {};
            attrs.set("shape", in_order_last(node.type().shape));
        } else {
            if (attrs.get_int("axis") < 2) return {};
            attrs.set("axis", Dim(axis_below(attrs.get_int("axis"), rank)));
        }
        std::vector<ir::Value> inputs = node.inputs();
        inputs[0] = inputs[0].node->input(0);
        return first(graph_.add(node.op(), inputs, attrs));
    }

    /// reshape([n, h, w, c] -> [n, h * w, c]), as behind a convolution of one axis that is done as
    /// one of two.
    static bool joins_lines(ir::Value value) {
        if (!value.node->is("reshape")) return false;
        const Shape &shape = value.type().shape, &from = value.node->input(0).type().shape;
        return shape.size() == 3 && from.size() == 4 && same(from[0], shape[0]) &&
               same(from[3], shape[2]) && same(from[1] * from[2], shape[1]);
    }

    /// The reshape that joins lines, the last of several: what computes its operand is nearest.
    const ir::Node* last_joined(const std::vector<ir::Value>& inputs) const {
        if (std::none_of(inputs.begin(), inputs.end(), joins_lines)) return nullptr;
        for (auto at = graph_.nodes().rbegin(); at != graph_.nodes().rend(); ++at) {
            const ir::Value value{at->get(), 0};
            if (std::find(inputs.begin(), inputs.end(), value) != inputs.end() &&
                joins_lines(value))
                return value.node;
        }
        return nullptr;
    }

    /// f(reshape(x), r) -> reshape(f(x, reshape(r))), so that f joins what computes x.
    ir::Value below_lines(const ir::Node& node) {
        const ir::Node* joined = last_joined(node.inputs());
        if (!joined) return {};
        const Shape shape = joined->input(0).type().shape;
        std::vector<ir::Value> operands;
        for (const ir::Value& input : node.inputs()) {
            const bool is_whole = same(input.type().shape, node.type().shape);
            if (!is_whole && input.type().rank() > 1) return {};
            const bool is_joined =
                joins_lines(input) && same(input.node->input(0).type().shape, shape);
            if (!is_whole) {
                operands.push_back(input);
            } else if (is_joined) {
                operands.push_back(input.node->input(0));
            } else {
                operands.push_back(graph_.add("reshape", {input}, {{"shape", shape}}));
            }
        }
        const ir::Value result = graph_.add(node.op(), operands, node.attrs());
        return graph_.add("reshape", {result}, {{"shape", node.type().shape}});
    }

    /// A broadcast operand with its channels last: a number as it is, one vector reshaped, what is
    /// known at load time permuted there; nothing for others.
    ir::Value moved(ir::Value value, int rank) {
        if (value.type().count().is_constant(1) && value.type().rank() <= 1) return value;
        if (rank < 3) return {};
        Shape shape(static_cast<size_t>(rank - value.type().rank()), Dim(1));
        shape.insert(shape.end(), value.type().shape.begin(), value.type().shape.end());
        if (stays_in_order(shape, to_last(rank)))
            return graph_.add("reshape", {value}, {{"shape", in_order_last(shape)}});
        if (!fixed_.contains(value)) return {};
        if (!same(shape, value.type().shape)) {
            value = graph_.add("reshape", {value}, {{"shape", shape}});
        }
        return graph_.add("permute", {value}, {{"perm", to_last(rank)}});
    }

    ir::Value below_reduction(const ir::Node& node) {
        const ir::Value x = node.input(0).node->input(0);
        const int rank = x.type().rank();
        std::set<int64_t> axes;
        for (const int64_t axis : node.attrs().get_ints("axes"))
            axes.insert(axis_below(axis, rank));
        Attrs attrs = node.attrs();
        attrs.set("axes", Shape(axes.begin(), axes.end()));
        const ir::Value result = graph_.add(node.op(), {x}, attrs);
        if (node.attrs().get_bool("keepdim")) return first(result);
        // The axes that are left, in the order in which the result has to have them.
        std::vector<int64_t> left;
        Shape perm;
        for (int64_t axis = 0; axis < rank; ++axis) {
            if (!axes.contains(axis)) left.push_back(axis);
        }
        for (const Dim& axis : to_first(rank)) {
            const auto at = std::find(left.begin(), left.end(), axis.constant());
            if (at != left.end()) perm.emplace_back(at - left.begin());
        }
        const bool in_order =
            std::is_sorted(perm.begin(), perm.end(),
                           [](const Dim& a, const Dim& b) { return a.constant() < b.constant(); });
        return in_order ? result : graph_.add("permute", {result}, {{"perm", perm}});
    }

    /// Ops along one axis: cat, slice, softmax, cumsum. What computes rows keeps them: its kernels
    /// take rows that lie in one piece.
    ir::Value below_axis(const ir::Node& node) {
        const int rank = node.input(0).type().rank();
        if (node.type().rank() != rank) return {};
        if (!is_move(node) && node.attrs().get_int("axis") == rank - 1) return {};
        std::vector<ir::Value> inputs;
        for (const ir::Value& input : node.inputs()) {
            if (input.type().rank() != rank) return {};
            inputs.push_back(input.node->input(0));
        }
        Attrs attrs = node.attrs();
        attrs.set("axis", Dim(axis_below(attrs.get_int("axis"), rank)));
        return first(graph_.add(node.op(), inputs, attrs));
    }

    ir::Value below_pad(const ir::Node& node) {
        Attrs attrs = node.attrs();
        for (const char* name : {"begin", "end"})
            attrs.set(name, in_order_last(attrs.get_shape(name)));
        return first(graph_.add(node.op(), {node.input(0).node->input(0)}, attrs));
    }

    /// linear(flatten(P(x)), w): the weight's columns are brought into the order of x instead.
    ir::Value into_linear(const ir::Node& node) {
        const ir::Node& flat = *node.input(0).node;
        const ir::Node* panels = node.is("packed_linear") ? node.input(1).node : nullptr;
        if (panels && (!panels->is("pack_panels") || panels->attrs().get_bool("transposed")))
            return {};
        const ir::Value w = panels ? panels->input(0) : node.input(1);
        if (!flat.is("reshape") || !is_first(flat.input(0)) || !fixed_.contains(w) ||
            w.type().rank() != 2)
            return {};
        const ir::Value x = flat.input(0).node->input(0);
        const Shape& planes = flat.input(0).type().shape;  // [N, C, ...]
        Shape columns(planes.begin() + 1, planes.end());
        const bool keeps_batch = flat.type().rank() == 2 && same(flat.type().size(0), planes[0]) &&
                                 same(flat.type().size(1), product(columns)) &&
                                 is_constant(columns);
        if (!keeps_batch) return {};
        columns.insert(columns.begin(), w.type().size(0));
        ir::Value moved = graph_.add("reshape", {w}, {{"shape", columns}});
        moved =
            graph_.add("permute", {moved}, {{"perm", to_last(static_cast<int>(columns.size()))}});
        moved = graph_.add("reshape", {moved}, {{"shape", w.type().shape}});
        if (panels) moved = graph_.add(panels->op(), {moved}, panels->attrs());
        std::vector<ir::Value> inputs = node.inputs();
        inputs[0] = graph_.add("reshape", {x}, {{"shape", flat.type().shape}});
        inputs[1] = moved;
        return graph_.add(node.op(), inputs, node.attrs());
    }

    ir::Graph& graph_;
    std::set<const ir::Node*> beside_windows_, wanted_;
    Users users_;
    FixedValues fixed_;
};

/// f(x, ...) -> P(Q(f(P(Q(x)), ...))) of windows that do not stay among planes
bool wrap_windows(ir::Graph& graph) {
    const Users users = users_of(graph);
    std::map<const ir::Node*, ir::Value> instead;
    std::vector<std::unique_ptr<ir::Node>> nodes = graph.take_nodes();
    for (auto& node : nodes) {
        for (int i = 0; i < node->input_count(); ++i) {
            const auto at = instead.find(node->input(i).node);
            if (at != instead.end() && node->input(i).index == 0) node->set_input(i, at->second);
        }
        ir::Node& f = *node;
        if (!is_window(f) || stays_in_planes(f, users)) {
            graph.push(std::move(node));
            continue;
        }
        const int rank = f.type().rank();
        graph.origin = &f;
        if (!is_first(f.input(0))) {
            const ir::Value last = graph.add("permute", {f.input(0)}, {{"perm", to_last(rank)}});
            f.set_input(0, graph.add("permute", {last}, {{"perm", to_first(rank)}}));
        }
        graph.push(std::move(node));
        const ir::Value result = graph.add("permute", {f.value()}, {{"perm", to_last(rank)}});
        instead[&f] = graph.add("permute", {result}, {{"perm", to_first(rank)}});
        graph.origin = nullptr;
    }
    for (ir::Output& output : graph.outputs) {
        const auto at = instead.find(output.value.node);
        if (at != instead.end() && output.value.index == 0) output.value = at->second;
    }
    graph.number();
    return !instead.empty();
}

/// A permute that moves nothing is a reshape, except beside a window, where it says that channels
/// are last.
void free_permutes(ir::Graph& graph) {
    const std::set<const ir::Node*> beside_window = beside_windows(graph);
    ir::rewrite(graph, [&](ir::Node& node) -> ir::Value {
        if (!node.is("permute") || beside_window.contains(&node) ||
            !stays_in_order(node.input(0).type().shape, node.attrs().get_shape("perm")))
            return {};
        return graph.add("reshape", {node.input(0)}, {{"shape", node.type().shape}});
    });
}

}  // namespace

bool choose_layout(ir::Graph& graph) {
    // Layouts to sink are there too where choose_kernels has replaced every window.
    const bool has_layouts =
        std::any_of(graph.nodes().begin(), graph.nodes().end(), [](const auto& node) {
            return is_window(*node) || (node->types().size() == 1 && is_first(node->value()));
        });
    if (!has_layouts) return false;
    bool changed = wrap_windows(graph);
    // Every round sinks permutes further down; a bound all the same, that no network reaches.
    constexpr int most_rounds = 5000;
    for (int round = 0; round < most_rounds; ++round) {
        if (!ir::rewrite(graph, Sinker(graph))) break;
        changed = true;
    }
    if (changed) free_permutes(graph);
    return changed;
}

}  // namespace lithe::passes
