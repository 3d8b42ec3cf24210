#include "compiler/ir/regions.h"

#include "compiler/ir/ops.h"
#include "runtime/error.h"

namespace lithe::ir {
namespace {

Graph& region(const Node& node, int i) {
    Graph* graph = node.body(i);
    if (!graph) {
        throw InternalError("ir.region", "ir: a '" + std::string(node.name()) + "' has no region " +
                                             std::to_string(i));
    }
    return *graph;
}

std::string count_finding(const std::string& what, size_t have, size_t want) {
    if (have == want) return {};
    return what + ": " + std::to_string(have) + " in place of " + std::to_string(want);
}

std::string types_finding(const std::string& what, const TensorTypes& have,
                          const TensorTypes& want) {
    const std::string counts = count_finding(what, have.size(), want.size());
    if (!counts.empty()) return counts;
    for (size_t i = 0; i < have.size(); ++i) {
        if (same(have[i], want[i])) continue;
        return what + ": " + std::to_string(i) + " is " + have[i].str() + " in place of " +
               want[i].str();
    }
    return {};
}

TensorTypes input_types(const Graph& graph) {
    TensorTypes types;
    for (const Node* input : graph.inputs()) types.push_back(input->type());
    return types;
}

TensorTypes output_types(const Graph& graph) {
    TensorTypes types;
    for (const Output& output : graph.outputs) types.push_back(output.value.type());
    return types;
}

TensorTypes carry_types(const Node& node) {
    TensorTypes types;
    for (int i = 0; i < carry_count(node); ++i) types.push_back(node.input(i).type());
    return types;
}

bool has_count(const Node& node, const char* name) {
    const auto at = node.attrs().items().find(name);
    if (at == node.attrs().items().end()) return false;
    const Dim* count = std::get_if<Dim>(&at->second);
    return count && count->is_constant() && count->constant() >= 0 &&
           count->constant() <= node.input_count();
}

std::string attributes_finding(const Node& node) {
    if (node.is("cond")) {
        const bool has_flag = node.input_count() > 0 && node.input(0).type().rank() == 0 &&
                              node.input(0).type().dtype == DType::boolean;
        return has_flag ? "" : "operand 0 is not one bool";
    }
    if (!has_count(node, "carries")) return "the number of its carries is missing";
    if (!node.is("scan")) return {};
    const Attrs& attrs = node.attrs();
    const auto length = attrs.items().find("length");
    const bool has_length =
        length != attrs.items().end() && std::holds_alternative<Dim>(length->second);
    const auto reverse = attrs.items().find("reverse");
    const bool has_reverse =
        reverse != attrs.items().end() && std::holds_alternative<bool>(reverse->second);
    if (!has_count(node, "slices") || !has_length || !has_reverse ||
        carry_count(node) + slice_count(node) > node.input_count()) {
        return "attributes of a scan are missing";
    }
    for (int i = 0; i < slice_count(node); ++i) {
        const TensorType& type = node.input(carry_count(node) + i).type();
        if (type.rank() > 0 && same(type.size(0), attrs.get_dim("length"))) continue;
        return "operand " + std::to_string(carry_count(node) + i) + " is " + type.str() +
               ", which has no " + attrs.get_dim("length").str() + " slices";
    }
    return {};
}

}  // namespace

bool has_regions(const Node& node) {
    return node.is("scan") || node.is("while_loop") || node.is("cond");
}
bool is_loop(const Node& node) { return node.is("scan") || node.is("while_loop"); }
int region_count(const Node& node) { return node.is("scan") ? 1 : has_regions(node) ? 2 : 0; }

int carry_count(const Node& node) {
    return is_loop(node) ? static_cast<int>(node.attrs().get_int("carries")) : 0;
}
int slice_count(const Node& node) {
    return node.is("scan") ? static_cast<int>(node.attrs().get_int("slices")) : 0;
}
int operand_of_input(const Node& node, int, int i) { return node.is("cond") ? i + 1 : i; }

TensorType slice_of(const TensorType& type) {
    return {type.dtype, Shape(type.shape.begin() + 1, type.shape.end())};
}

TensorType stack_of(const TensorType& type, const Dim& count) {
    TensorType result = type;
    result.shape.insert(result.shape.begin(), count);
    return result;
}

TensorTypes region_inputs(const Node& node, int) {
    TensorTypes types;
    const int first = node.is("cond") ? 1 : 0;
    for (int i = first; i < node.input_count(); ++i) {
        const int slice = i - carry_count(node);
        const bool is_slice = node.is("scan") && slice >= 0 && slice < slice_count(node);
        types.push_back(is_slice ? slice_of(node.input(i).type()) : node.input(i).type());
    }
    return types;
}

TensorTypes region_results(const Node& node) {
    if (node.is("cond")) return output_types(region(node, 0));
    TensorTypes types = carry_types(node);
    if (!node.is("scan")) return types;
    const TensorTypes inner = output_types(region(node, 0));
    for (size_t i = types.size(); i < inner.size(); ++i) {
        types.push_back(stack_of(inner[i], node.attrs().get_dim("length")));
    }
    return types;
}

std::string region_finding(const Node& node) {
    for (int i = 0; i <= region_count(node); ++i) {
        if ((node.body(i) != nullptr) != (i < region_count(node))) {
            return "it has not " + std::to_string(region_count(node)) + " regions";
        }
    }
    if (std::string finding = attributes_finding(node); !finding.empty()) return finding;
    for (int i = 0; i < region_count(node); ++i) {
        const Graph& graph = region(node, i);
        for (const Output& output : graph.outputs) {
            if (!output.buffer.empty()) return "a region writes the buffer '" + output.buffer + "'";
        }
        std::string finding = types_finding("inputs of region " + std::to_string(i),
                                            input_types(graph), region_inputs(node, i));
        if (!finding.empty()) return finding;
    }
    std::string finding;
    if (node.is("cond")) {
        finding = types_finding("results of the second branch", output_types(region(node, 1)),
                                output_types(region(node, 0)));
    } else {
        const int body = node.is("scan") ? 0 : 1;
        TensorTypes next = output_types(region(node, body));
        if (node.is("scan") && next.size() > static_cast<size_t>(carry_count(node))) {
            next.resize(static_cast<size_t>(carry_count(node)));
        }
        finding = types_finding("carries after a round", next, carry_types(node));
    }
    if (finding.empty() && node.is("while_loop")) {
        finding =
            types_finding("the condition", output_types(region(node, 0)), {{DType::boolean, {}}});
    }
    return finding.empty() ? types_finding("results", node.types(), region_results(node)) : finding;
}

void for_each_graph(Graph& graph, const std::function<void(Graph&)>& visit) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& node = *graph.nodes()[i];
        for (int k = 0; k < region_count(node); ++k) {
            if (node.body(k)) for_each_graph(*node.body(k), visit);
        }
    }
    visit(graph);
}

void for_each_graph(const Program& program, const std::function<void(Graph&)>& visit) {
    for (const auto& graph : program.graphs) for_each_graph(*graph, visit);
}

}  // namespace lithe::ir
