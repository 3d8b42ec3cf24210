// Marks the calls of modules in a recorded graph. Done after the recording, so that in-place code
// inside of a module still sees its caller's tensors.
#include <map>

#include "compiler/ir/ops.h"
#include "compiler/trace/graph_tracer.h"

namespace lithe::tracing {
namespace {

using Key = std::pair<const ir::Node*, int>;

class Inserter {
public:
    Inserter(ir::Graph& graph, const std::vector<BoundaryEvent>& events)
        : graph_(graph), events_(events) {}

    void run() {
        auto nodes = graph_.take_nodes();
        size_t next = 0;
        for (size_t position = 0; position <= nodes.size(); ++position) {
            while (next < events_.size() && events_[next].position == position) {
                apply(events_[next++]);
            }
            if (position == nodes.size()) break;
            for (int i = 0; i < nodes[position]->input_count(); ++i) {
                nodes[position]->set_input(i, current(nodes[position]->input(i)));
            }
            graph_.push(std::move(nodes[position]));
        }
        for (ir::Output& output : graph_.outputs) output.value = current(output.value);
        graph_.number();
    }

private:
    ir::Value current(ir::Value value) const {
        const auto at = now_.find({value.node, value.index});
        return at == now_.end() ? value : at->second;
    }

    void apply(const BoundaryEvent& event) {
        ir::Node* mark = nullptr;
        std::vector<ir::Value> operands;
        TensorTypes types;
        for (const ir::Value& value : event.values) {
            operands.push_back(current(value));
            types.push_back(value.type());
        }
        mark = graph_.add_node(event.is_enter ? ir::module_input_op : ir::module_output_op,
                               operands, {{"call", Dim(event.call)}}, types);
        mark->module_call = event.call;
        if (event.is_enter) {
            outer_.push_back(now_);
        } else {  // inside, the arguments were the marked ones; outside they are the caller's again
            now_ = std::move(outer_.back());
            outer_.pop_back();
        }
        for (size_t i = 0; i < event.values.size(); ++i) {
            now_[{event.values[i].node, event.values[i].index}] = mark->value(static_cast<int>(i));
        }
    }

    ir::Graph& graph_;
    const std::vector<BoundaryEvent>& events_;
    std::map<Key, ir::Value> now_;
    std::vector<std::map<Key, ir::Value>> outer_;
};

}  // namespace

void insert_boundaries(ir::Graph& graph, const std::vector<BoundaryEvent>& events) {
    Inserter(graph, events).run();
}

}  // namespace lithe::tracing
