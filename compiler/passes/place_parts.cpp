#include <algorithm>
#include <map>
#include <set>

#include "compiler/ir/ops.h"
#include "compiler/ir/strides.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

/// The cat that is all that a group's kernel does, its operands those of the group; else null.
const ir::Node* only_cat(const ir::Node& group) {
    if (!group.is("group") || group.types().size() != 1) return nullptr;
    const ir::Node* cat = nullptr;
    for (const auto& node : group.body()->nodes()) {
        if (node->is("input")) continue;
        if (cat || !node->is("cat")) return nullptr;
        cat = node.get();
    }
    return cat && cat->input_count() == group.input_count() ? cat : nullptr;
}

bool has_known_strides(const Shape& shape) {
    return std::all_of(shape.begin() + 1, shape.end(),
                       [](const Dim& size) { return size.is_constant(); });
}

using ir::dense_strides;

class Placer {
public:
    explicit Placer(ir::Graph& graph) : graph_(graph) {
        for (const auto& node : graph.nodes()) {
            for (const ir::Value& v : node->inputs()) users_[v.node].push_back(node.get());
        }
        for (const ir::Output& output : graph.outputs) {
            users_[output.value.node].push_back(nullptr);
        }
    }

    bool run() {
        // Backwards: what is part of a part lies in the outermost whole.
        for (size_t i = graph_.nodes().size(); i-- > 0;) choose(*graph_.nodes()[i]);
        if (wholes_.empty()) return false;
        set_strides();
        rebuild();
        return true;
    }

private:
    void choose(ir::Node& group) {
        const ir::Node* cat = only_cat(group);
        if (!cat || !may_be_whole(group, *cat)) return;
        std::vector<ir::Node*> parts;
        for (const ir::Value& operand : group.inputs()) {
            if (ir::Node* part = part_of(operand)) parts.push_back(part);
        }
        if (parts.empty()) return;
        wholes_.insert(&group);
        for (ir::Node* part : parts) whole_of_[part] = &group;
    }

    bool may_be_whole(const ir::Node& group, const ir::Node& cat) const {
        const auto axis = static_cast<size_t>(cat.attrs().get_int("axis"));
        const auto& users = users_of(group);
        return has_known_strides(group.type().shape) &&
               std::find(users.begin(), users.end(), nullptr) == users.end() &&
               std::all_of(group.inputs().begin(), group.inputs().end(), [&](ir::Value v) {
                   return v.type().shape[axis].is_constant() && v.type().shape[axis].constant() > 0;
               });
    }

    /// The kernel that can write an operand of a cat into its place; null where there is none.
    ir::Node* part_of(ir::Value operand) const {
        if (!operand.node->is("reshape")) {
            return may_be_part(*operand.node) ? operand.node : nullptr;
        }
        ir::Node& maker = *operand.node->input(0).node;
        const bool is_alone = maker.is("group") && maker.types().size() == 1 && !only_cat(maker) &&
                              users_of(maker).size() == 1 && users_of(*operand.node).size() == 1;
        return is_alone && is_part_evenly(maker, operand) ? &maker : nullptr;
    }

    /// Whether strides tell where the kernel's result goes, as a part of anything.
    static bool is_part_evenly(const ir::Node& maker, ir::Value operand) {
        const Shape &from = operand.type().shape, &to = maker.type().shape;
        Shape apart = dense_strides(from);  // no axis lies behind another without a gap
        for (size_t axis = apart.size() - 1; axis-- > 0;)
            apart[axis] = 2 * from[axis + 1] * apart[axis + 1];
        return ir::reshaped_strides(from, apart, to).has_value();
    }

    /// One result of a kernel that kernels alone read, each as one operand.
    bool may_be_part(const ir::Node& node) const {
        if (!node.is("group") || node.types().size() != 1 || whole_of_.contains(&node))
            return false;
        const auto& users = users_of(node);
        return std::all_of(users.begin(), users.end(),
                           [](const ir::Node* user) { return user && user->is("group"); });
    }

    const std::vector<ir::Node*>& users_of(const ir::Node& node) const {
        static const std::vector<ir::Node*> none;
        const auto at = users_.find(&node);
        return at == users_.end() ? none : at->second;
    }

    const ir::Node& outermost(const ir::Node& part) const {
        const ir::Node* whole = whole_of_.at(&part);
        while (whole_of_.contains(whole)) whole = whole_of_.at(whole);
        return *whole;
    }

    /// Kernels write and read parts by the strides of the whole.
    void set_strides() {
        for (const auto& [part, whole] : whole_of_) {
            const Shape strides = dense_strides(outermost(*part).type().shape);
            ir::Node* reader = users_of(*part).front();
            if (!wholes_.contains(part)) {
                const bool is_reshaped = reader->is("reshape");
                part->body()->outputs[0].value.node->attrs().set(
                    "result_strides",
                    is_reshaped
                        ? *ir::reshaped_strides(reader->type().shape, strides, part->type().shape)
                        : strides);
                if (is_reshaped) continue;
            }
            for (ir::Node* user : users_of(*part)) {
                for (int i = 0; i < user->input_count(); ++i) {
                    if (user->input(i).node != part || wholes_.contains(user)) continue;
                    user->body()->inputs()[static_cast<size_t>(i)]->attrs().set("strides", strides);
                }
            }
        }
    }

    void rebuild() {
        std::map<const ir::Node*, ir::Value> instead;
        std::vector<std::unique_ptr<ir::Node>> nodes = graph_.take_nodes();
        for (auto& node : nodes) {
            for (int i = 0; i < node->input_count(); ++i) {
                const auto at = instead.find(node->input(i).node);
                if (at != instead.end()) node->set_input(i, at->second);
            }
            if (!wholes_.contains(node.get())) {
                graph_.push(std::move(node));
                continue;
            }
            graph_.origin = node.get();
            instead[node.get()] = whole(*node);
            graph_.origin = nullptr;
            replaced_.push_back(std::move(node));
        }
    }

    /// The cat itself in the graph; operands that lie elsewhere are copied into their places.
    ir::Value whole(const ir::Node& group) {
        const ir::Node& outer = whole_of_.contains(&group) ? outermost(group) : group;
        std::vector<ir::Value> parts;
        for (const ir::Value& operand : group.inputs()) {
            parts.push_back(is_placed(operand, group)
                                ? operand
                                : copied(operand, dense_strides(outer.type().shape)));
        }
        const ir::Value result = graph_.add("cat", parts, only_cat(group)->attrs());
        stands_for_[result.node] = &group;
        return result;
    }

    /// The group as it was before its cat took its place.
    const ir::Node* original(const ir::Value& operand) const {
        const auto at = stands_for_.find(operand.node);
        return at == stands_for_.end() ? operand.node : at->second;
    }

    bool is_placed(const ir::Value& operand, const ir::Node& group) const {
        const bool is_reshaped = operand.node->is("reshape");
        const auto at = whole_of_.find(original(is_reshaped ? operand.node->input(0) : operand));
        return at != whole_of_.end() && at->second == &group;
    }

    ir::Value copied(ir::Value operand, const Shape& strides) {
        auto body = std::make_unique<ir::Graph>();
        body->name = "body";
        const ir::Value x = body->add_input("x0", operand.type());
        if (const ir::Node* from = original(operand); whole_of_.contains(from)) {
            x.node->attrs().set("strides", dense_strides(outermost(*from).type().shape));
        }
        const ir::Value y = body->add("clone", {x}, {});
        y.node->attrs().set("result_strides", strides);
        body->outputs.push_back({"", y, ""});
        body->number();
        ir::Node* copy = graph_.add_node(ir::group_op, {operand}, {{"family", std::string("copy")}},
                                         {operand.type()});
        copy->add_body(std::move(body));
        return copy->value();
    }

    ir::Graph& graph_;
    std::map<const ir::Node*, std::vector<ir::Node*>> users_;
    std::set<const ir::Node*> wholes_;
    std::map<const ir::Node*, const ir::Node*> whole_of_;
    std::map<const ir::Node*, const ir::Node*> stands_for_;
    std::vector<std::unique_ptr<ir::Node>> replaced_;
};

}  // namespace

bool place_parts(ir::Graph& graph) { return Placer(graph).run(); }

}  // namespace lithe::passes
