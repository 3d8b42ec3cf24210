#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "compiler/ir/ops.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/packed_conv.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/pointwise_region.h"
#include "compiler/passes/tile.h"

namespace lithe::passes {
namespace {

/// A product whose columns are several gates, and what is between it and the slices of them.
struct Gates {
    ir::Node* product = nullptr;
    bool transposed = false;  ///< the weights' rows are the gates
    int64_t count = 0, size = 0;
    std::set<const ir::Node*> wide;  ///< the product, and pointwise nodes over all gates
    std::vector<const ir::Node*> slices;
    std::vector<ir::Node*> members;  ///< pointwise nodes behind the slices
};

class Recognizer {
public:
    Recognizer(ir::Graph& graph, const Machine& machine, Notes& notes)
        : graph_(graph), machine_(machine), notes_(notes), users_(users_of(graph)) {}

    bool run() {
        bool changed = mark_products();
        // Backwards: of two products that are added, the later one, which may wait for the other.
        for (size_t i = graph_.nodes().size(); i-- > 0;) {
            if (std::optional<Gates> gates = find(*graph_.nodes()[i])) add(std::move(*gates));
        }
        if (all_.empty()) return changed;
        ir::rewrite(graph_, [this](ir::Node& node) { return replacement(node); });
        graph_.erase_dead();  // a graph around this one asks who reads its inputs
        return true;
    }

private:
    /// What a scan reads as gates, slice by slice, is computed in their order.
    bool mark_products() const {
        bool changed = false;
        for (const auto& scan : graph_.nodes()) {
            if (!scan->is("scan")) continue;
            const Users users = users_of(*scan->body(0));
            for (ir::Node* input : scan->body(0)->inputs()) {
                const int64_t parts = parts_of(*input, users);
                ir::Node& product =
                    *scan->input(static_cast<int>(input->attrs().get_int("index"))).node;
                if (parts == 0 || !product.is("linear") || product.attrs().has("parts")) continue;
                product.attrs().set("parts", Dim(parts));
                changed = true;
            }
        }
        return changed;
    }

    /// Into how many gates the slices that read a value cut it; 0 where others read it too.
    static int64_t parts_of(const ir::Node& value, const Users& users) {
        const auto at = users.find(&value);
        if (at == users.end()) return 0;
        int64_t parts = 0;
        for (const ir::Node* user : at->second) {
            if (!user || !is_gate_slice(*user) || !is_constant(value.type().shape.back())) return 0;
            const int64_t all = value.type().shape.back().constant();
            const int64_t size = user->attrs().get_int("size");
            const bool fits = all > size && all % size == 0 && (parts == 0 || parts == all / size);
            if (!fits) return 0;
            parts = all / size;
        }
        return parts;
    }

    std::optional<Gates> find(ir::Node& node) {
        if (!node.is("linear") && !node.is("matmul")) return std::nullopt;
        const TensorType &type = node.type(), &w = node.input(1).type();
        const bool fits = type.dtype == DType::f32 && type.rank() >= 2 && w.rank() == 2 &&
                          is_constant(w.size(0)) && is_constant(w.size(1)) &&
                          !product(type.shape).is_constant(0);
        if (!fits) return std::nullopt;
        Gates gates{.product = &node, .transposed = node.is("matmul")};
        gates.wide.insert(&node);
        if (!follow(gates, node) || !are_gates(gates) || !come_together(gates)) return std::nullopt;
        return gates;
    }

    /// From the product to the slices; false where anything else reads a value between.
    bool follow(Gates& gates, const ir::Node& from) const {
        const auto at = users_.find(&from);
        if (at == users_.end()) return false;
        for (const ir::Node* user : at->second) {
            if (!user) return false;
            if (is_gate_slice(*user)) {
                gates.slices.push_back(user);
            } else if (!is_pointwise(*user) || taken_.contains(user) ||
                       !same(user->type().shape, gates.product->type().shape)) {
                return false;
            } else if (gates.wide.insert(user).second && !follow(gates, *user)) {
                return false;
            }
        }
        return true;
    }

    static bool is_gate_slice(const ir::Node& node) {
        if (!node.is("slice")) return false;
        const Attrs& attrs = node.attrs();
        return attrs.get_int("axis") == node.type().rank() - 1 && attrs.get_int("step") == 1 &&
               attrs.get_dim("begin").is_constant() && is_constant(attrs.get_dim("size"));
    }

    static int64_t gate_of(const ir::Node& slice) {
        return slice.attrs().get_int("begin") / slice.attrs().get_int("size");
    }

    static bool are_gates(Gates& gates) {
        if (gates.slices.empty()) return false;
        const int64_t all = gates.product->type().shape.back().constant();
        gates.size = gates.slices[0]->attrs().get_int("size");
        gates.count = all / gates.size;
        constexpr int64_t most_gates = 8;
        return all % gates.size == 0 && gates.count > 1 && gates.count <= most_gates &&
               std::all_of(gates.slices.begin(), gates.slices.end(), [&](const ir::Node* slice) {
                   return slice->attrs().get_int("size") == gates.size &&
                          slice->attrs().get_int("begin") % gates.size == 0;
               });
    }

    /// Whether pointwise nodes make fewer values of the gates, and nobody else reads them.
    bool come_together(Gates& gates) const {
        const Shape& shape = gates.slices[0]->type().shape;
        PointwiseRegion region =
            pointwise_region(graph_, gates.slices, users_, [&](const ir::Node& node) {
                return is_pointwise(node) && same(node.type().shape, shape);
            });
        constexpr size_t most_members = 36;
        const std::set<const ir::Node*> inside(region.members.begin(), region.members.end());
        const bool is_free = std::none_of(inside.begin(), inside.end(), [&](const ir::Node* node) {
            return taken_.contains(node);
        });
        if (inside.size() > most_members || !is_free) return false;
        std::set<int64_t> used;
        for (const ir::Node* slice : gates.slices) {
            for (const ir::Node* user : users_.at(slice)) {
                if (!inside.contains(user)) return false;
            }
            used.insert(gate_of(*slice));
        }
        gates.members = std::move(region.members);
        return region.exits.size() < used.size();
    }

    void add(Gates gates) {
        taken_.insert(gates.wide.begin(), gates.wide.end());
        taken_.insert(gates.members.begin(), gates.members.end());
        for (const ir::Node* slice : gates.slices) index_of_[slice] = all_.size();
        all_.push_back(std::move(gates));
    }

    ir::Value replacement(ir::Node& node) {
        const auto at = index_of_.find(&node);
        if (at == index_of_.end()) return {};
        return gate(all_[at->second], node.input(0), gate_of(node));
    }

    /// One gate of a value: of the product its result, of what stands behind it the same of parts.
    ir::Value gate(const Gates& gates, ir::Value value, int64_t index) {
        ir::Value& known = parts_[{value.node, value.index, index}];
        if (known) return known;
        if (value.node == gates.product) {
            return known = {products(gates), static_cast<int>(index)};
        }
        if (!gates.wide.contains(value.node)) {
            const TensorType& type = value.type();
            if (type.rank() == 0 || type.shape.back().is_constant(1)) return known = value;
            return known = graph_.add("slice", {value},
                                      {{"axis", Dim(type.rank() - 1)},
                                       {"begin", Dim(index * gates.size)},
                                       {"size", Dim(gates.size)},
                                       {"step", Dim(1)}});
        }
        std::vector<ir::Value> operands;
        for (const ir::Value& operand : value.node->inputs()) {
            operands.push_back(gate(gates, operand, index));
        }
        const ir::Value part = graph_.add(value.node->op(), operands, value.node->attrs());
        return parts_[{value.node, value.index, index}] = part;
    }

    ir::Node* products(const Gates& gates) {
        ir::Node*& node = products_[gates.product];
        if (node) return node;
        const ir::Node& product = *gates.product;
        Dim rows = 1;
        for (int axis = 0; axis + 1 < product.type().rank(); ++axis) {
            rows = rows * product.type().size(axis);
        }
        TileLimits limits = product_limits(product.input(0).type().shape.back());
        limits.gates = gates.count;
        // Measured: tiles wait for their instructions to start rather than for what these load.
        if (machine_.has_few_registers()) {
            limits.row_cycles = 0;
            limits.vector_cycles = 0.1;
        }
        const Tile tile = ranked_tiles(rows, gates.size, machine_, limits)[0];
        notes_.push_back("recognize_gates: " + graph_.name + ": " + machine_.target + " | " +
                         product.type().str() + ": " + std::to_string(gates.count) + " gates of " +
                         std::to_string(gates.size) + ": " + tile.str());
        std::vector<ir::Value> operands = product.inputs();
        operands[1] = graph_.add(ir::pack_gates_op, {operands[1]},
                                 {{"gates", Dim(gates.count)},
                                  {"turns", Dim(tile.turns)},
                                  {"panel", Dim(tile.vectors * machine_.vector_bytes / 4)},
                                  {"transposed", gates.transposed}});
        return node = graph_
                          .add(ir::packed_gates_op, operands,
                               {{"columns", Dim(gates.size)}, {"tile_rows", Dim(tile.rows)}})
                          .node;
    }

    ir::Graph& graph_;
    const Machine& machine_;
    Notes& notes_;
    Users users_;
    std::vector<Gates> all_;
    std::set<const ir::Node*> taken_;
    std::map<const ir::Node*, size_t> index_of_;  ///< of slices
    std::map<const ir::Node*, ir::Node*> products_;
    std::map<std::tuple<const ir::Node*, int, int64_t>, ir::Value> parts_;
};

}  // namespace

bool recognize_gates(ir::Graph& graph, const Machine& machine, Notes& notes) {
    return Recognizer(graph, machine, notes).run();
}

}  // namespace lithe::passes
