#include "compiler/passes/batch_body.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <utility>

#include "compiler/ir/ops.h"
#include "compiler/ir/regions.h"
#include "compiler/passes/fixed_values.h"
#include "compiler/passes/kinds.h"
#include "compiler/passes/packed_conv.h"

namespace lithe::passes {
namespace {

/// The nodes whose values choose_layout keeps with channels last.
std::set<const ir::Node*> find_channels_last(const ir::Graph& graph) {
    std::set<const ir::Node*> last;
    for (const auto& node : graph.nodes()) {
        const int rank = node->type().rank();
        if (rank < 3) continue;
        const auto& inputs = node->inputs();
        const auto is_last = [&](ir::Value v) {
            return v.type().rank() == rank && last.contains(v.node);
        };
        const bool goes_along = is_pointwise(*node)
                                    ? std::any_of(inputs.begin(), inputs.end(), is_last)
                                    : (node->attrs().has("axis") || node->is("pad")) &&
                                          std::all_of(inputs.begin(), inputs.end(), is_last);
        if (is_window(*node) || goes_along) last.insert(node.get());
    }
    return last;
}

/// What is made anew in a loop rather than handed in: numbers, and views of parameters.
bool is_repeated(const ir::Node& node) {
    const bool is_number = is_pointwise(node) && node.input_count() == 0;
    return is_number || node.is("constant") || node.is("parameter") ||
           (node.is(Trait::view) && std::all_of(node.inputs().begin(), node.inputs().end(),
                                                [](ir::Value v) { return is_repeated(*v.node); }));
}

/// Appends loops to a graph.
class BatchLoops {
public:
    explicit BatchLoops(ir::Graph& graph);

    /// Appends a loop to the graph. `used`: which results of the steps are read elsewhere.
    void add(std::span<const BatchStep> steps, const Dim& items,
             const std::vector<ir::Value>& used);
    /// What stands for a value now.
    ir::Value current(ir::Value value) const;

private:
    using Key = std::pair<const ir::Node*, int>;
    struct Operands {
        std::vector<ir::Value> outside;
        std::vector<ir::Node*> inputs;
    };

    ir::Value inner(ir::Value value, ItemRole role);
    ir::Value repeated(const ir::Node& node, ItemRole role);
    ir::Value slice(ir::Value value);
    ir::Value whole(ir::Value value);
    void add_step(const BatchStep& step);
    void add_loop(const std::vector<ir::Value>& used, const Dim& all);
    void order_inputs();
    Shape in_rounds(const Shape& shape) const;
    bool is_last(ir::Value value) const;

    ir::Graph& graph_;
    FixedValues fixed_;
    std::set<const ir::Node*> channels_last_;
    std::map<Key, ir::Value> instead_;
    // Of the loop that is being made.
    std::unique_ptr<ir::Graph> body_;
    Dim items_, rounds_;
    Operands slices_, others_;
    std::map<Key, ir::Value> inner_;
};

BatchLoops::BatchLoops(ir::Graph& graph)
    : graph_(graph), channels_last_(find_channels_last(graph)) {}

ir::Value BatchLoops::current(ir::Value value) const {
    const auto at = instead_.find({value.node, value.index});
    return at == instead_.end() ? value : at->second;
}

bool BatchLoops::is_last(ir::Value value) const { return channels_last_.contains(value.node); }

Shape BatchLoops::in_rounds(const Shape& shape) const {
    Shape result{rounds_, items_};
    result.insert(result.end(), shape.begin() + 1, shape.end());
    return result;
}

/// The value in the body.
ir::Value BatchLoops::inner(ir::Value value, ItemRole role) {
    if (const auto at = inner_.find({value.node, value.index}); at != inner_.end())
        return at->second;
    ir::Value result;
    if (is_repeated(*value.node)) result = repeated(*value.node, role);
    if (!result) result = role == ItemRole::own ? slice(value) : whole(value);
    return inner_[{value.node, value.index}] = result;
}

/// A copy of a node of numbers and views; none where its items differ, and of parameters.
ir::Value BatchLoops::repeated(const ir::Node& node, ItemRole role) {
    const bool is_own = role == ItemRole::own;
    if (node.is("parameter") || (node.is("constant") && is_own)) return {};
    std::vector<ItemRole> roles(node.inputs().size(), ItemRole::whole);
    if (is_own && !roles.empty()) {
        const std::vector<ItemRole> found = item_roles(node.call(), node.types());
        if (found != roles) return {};
    }
    std::vector<ir::Value> operands;
    for (const ir::Value& input : node.inputs()) operands.push_back(inner(input, ItemRole::whole));
    const TensorType type = is_own ? with_items(node.type(), items_) : node.type();
    return body_
        ->add_node(node.op(), operands, is_own ? attrs_for_items(node, items_) : node.attrs(), type)
        ->value();
}

ir::Value BatchLoops::slice(ir::Value value) {
    ir::Value outside = current(value);
    const int rank = value.type().rank();
    if (is_last(value))
        outside = graph_.add("permute", {outside}, {{"perm", moved_channels(rank, true)}});
    outside = graph_.add("reshape", {outside}, {{"shape", in_rounds(outside.type().shape)}});
    const ir::Value input = body_->add_input("x", ir::slice_of(outside.type()));
    slices_.outside.push_back(outside);
    slices_.inputs.push_back(input.node);
    if (!is_last(value)) return input;
    return body_->add("permute", {input}, {{"perm", moved_channels(rank, false)}});
}

ir::Value BatchLoops::whole(ir::Value value) {
    const ir::Value input = body_->add_input("x", value.type());
    if (fixed_.contains(value)) input.node->attrs().set("fixed", true);
    others_.outside.push_back(current(value));
    others_.inputs.push_back(input.node);
    return input;
}

void BatchLoops::add_step(const BatchStep& step) {
    const ir::Node& node = *step.node;
    std::vector<ir::Value> operands;
    for (size_t i = 0; i < step.roles.size(); ++i)
        operands.push_back(inner(node.inputs()[i], step.roles[i]));
    TensorTypes types;
    for (const TensorType& type : node.types()) types.push_back(with_items(type, items_));
    ir::Node* copy =
        body_->add_node(node.op(), operands, attrs_for_items(node, items_), std::move(types));
    copy->module_call = node.module_call;
    copy->line = node.line;
    for (int i = 0; i < static_cast<int>(node.types().size()); ++i)
        inner_[{&node, i}] = copy->value(i);
}

/// Slices first, then what is the same in every round; inputs first of all.
void BatchLoops::order_inputs() {
    std::vector<ir::Node*> inputs = slices_.inputs;
    inputs.insert(inputs.end(), others_.inputs.begin(), others_.inputs.end());
    for (size_t i = 0; i < inputs.size(); ++i) {
        inputs[i]->attrs().set("index", Dim(i));
        inputs[i]->attrs().set("name", "x" + std::to_string(i));
    }
    std::vector<std::unique_ptr<ir::Node>> nodes = body_->take_nodes();
    std::stable_sort(nodes.begin(), nodes.end(), [](const auto& a, const auto& b) {
        const auto place = [](const ir::Node& node) {
            return node.is("input") ? node.attrs().get_int("index") : INT64_MAX;
        };
        return place(*a) < place(*b);
    });
    for (auto& node : nodes) body_->push(std::move(node));
    body_->number();
}

void BatchLoops::add_loop(const std::vector<ir::Value>& used, const Dim& all) {
    TensorTypes types;
    for (const ir::Value& value : used) {
        ir::Value result = inner_.at({value.node, value.index});
        const int rank = result.type().rank();
        if (is_last(value))
            result = body_->add("permute", {result}, {{"perm", moved_channels(rank, true)}});
        types.push_back(ir::stack_of(result.type(), rounds_));
        body_->outputs.push_back({"", result, ""});
    }
    order_inputs();
    std::vector<ir::Value> operands = slices_.outside;
    operands.insert(operands.end(), others_.outside.begin(), others_.outside.end());
    ir::Node* loop = graph_.add_node(ir::scan_op, operands,
                                     {{"carries", Dim(0)},
                                      {"slices", Dim(slices_.outside.size())},
                                      {"length", rounds_},
                                      {"reverse", false}},
                                     std::move(types));
    loop->add_body(std::move(body_));
    for (size_t i = 0; i < used.size(); ++i) {
        const ir::Value stacked = loop->value(static_cast<int>(i));
        Shape shape = stacked.type().shape;
        shape.erase(shape.begin());
        shape[0] = all;
        ir::Value result = graph_.add("reshape", {stacked}, {{"shape", shape}});
        const int rank = result.type().rank();
        if (is_last(used[i]))
            result = graph_.add("permute", {result}, {{"perm", moved_channels(rank, false)}});
        instead_[{used[i].node, used[i].index}] = result;
    }
}

void BatchLoops::add(std::span<const BatchStep> steps, const Dim& items,
                     const std::vector<ir::Value>& used) {
    const Dim& all = steps[0].items;
    graph_.origin = steps[0].node;
    items_ = items;
    rounds_ = floor_div(all, items);
    slices_ = others_ = {};
    inner_.clear();
    body_ = std::make_unique<ir::Graph>();
    body_->name = "body";
    for (const BatchStep& step : steps) add_step(step);
    add_loop(used, all);
    graph_.origin = nullptr;
}

class BatchSplitter {
public:
    BatchSplitter(ir::Graph& graph, const std::vector<BatchStep>& steps, Notes& notes)
        : graph_(graph), steps_(steps), notes_(notes), loops_(graph) {}

    void run(const std::vector<BatchStretch>& stretches) {
        for (const BatchStretch& stretch : stretches) {
            for (size_t i = stretch.begin; i < stretch.end; ++i)
                stretch_of_[steps_[i].node] = &stretch;
            find_used(stretch);
        }
        std::vector<std::unique_ptr<ir::Node>> replaced;
        for (auto& node : graph_.take_nodes()) {
            const auto at = stretch_of_.find(node.get());
            if (at == stretch_of_.end()) {
                for (int i = 0; i < node->input_count(); ++i)
                    node->set_input(i, loops_.current(node->input(i)));
                graph_.push(std::move(node));
                continue;
            }
            const bool is_last = steps_[at->second->end - 1].node == node.get();
            replaced.push_back(std::move(node));
            if (is_last) emit(*at->second);
        }
        for (ir::Output& output : graph_.outputs) output.value = loops_.current(output.value);
        graph_.erase_dead();  // while what they refer to is alive
        graph_.number();
    }

private:
    /// Which results are read outside of the stretch, in the order of the graph.
    void find_used(const BatchStretch& stretch) {
        std::set<const ir::Node*> inside;
        for (size_t i = stretch.begin; i < stretch.end; ++i) inside.insert(steps_[i].node);
        std::set<std::pair<const ir::Node*, int>> read;
        for (const auto& node : graph_.nodes()) {
            if (inside.contains(node.get())) continue;
            for (const ir::Value& v : node->inputs()) read.insert({v.node, v.index});
        }
        for (const ir::Output& output : graph_.outputs)
            read.insert({output.value.node, output.value.index});
        for (size_t i = stretch.begin; i < stretch.end; ++i) {
            ir::Node& node = *steps_[i].node;
            for (int k = 0; k < static_cast<int>(node.types().size()); ++k) {
                if (read.contains({&node, k})) used_[&stretch].push_back(node.value(k));
            }
        }
    }

    void emit(const BatchStretch& stretch) {
        const std::span<const BatchStep> all(steps_);
        const auto steps = all.subspan(stretch.begin, stretch.end - stretch.begin);
        const ir::Node &first = *steps.front().node, &last = *steps.back().node;
        notes_.push_back("split_batch: " + graph_.name + ": " + std::to_string(steps.size()) +
                         " nodes from " + name_of(first) + " to " + name_of(last) + ": " +
                         std::to_string(stretch.items) + " of " + steps[0].items.str() +
                         " at a time");
        loops_.add(steps, stretch.items, used_[&stretch]);
    }

    static std::string name_of(const ir::Node& node) {
        return std::string(node.name()) + (node.line.empty() ? "" : " at " + node.line);
    }

    ir::Graph& graph_;
    const std::vector<BatchStep>& steps_;
    Notes& notes_;
    BatchLoops loops_;
    std::map<const ir::Node*, const BatchStretch*> stretch_of_;
    std::map<const BatchStretch*, std::vector<ir::Value>> used_;
};

}  // namespace

void make_batch_loops(ir::Graph& graph, const std::vector<BatchStep>& steps,
                      const std::vector<BatchStretch>& stretches, Notes& notes) {
    BatchSplitter(graph, steps, notes).run(stretches);
}

}  // namespace lithe::passes
