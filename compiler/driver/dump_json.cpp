// A program as JSON.
#include <nlohmann/json.hpp>

#include "compiler/driver/dump.h"

namespace lithe::driver {
namespace {

using Json = nlohmann::ordered_json;

Json value_json(const ir::Value& value) {
    return Json{{"node", value.node->id()}, {"result", value.index}};
}

Json graph_json(const ir::Graph& graph);

Json node_json(const ir::Node& node) {
    Json j{{"id", node.id()},
           {"op", node.name()},
           {"inputs", Json::array()},
           {"types", Json::array()}};
    for (const ir::Value& input : node.inputs()) j["inputs"].push_back(value_json(input));
    for (const TensorType& type : node.types()) j["types"].push_back(type.str());
    for (const auto& [name, attr] : node.attrs().items()) j["attributes"][name] = str(attr);
    if (node.module_call >= 0) j["call"] = node.module_call;
    if (!node.line.empty()) j["line"] = node.line;
    for (int i = 0; node.body(i); ++i) j["bodies"].push_back(graph_json(*node.body(i)));
    return j;
}

Json graph_json(const ir::Graph& graph) {
    Json j{{"name", graph.name}, {"nodes", Json::array()}, {"outputs", Json::array()}};
    for (const auto& node : graph.nodes()) j["nodes"].push_back(node_json(*node));
    for (const ir::Output& output : graph.outputs) {
        Json row = value_json(output.value);
        row["name"] = output.name;
        if (!output.buffer.empty()) row["buffer"] = output.buffer;
        j["outputs"].push_back(row);
    }
    return j;
}

void number(ir::Graph& graph) {
    graph.number();
    for (const auto& node : graph.nodes()) {
        for (int i = 0; node->body(i); ++i) number(*node->body(i));
    }
}

}  // namespace

std::string json_text(const ir::Program& program) {
    Json j{{"name", program.name},     {"sizes", Json::array()}, {"state", Json::array()},
           {"modules", Json::array()}, {"calls", Json::array()}, {"graphs", Json::array()}};
    for (const ir::Symbol& s : program.symbols) {
        j["sizes"].push_back(
            {{"name", s.name}, {"min", s.min}, {"max", s.max}, {"multiple_of", s.multiple_of}});
    }
    for (const ir::Slot& s : program.slots) {
        const bool is_parameter = s.kind == ir::Slot::Kind::parameter;
        j["state"].push_back({{"key", s.key},
                              {"aliases", s.aliases},
                              {"kind", is_parameter ? "parameter" : "buffer"},
                              {"type", s.type.str()},
                              {"persistent", s.persistent},
                              {"requires_grad", s.requires_grad}});
    }
    for (const ir::ModuleInfo& m : program.modules) {
        j["modules"].push_back({{"path", m.path}, {"class", m.class_name}, {"options", m.extra}});
    }
    for (const ir::ModuleCall& c : program.calls)
        j["calls"].push_back({{"module", c.module}, {"parent", c.parent}});
    for (const auto& graph : program.graphs) {
        number(*graph);
        j["graphs"].push_back(graph_json(*graph));
    }
    return j.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lithe::driver
