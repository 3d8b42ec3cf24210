// Parts of forward() that become graphs of their own: the bodies of loops, branches.
#include <algorithm>
#include <map>

#include "compiler/ir/ops.h"
#include "compiler/ir/regions.h"
#include "compiler/trace/graph_tracer.h"
#include "dsl/control_flow.h"
#include "runtime/error.h"

namespace lithe::tracing {
namespace {

using Values = std::span<const ValuePtr>;

/// Inputs stand first in a graph.
void inputs_first(ir::Graph& graph) {
    auto nodes = graph.take_nodes();
    std::stable_partition(nodes.begin(), nodes.end(),
                          [](const auto& node) { return node->is("input"); });
    for (auto& node : nodes) graph.push(std::move(node));
    graph.number();
}

bool contains(const std::vector<ValuePtr>& values, const ValuePtr& value) {
    return std::any_of(values.begin(), values.end(),
                       [&](const ValuePtr& other) { return other->id == value->id; });
}

}  // namespace

std::vector<int64_t> GraphTracer::begin_region(const TensorTypes& inputs) {
    Frame region;
    region.id = ++next_frame_;
    region.owned = std::make_unique<ir::Graph>();
    region.owned->name = "body";
    region.graph = region.owned.get();
    frames_.push_back(std::move(region));
    std::vector<int64_t> ids;
    for (size_t i = 0; i < inputs.size(); ++i) {
        ids.push_back(symbolic(frame().graph->add_input("x" + std::to_string(i), inputs[i]))->id);
    }
    return ids;
}

/// The input of the innermost frame for a value of frame `from`; those between hand it on.
ir::Value GraphTracer::captured(const ValuePtr& value, size_t from) {
    ir::Value result;
    for (size_t i = from + 1; i < frames_.size(); ++i) {
        Frame& inner = frames_[i];
        const size_t own = inner.graph->inputs().size() - inner.captured.size();
        if (!contains(inner.captured, value)) {
            inner.graph->add_input("x" + std::to_string(own + inner.captured.size()), value->type);
            inner.captured.push_back(value);
        }
        const auto at = std::find_if(inner.captured.begin(), inner.captured.end(),
                                     [&](const ValuePtr& other) { return other->id == value->id; });
        const auto index = static_cast<size_t>(at - inner.captured.begin());
        result = inner.graph->inputs()[own + index]->value();
    }
    return result;
}

int64_t GraphTracer::end_region(Values outputs) {
    for (const ValuePtr& output : outputs) {
        const ir::Value value = value_of(output);
        frame().graph->outputs.push_back({"", value, ""});
    }
    insert_boundaries(*frame().graph, frame().events);
    inputs_first(*frame().graph);
    Region region;
    region.graph = frame().graph;
    region.owned = std::move(frame().owned);
    region.captured = std::move(frame().captured);
    frames_.pop_back();
    regions_.push_back(std::move(region));
    return static_cast<int64_t>(regions_.size()) - 1;
}

std::vector<ValuePtr> GraphTracer::captures(std::span<const int64_t> regions) {
    std::vector<ValuePtr> all;
    for (const int64_t number : regions) {
        for (const ValuePtr& value : regions_[static_cast<size_t>(number)].captured) {
            if (!contains(all, value)) all.push_back(value);
        }
    }
    return all;
}

std::vector<int64_t> GraphTracer::record_regions(std::string_view op, const Attrs& attrs,
                                                 Values inputs, std::span<const int64_t> regions,
                                                 const TensorTypes& types) {
    const std::vector<ValuePtr> all = captures(regions);
    std::vector<ir::Value> operands;
    for (const ValuePtr& input : inputs) operands.push_back(value_of(input));
    for (const ValuePtr& value : all) operands.push_back(value_of(value));
    ir::Node* node = frame().graph->add_node(*ir::find_op(op), operands, attrs, types);
    for (const int64_t number : regions) {
        Region& region = regions_[static_cast<size_t>(number)];
        ir::Graph& graph = *region.owned;
        const size_t own = graph.inputs().size() - region.captured.size();
        std::vector<ir::Node*> nodes = graph.inputs();
        for (size_t i = 0; i < all.size(); ++i) {
            const auto at =
                std::find_if(region.captured.begin(), region.captured.end(),
                             [&](const ValuePtr& other) { return other->id == all[i]->id; });
            const std::string name = "x" + std::to_string(own + i);
            ir::Node* input = at == region.captured.end()
                                  ? graph.add_input(name, all[i]->type).node
                                  : nodes[own + static_cast<size_t>(at - region.captured.begin())];
            input->attrs().set("index", Dim(own + i));
            input->attrs().set("name", name);
        }
        region.captured = all;
        inputs_first(graph);
        node->add_body(std::move(region.owned));
    }
    return results_of(*node);
}

std::vector<ValuePtr> GraphTracer::replay(int64_t region, Values inputs) {
    return replay_graph(*regions_[static_cast<size_t>(region)].graph, inputs);
}

namespace {

/// Applies the nodes of a recorded graph to tensors, as if forward() had been written so.
class Replay {
public:
    explicit Replay(const ir::Graph& graph) : graph_(graph) {}

    Tensors run(const Tensors& inputs) {
        for (const auto& node : graph_.nodes()) apply(*node, inputs);
        Tensors outputs;
        for (const ir::Output& output : graph_.outputs) outputs.push_back(at(output.value));
        return outputs;
    }

private:
    const Tensor& at(ir::Value value) const {
        return values_.at(value.node)[static_cast<size_t>(value.index)];
    }

    void apply(const ir::Node& node, const Tensors& inputs) {
        Tensors operands;
        for (const ir::Value& input : node.inputs()) operands.push_back(at(input));
        Tensors& results = values_[&node];
        if (node.is("input")) {
            results = {inputs.at(static_cast<size_t>(node.attrs().get_int("index")))};
        } else if (node.is("constant")) {
            results = {Tensor::from(node.attrs().get_array("value"))};
        } else if (node.is("module_input") || node.is("module_output")) {
            results = operands;  // hooks belong to the first time
        } else if (ir::has_regions(node)) {
            results = apply_regions(node, operands);
        } else {
            results = apply_all(node.op(), operands, node.attrs());
        }
    }

    static Tensors part(const Tensors& all, int begin, int end) {
        return {all.begin() + begin, all.begin() + end};
    }

    static Tensors run_region(const ir::Node& node, int i, const Tensors& own,
                              const Tensors& others) {
        Tensors inputs = own;
        inputs.insert(inputs.end(), others.begin(), others.end());
        return Replay(*node.body(i)).run(inputs);
    }

    static Tensors apply_regions(const ir::Node& node, const Tensors& in) {
        const int carries = ir::carry_count(node), slices = ir::slice_count(node);
        const int count = node.input_count();
        if (node.is("cond")) {
            const Tensors operands = part(in, 1, count);
            return cond(
                in[0], [&](const Tensors& x) { return Replay(*node.body(0)).run(x); },
                [&](const Tensors& x) { return Replay(*node.body(1)).run(x); }, operands);
        }
        const Tensors others = part(in, carries + slices, count);
        if (node.is("while_loop")) {
            return while_loop([&](const Tensors& c) { return run_region(node, 0, c, others)[0]; },
                              [&](const Tensors& c) { return run_region(node, 1, c, others); },
                              part(in, 0, carries));
        }
        const ScanStep step = [&](const Tensors& c, const Tensors& x) -> ScanResult {
            Tensors own = c;
            own.insert(own.end(), x.begin(), x.end());
            const Tensors out = run_region(node, 0, own, others);
            return {part(out, 0, carries), part(out, carries, static_cast<int>(out.size()))};
        };
        const ScanOptions options{.reverse = node.attrs().get_bool("reverse"),
                                  .length = node.attrs().get_dim("length")};
        ScanResult result =
            scan(step, part(in, 0, carries), part(in, carries, carries + slices), options);
        result.carries.insert(result.carries.end(), result.stacked.begin(), result.stacked.end());
        return result.carries;
    }

    const ir::Graph& graph_;
    std::map<const ir::Node*, Tensors> values_;
};

}  // namespace

std::vector<ValuePtr> GraphTracer::replay_graph(const ir::Graph& graph, Values inputs) {
    Tensors tensors;
    for (const ValuePtr& input : inputs) tensors.push_back(Tensor::from(input));
    std::vector<ValuePtr> results;
    for (const Tensor& result : Replay(graph).run(tensors)) results.push_back(result.value());
    return results;
}

}  // namespace lithe::tracing
