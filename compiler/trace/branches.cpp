#include "compiler/trace/branches.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "compiler/ir/ops.h"
#include "runtime/error.h"

namespace lithe::tracing {
namespace {

using Ways = std::vector<const Way*>;

/// A graph that is being written, and what it reads of those around it.
struct Frame {
    ir::Graph* graph = nullptr;
    std::vector<std::pair<ir::Value, ir::Value>> captured;  ///< of the graph around, own input
};

class Joiner {
public:
    Joiner(ir::Program& program, const std::vector<Way>& ways, size_t first_calls)
        : program_(program), first_calls_(first_calls) {
        std::vector<int> before(first_calls);
        std::iota(before.begin(), before.end(), 0);
        for (const Way& way : ways) {
            all_.push_back(&way);
            call_of_.push_back(before);
        }
        for (const Way* way : all_) {
            for (const ir::Output& output : way->graph->outputs) {
                if (!output.buffer.empty()) buffers_.insert(output.buffer);
            }
        }
    }

    std::unique_ptr<ir::Graph> run() {
        check_draws();
        check_names();
        auto graph = std::make_unique<ir::Graph>();
        graph->name = all_[0]->graph->name;
        program_.calls.resize(first_calls_);
        frames_.push_back({graph.get(), {}});
        const std::vector<ir::Value> results = emit(all_, 0);
        size_t next = 0;
        for (const ir::Output& output : all_[0]->graph->outputs) {
            if (output.buffer.empty()) graph->outputs.push_back({output.name, results[next++], {}});
        }
        for (const std::string& key : buffers_)
            graph->outputs.push_back({key, results[next++], key});
        graph->number();
        return graph;
    }

private:
    static bool is_mark(const ir::Node& node) { return node.is("cond") && !node.body(); }

    [[noreturn]] static void fail(const char* id, const ir::Node& at, const std::string& what) {
        throw UserError(id, "trace: " + what, at.line.empty() ? "" : "  at " + at.line);
    }

    const ir::Node& first_mark() const {
        return *all_[0]->graph->nodes()[segment(*all_[0], 0).second];
    }

    void check_draws() const {
        for (const Way* way : all_) {
            if (way->draws == all_[0]->draws) continue;
            fail("trace.random_in_region", first_mark(),
                 "forward() draws random numbers " + std::to_string(all_[0]->draws) +
                     " times on one way and " + std::to_string(way->draws) +
                     " times on another; draw before the branch");
        }
    }

    /// The nodes of a way between its decisions `depth` - 1 and `depth`: positions.
    static std::pair<size_t, size_t> segment(const Way& way, size_t depth) {
        const auto& nodes = way.graph->nodes();
        size_t begin = 0, mark = 0;
        for (size_t i = 0; i < nodes.size(); ++i) {
            if (!is_mark(*nodes[i])) continue;
            if (mark == depth) return {begin, i};
            ++mark;
            begin = i + 1;
        }
        return {begin, nodes.size()};
    }

    /// Writes what the ways do after their first `depth` answers, which they have in common; gives
    /// the results of forward(), then the buffers.
    std::vector<ir::Value> emit(const Ways& ways, size_t depth) {
        const Way& first = *ways[0];
        const auto [begin, end] = segment(first, depth);
        add_calls(ways, depth);
        for (size_t i = begin; i < end; ++i) copy(ways, *first.graph->nodes()[i], i - begin, depth);
        if (depth >= first.decisions.size()) return results(first);
        const ir::Node& mark = *first.graph->nodes()[end];
        Ways sides[2];
        for (const Way* way : ways) sides[way->decisions[depth].answer ? 0 : 1].push_back(way);
        return branch(mark, first, sides, depth);
    }

    /// The calls that begin in a segment get places of their own.
    void add_calls(const Ways& ways, size_t depth) {
        const Way& first = *ways[0];
        const size_t begin = depth == 0 ? first_calls_ : first.decisions[depth - 1].calls;
        const size_t end =
            depth < first.decisions.size() ? first.decisions[depth].calls : first.calls.size();
        for (size_t i = begin; i < end; ++i) {
            ir::ModuleCall call = first.calls[i];
            if (call.parent >= 0) call.parent = calls_of(first)[static_cast<size_t>(call.parent)];
            for (const Way* way : ways) {
                calls_of(*way).push_back(static_cast<int>(program_.calls.size()));
            }
            program_.calls.push_back(call);
        }
    }

    std::vector<int>& calls_of(const Way& way) {
        const auto at = std::find(all_.begin(), all_.end(), &way);
        return call_of_[static_cast<size_t>(at - all_.begin())];
    }

    void copy(const Ways& ways, const ir::Node& node, size_t place, size_t depth) {
        std::vector<ir::Value> inputs;
        for (const ir::Value& input : node.inputs()) inputs.push_back(current(input));
        Attrs attrs = node.attrs();
        const std::vector<int>& calls = calls_of(*ways[0]);
        if (node.is("module_input") || node.is("module_output")) {
            attrs.set("call", Dim(calls[static_cast<size_t>(attrs.get_int("call"))]));
        }
        ir::Node* twin = frame().graph->add_node(node.op(), inputs, attrs, node.types());
        twin->line = node.line;
        if (node.module_call >= 0) {
            twin->module_call = calls[static_cast<size_t>(node.module_call)];
        }
        for (int i = 0; node.body(i); ++i) twin->add_body(node.body(i)->clone());
        for (const Way* way : ways) {
            const ir::Node* own = way->graph->nodes()[segment(*way, depth).first + place].get();
            twins_[own] = {twin, frames_.size() - 1};
        }
    }

    Frame& frame() { return frames_.back(); }

    /// The value in the innermost frame: of its own, or through inputs.
    ir::Value current(ir::Value value) {
        const auto& [twin, level] = twins_.at(value.node);
        ir::Value now{twin, value.index};
        for (size_t i = level + 1; i < frames_.size(); ++i) now = captured(frames_[i], now);
        return now;
    }

    static ir::Value captured(Frame& frame, ir::Value outer) {
        for (const auto& [of, inner] : frame.captured) {
            if (of == outer) return inner;
        }
        const std::string name = "x" + std::to_string(frame.captured.size());
        frame.captured.emplace_back(outer, frame.graph->add_input(name, outer.type()));
        return frame.captured.back().second;
    }

    std::vector<ir::Value> results(const Way& way) {
        std::vector<ir::Value> all;
        for (const ir::Output& output : way.graph->outputs) {
            if (output.buffer.empty()) all.push_back(current(output.value));
        }
        for (const std::string& key : buffers_) all.push_back(buffer(way, key));
        return all;
    }

    /// A buffer that this way does not write keeps its value.
    ir::Value buffer(const Way& way, const std::string& key) {
        for (const ir::Output& output : way.graph->outputs) {
            if (output.buffer == key) return current(output.value);
        }
        for (const auto& node : way.graph->nodes()) {
            if (node->is("parameter") && node->attrs().get_string("key") == key) {
                return current(node->value());
            }
        }
        throw InternalError("trace.buffer", "trace: no buffer '" + key + "'");
    }

    std::vector<ir::Value> branch(const ir::Node& mark, const Way& first, Ways (&sides)[2],
                                  size_t depth) {
        const ir::Value flag = current(mark.input(0));
        Frame done[2];
        std::unique_ptr<ir::Graph> regions[2];
        for (int side = 0; side < 2; ++side) {
            regions[side] = std::make_unique<ir::Graph>();
            regions[side]->name = "body";
            frames_.push_back({regions[side].get(), {}});
            const std::vector<ir::Value> values = emit(sides[side], depth + 1);
            for (const ir::Value& value : values) {
                regions[side]->outputs.push_back({"", value, ""});
            }
            done[side] = std::move(frames_.back());
            frames_.pop_back();
        }
        check_results(mark, *regions[0], *regions[1]);
        return add_cond(mark, first, flag, done, regions);
    }

    void check_names() const {
        const auto& names = all_[0]->graph->outputs;
        for (const Way* way : all_) {
            const auto& other = way->graph->outputs;
            for (size_t i = 0; i < std::min(names.size(), other.size()); ++i) {
                if (!names[i].buffer.empty() || !other[i].buffer.empty()) break;
                if (names[i].name == other[i].name) continue;
                fail("trace.branch_results", first_mark(),
                     "result " + std::to_string(i) + " of forward() is called '" + names[i].name +
                         "' on one side of a branch and '" + other[i].name + "' on the other");
            }
        }
    }

    static void check_results(const ir::Node& mark, const ir::Graph& yes, const ir::Graph& no) {
        if (yes.outputs.size() != no.outputs.size()) {
            fail("trace.branch_results", mark,
                 "forward() gives " + std::to_string(yes.outputs.size()) +
                     " tensors where a bool holds and " + std::to_string(no.outputs.size()) +
                     " where not");
        }
        for (size_t i = 0; i < yes.outputs.size(); ++i) {
            const TensorType &a = yes.outputs[i].value.type(), &b = no.outputs[i].value.type();
            if (same(a, b)) continue;
            fail("trace.branch_results", mark,
                 "result " + std::to_string(i) + " of forward() is " + a.str() +
                     " where a bool holds and " + b.str() + " where not");
        }
    }

    std::vector<ir::Value> add_cond(const ir::Node& mark, const Way& first, ir::Value flag,
                                    Frame (&done)[2], std::unique_ptr<ir::Graph> (&regions)[2]) {
        std::vector<ir::Value> operands{flag};
        for (const Frame& side : done) {
            for (const auto& [outer, inner] : side.captured) {
                if (std::find(operands.begin() + 1, operands.end(), outer) == operands.end()) {
                    operands.push_back(outer);
                }
            }
        }
        TensorTypes types;
        for (const ir::Output& output : regions[0]->outputs) types.push_back(output.value.type());
        ir::Node* node = frame().graph->add_node(ir::cond_op, operands, {}, types);
        node->line = mark.line;
        if (mark.module_call >= 0) {
            node->module_call = calls_of(first)[static_cast<size_t>(mark.module_call)];
        }
        for (int side = 0; side < 2; ++side) {
            order_inputs(*regions[side], done[side], operands);
            node->add_body(std::move(regions[side]));
        }
        std::vector<ir::Value> results;
        for (size_t i = 0; i < types.size(); ++i)
            results.push_back(node->value(static_cast<int>(i)));
        return results;
    }

    /// Every region has an input for every operand behind the flag, in their order.
    static void order_inputs(ir::Graph& region, const Frame& frame,
                             const std::vector<ir::Value>& operands) {
        for (size_t i = 1; i < operands.size(); ++i) {
            const auto at =
                std::find_if(frame.captured.begin(), frame.captured.end(),
                             [&](const auto& pair) { return pair.first == operands[i]; });
            const std::string name = "x" + std::to_string(i - 1);
            ir::Node* input = at == frame.captured.end()
                                  ? region.add_input(name, operands[i].type()).node
                                  : at->second.node;
            input->attrs().set("index", Dim(i - 1));
            input->attrs().set("name", name);
        }
        auto nodes = region.take_nodes();
        std::stable_partition(nodes.begin(), nodes.end(),
                              [](const auto& node) { return node->is("input"); });
        for (auto& node : nodes) region.push(std::move(node));
        region.number();
    }

    ir::Program& program_;
    size_t first_calls_;
    Ways all_;
    std::vector<std::vector<int>> call_of_;  ///< of every way: the program's number of its calls
    std::set<std::string> buffers_;
    std::vector<Frame> frames_;
    std::map<const ir::Node*, std::pair<ir::Node*, size_t>> twins_;  ///< and their frame
};

}  // namespace

std::unique_ptr<ir::Graph> join_ways(ir::Program& program, const std::vector<Way>& ways,
                                     size_t first_calls) {
    return Joiner(program, ways, first_calls).run();
}

}  // namespace lithe::tracing
