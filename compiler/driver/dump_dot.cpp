// A program for Graphviz.
#include <fmt/format.h>

#include "compiler/driver/dump.h"

namespace lithe::driver {
namespace {

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (c == '\n') {
            result += "\\l";
        } else {
            result += c;
        }
    }
    return result + '"';
}

class Writer {
public:
    explicit Writer(const ir::Program& program) : program_(program) {}

    std::string run() {
        text_ = fmt::format("digraph {} {{\n  node [shape=box, fontname=monospace, fontsize=10];\n",
                            quoted(program_.name));
        for (size_t i = 0; i < program_.graphs.size(); ++i)
            write_graph(static_cast<int>(i), *program_.graphs[i]);
        return text_ + "}\n";
    }

private:
    void write_graph(int index, ir::Graph& graph) {
        graph.number();
        graph_ = index;
        text_ +=
            fmt::format("  subgraph cluster_{} {{\n    label={};\n", index, quoted(graph.name));
        write_call(graph, -1, "    ");
        for (size_t i = 0; i < graph.outputs.size(); ++i) {
            const ir::Output& output = graph.outputs[i];
            text_ += fmt::format(
                "    g{0}_out{1} [shape=ellipse, label={2}];\n    g{0}_{3} -> g{0}_out{1};\n",
                index, i, quoted(output.buffer.empty() ? output.name : output.buffer),
                output.value.node->id());
        }
        for (const auto& node : graph.nodes()) {
            for (const ir::Value& input : node->inputs()) {
                text_ += fmt::format("    g{0}_{1} -> g{0}_{2} [label={3}, fontsize=8];\n", index,
                                     input.node->id(), node->id(), quoted(input.type().str()));
            }
        }
        text_ += "  }\n";
    }

    bool is_used(const ir::Graph& graph, int call) const {
        for (const auto& node : graph.nodes()) {
            for (int at = node->module_call; at >= 0;
                 at = program_.calls[static_cast<size_t>(at)].parent) {
                if (at == call) return true;
            }
        }
        return false;
    }

    /// The nodes of one module call, and those of the calls inside of it.
    void write_call(const ir::Graph& graph, int call, const std::string& indent) {
        for (const auto& node : graph.nodes()) {
            if (node->module_call == call) write_node(*node, indent);
        }
        for (size_t i = 0; i < program_.calls.size(); ++i) {
            const int inner = static_cast<int>(i);
            if (program_.calls[i].parent != call || !is_used(graph, inner)) continue;
            const ir::ModuleInfo& module =
                program_.modules[static_cast<size_t>(program_.calls[i].module)];
            text_ +=
                fmt::format("{0}subgraph cluster_{1}_{2} {{\n{0}  label={3};\n", indent, graph_,
                            inner, quoted(module.path + " (" + module.class_name + ")"));
            write_call(graph, inner, indent + "  ");
            text_ += indent + "}\n";
        }
    }

    void write_node(const ir::Node& node, const std::string& indent) {
        std::string label = describe(node) + "\n";
        if (node.body()) {
            for (const auto& inner : node.body()->nodes()) {
                if (!inner->is("input")) label += "  " + describe(*inner) + "\n";
            }
        }
        text_ += fmt::format("{}g{}_{} [label={}{}];\n", indent, graph_, node.id(), quoted(label),
                             node.inputs().empty() ? ", style=rounded" : "");
    }

    const ir::Program& program_;
    std::string text_;
    int graph_ = 0;
};

}  // namespace

std::string dot_text(const ir::Program& program) { return Writer(program).run(); }

}  // namespace lithe::driver
