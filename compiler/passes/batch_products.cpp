#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>

#include "compiler/ir/regions.h"
#include "compiler/passes/packed_conv.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

bool is_product(const ir::Node& node) {
    if (node.is("linear")) return true;
    return node.is("matmul") && node.input(1).type().rank() == 2;
}

/// Moves products of slices out of one scan, in front of it.
class ScanProducts {
public:
    /// `out`: the graph around, whose last node is before `scan`.
    ScanProducts(ir::Graph& out, ir::Node& scan, Notes& notes)
        : out_(out), scan_(scan), region_(*scan.body(0)), notes_(notes) {}

    bool run() {
        bool changed = false;
        for (ir::Node* node = next(); node; node = next()) {
            add_note(notes_, "batch_products", out_, *node,
                     "one product for all steps, in front of the loop");
            move(*node);
            region_.erase_dead();
            changed = true;
        }
        return changed;
    }

private:
    ir::Node* next() const {
        for (const auto& node : region_.nodes()) {
            if (is_product(*node) && is_of_a_slice(*node)) return node.get();
        }
        return nullptr;
    }

    bool is_operand(ir::Value value, int first, int end) const {
        if (!value.node->is("input")) return false;
        const int64_t i = value.node->attrs().get_int("index");
        return i >= first && i < end;
    }

    bool is_of_a_slice(const ir::Node& node) const {
        const int first = ir::carry_count(scan_), end = first + ir::slice_count(scan_);
        return is_operand(node.input(0), first, end) &&
               std::all_of(node.inputs().begin() + 1, node.inputs().end(), [&](ir::Value v) {
                   return v.node->is("constant") || is_operand(v, end, scan_.input_count());
               });
    }

    ir::Value outside(ir::Value value) {
        if (value.node->is("input")) {
            return scan_.input(static_cast<int>(value.node->attrs().get_int("index")));
        }
        return out_.add_node(value.node->op(), {}, value.node->attrs(), value.node->types())
            ->value();
    }

    /// The product of all slices is one more slice operand, the last one.
    void move(ir::Node& node) {
        std::vector<ir::Value> operands = scan_.inputs(), inputs;
        for (const ir::Value& input : node.inputs()) inputs.push_back(outside(input));
        out_.origin = &node;
        const ir::Value all = out_.add(node.op(), inputs, node.attrs());
        out_.origin = nullptr;
        const int place = ir::carry_count(scan_) + ir::slice_count(scan_);
        operands.insert(operands.begin() + place, all);
        scan_.set_inputs(std::move(operands));
        scan_.attrs().set("slices", Dim(ir::slice_count(scan_) + 1));
        for (ir::Node* input : region_.inputs()) {
            const int64_t index = input->attrs().get_int("index");
            if (index >= place) set_index(*input, index + 1);
        }
        const ir::Value slice = region_.add_input("x", node.type());
        set_index(*slice.node, place);
        region_.replace_uses(node.value(), slice);
        inputs_first();
    }

    static void set_index(ir::Node& input, int64_t index) {
        input.attrs().set("index", Dim(index));
        input.attrs().set("name", "x" + std::to_string(index));
    }

    /// Inputs stand first in a graph, in the order of their indices.
    void inputs_first() {
        auto nodes = region_.take_nodes();
        std::stable_sort(nodes.begin(), nodes.end(), [](const auto& a, const auto& b) {
            const auto place = [](const ir::Node& node) {
                return node.is("input") ? node.attrs().get_int("index") : INT64_MAX;
            };
            return place(*a) < place(*b);
        });
        for (auto& node : nodes) region_.push(std::move(node));
        region_.number();
    }

    ir::Graph& out_;
    ir::Node& scan_;
    ir::Graph& region_;
    Notes& notes_;
};

/// Products of slices of one value with the same weights, in one graph.
class SliceProducts {
public:
    SliceProducts(ir::Graph& graph, Notes& notes) : graph_(graph), notes_(notes) {
        for (const auto& node : graph.nodes()) {
            if (const auto part = part_of(*node)) rows_[part->key] += part->size;
        }
    }

    bool run() {
        return ir::rewrite(graph_, [this](ir::Node& node) -> ir::Value {
            const auto at = parts_.find(&node);
            return at == parts_.end() ? ir::Value{} : replacement(node, at->second);
        });
    }

private:
    /// The whole that is cut, the axis, the weights and the bias.
    using Key =
        std::tuple<const ir::Node*, int, int64_t, std::vector<std::pair<const ir::Node*, int>>>;
    struct Part {
        Key key;
        ir::Node* slice = nullptr;
        int64_t size = 0;
    };

    std::optional<Part> part_of(ir::Node& node) {
        if (!is_product(node)) return std::nullopt;
        ir::Node* slice = node.input(0).node;
        if (slice->is("reshape")) slice = slice->input(0).node;
        if (!slice->is("slice")) return std::nullopt;
        const int64_t axis = slice->attrs().get_int("axis");
        const TensorType& whole = slice->input(0).type();
        const bool is_row_axis = axis + 1 < whole.rank() && whole.rank() >= 2;
        const Dim &size = slice->attrs().get_dim("size"), &all = whole.size(static_cast<int>(axis));
        if (!is_row_axis || !is_constant(size) || !is_constant(all)) return std::nullopt;
        const bool keeps_rows = same(node.input(0).type().shape.back(), whole.shape.back());
        if (!keeps_rows) return std::nullopt;
        std::vector<std::pair<const ir::Node*, int>> others;
        for (int i = 1; i < node.input_count(); ++i) {
            others.emplace_back(node.input(i).node, node.input(i).index);
        }
        Part part{
            {slice->input(0).node, slice->input(0).index, axis, others}, slice, size.constant()};
        parts_[&node] = part;
        return part;
    }

    ir::Value replacement(ir::Node& node, const Part& part) {
        const TensorType& whole = part.slice->input(0).type();
        const int64_t all = whole.size(static_cast<int>(std::get<2>(part.key))).constant();
        const int64_t rows = rows_.at(part.key);
        if (rows <= part.size || 2 * rows < all) return {};  // one part alone, or few of all
        ir::Value& product = products_[part.key];
        if (!product) {
            std::vector<ir::Value> operands = node.inputs();
            operands[0] = part.slice->input(0);
            product = graph_.add(node.op(), operands, node.attrs());
            add_note(notes_, "batch_products", graph_, node, "one product for all slices");
        }
        const ir::Value cut = graph_.add("slice", {product}, part.slice->attrs());
        if (same(cut.type().shape, node.type().shape)) return cut;
        return graph_.add("reshape", {cut}, {{"shape", node.type().shape}});
    }

    ir::Graph& graph_;
    Notes& notes_;
    std::map<const ir::Node*, Part> parts_;
    std::map<Key, int64_t> rows_;
    std::map<Key, ir::Value> products_;
};

}  // namespace

bool batch_products(ir::Graph& graph, Notes& notes) {
    bool changed = false;
    for (auto& node : graph.take_nodes()) {
        if (node->is("scan")) changed |= ScanProducts(graph, *node, notes).run();
        graph.push(std::move(node));
    }
    graph.number();
    return SliceProducts(graph, notes).run() || changed;
}

}  // namespace lithe::passes
