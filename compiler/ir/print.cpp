#include <map>
#include <set>

#include "compiler/ir/names.h"
#include "compiler/ir/program.h"
#include "compiler/ir/text.h"

namespace lithe::ir {
namespace {

/// A name as it stands where names are expected: plain or quoted.
std::string plain_or_quoted(const std::string& text) {
    return is_identifier(text) ? text : quoted(text);
}

std::string key_text(const std::string& key) {
    return "@" + (is_plain_key(key) ? key : quoted(key));
}

class GraphPrinter {
public:
    GraphPrinter(const Graph& graph, bool full, std::string indent)
        : graph_(graph), full_(full), indent_(std::move(indent)), names_(graph) {}

    std::string run() {
        for (const auto& node : graph_.nodes()) add_node(*node);
        text_ += indent_ + "return" + outputs() + "\n";
        return std::move(text_);
    }

private:
    void add_node(const Node& node) {
        text_ += indent_ + names_.of(node) + " = " + std::string(node.name());
        if (node.input_count() > 0 || !node.is(Trait::source)) text_ += operands(node);
        text_ += types(node) + attributes(node);
        for (int i = 0; node.body(i); ++i) add_body(*node.body(i));
        text_ += origin(node) + "\n";
    }

    void add_body(const Graph& body) {
        text_ += " body " + (body.name == "body" ? "" : plain_or_quoted(body.name) + " ") + "{\n";
        text_ += GraphPrinter(body, full_, indent_ + "  ").run();
        text_ += indent_ + "}";
    }

    std::string operands(const Node& node) const {
        std::string text = "(";
        for (int i = 0; i < node.input_count(); ++i) {
            text += (i ? ", " : "") + names_.of(node.input(i));
        }
        return text + ")";
    }

    static std::string types(const Node& node) {
        std::string text;
        for (const TensorType& type : node.types()) {
            text += (text.empty() ? " : " : ", ") + type.str();
        }
        return text;
    }

    /// What the name of the node or its place says already is left out.
    bool is_implied(const Node& node, const std::string& key, const Attr& value) const {
        const std::string name = names_.of(node);
        if (node.is("input") && key == "index") {
            const Dim* index = std::get_if<Dim>(&value);
            return index && index->is_constant(names_.input_position(node));
        }
        if (node.is("input") && key == "name") {
            const auto* text = std::get_if<std::string>(&value);
            return text && name == "%" + *text;
        }
        return node.is("parameter") && key == "key" && name[0] == '@';
    }

    std::string attributes(const Node& node) const {
        std::string text;
        for (const auto& [key, value] : node.attrs().items()) {
            if (is_implied(node, key, value)) continue;
            text += (text.empty() ? " {" : ", ") + plain_or_quoted(key) + " = " +
                    attr_text(value, full_);
        }
        return text.empty() ? text : text + "}";
    }

    static std::string origin(const Node& node) {
        std::string text;
        if (node.module_call >= 0) text += " call " + std::to_string(node.module_call);
        if (!node.line.empty()) text += " at " + node.line;
        return text.empty() ? text : "  #" + text;
    }

    std::string outputs() const {
        std::string text;
        for (const Output& output : graph_.outputs) {
            text += text.empty() ? " " : ", ";
            if (!output.buffer.empty()) text += key_text(output.buffer) + " = ";
            if (!output.name.empty()) text += plain_or_quoted(output.name) + " = ";
            text += names_.of(output.value);
        }
        return text;
    }

    const Graph& graph_;
    bool full_;
    std::string indent_;
    Names names_;
    std::string text_;
};

std::string symbol_text(const Symbol& symbol) {
    std::string text = "symbol " + symbol.name + " = " + std::to_string(symbol.min) + ".." +
                       std::to_string(symbol.max);
    if (symbol.multiple_of != 1) text += " multiple " + std::to_string(symbol.multiple_of);
    if (symbol.sample != 0) text += " sample " + std::to_string(symbol.sample);
    return text + "\n";
}

std::string slot_text(const Slot& slot, bool full) {
    std::string text = "slot " + key_text(slot.key) +
                       (slot.kind == Slot::Kind::parameter ? " = parameter : " : " = buffer : ") +
                       slot.type.str();
    for (const std::string& alias : slot.aliases) text += " alias " + key_text(alias);
    if (!slot.persistent) text += " transient";
    if (!slot.requires_grad) text += " frozen";
    if (full && slot.data.defined()) text += " = " + array_text(slot.data, true);
    return text + "\n";
}

std::string state_text(const std::vector<std::string>& keys) {
    std::string text;
    for (const std::string& key : keys) text += (text.empty() ? "state " : " ") + key_text(key);
    return text.empty() ? text : text + "\n";
}

std::string module_text(const ModuleInfo& module) {
    std::string text = "module " + quoted(module.path) + " : " + plain_or_quoted(module.class_name);
    if (!module.extra.empty()) text += " " + quoted(module.extra);
    for (const std::string& alias : module.aliases) text += " alias " + quoted(alias);
    return text + "\n";
}

std::string call_text(const ModuleCall& call) {
    std::string text = "call " + std::to_string(call.module);
    if (call.parent >= 0) text += " in " + std::to_string(call.parent);
    return text + "\n";
}

}  // namespace

std::string print(const Graph& graph, bool full) {
    const std::string head =
        graph.name == "forward" ? "" : "graph " + plain_or_quoted(graph.name) + "\n";
    return head + GraphPrinter(graph, full, "").run();
}

std::string print(const Program& program, bool full) {
    std::string text = "program " + plain_or_quoted(program.name) + "\n";
    for (const Symbol& symbol : program.symbols) text += symbol_text(symbol);
    for (const Slot& slot : program.slots) text += slot_text(slot, full);
    text += state_text(program.state_keys);
    for (const ModuleInfo& module : program.modules) text += module_text(module);
    for (const ModuleCall& call : program.calls) text += call_text(call);
    for (const auto& graph : program.graphs) {
        text +=
            "\ngraph " + plain_or_quoted(graph->name) + "\n" + GraphPrinter(*graph, full, "").run();
    }
    return text;
}

}  // namespace lithe::ir
