// A program as one HTML page.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/driver/dump.h"
#include "compiler/lower/kernel.h"

namespace lithe::driver {
namespace {

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

constexpr const char* style = R"(
body { font: 14px/1.5 sans-serif; margin: 2em auto; max-width: 110em; padding: 0 1em; color: #222; }
pre { font: 12px/1.4 monospace; background: #f6f6f4; padding: .7em; overflow-x: auto; }
table { border-collapse: collapse; } td, th { text-align: left; padding: .15em 1em .15em 0; vertical-align: top; }
.graph { overflow: auto; border: 1px solid #ddd; max-height: 85vh; }
svg text { font: 11px monospace; } svg rect { fill: #eef4fb; stroke: #7a9cc6; rx: 4; }
svg .input rect, svg .output rect { fill: #f3f3e8; stroke: #aaa17a; } svg path { fill: none; stroke: #999; }
svg a:hover rect { fill: #d4e6fb; }
)";

/// Data that is there before a run: it would hide the flow of a graph.
bool is_source(const ir::Node& node) { return node.inputs().empty() && !node.is("input"); }

std::string short_label(const ir::Node& node) {
    if (!node.body()) {
        return node.is("input") ? node.attrs().get_string("name") : std::string(node.name());
    }
    std::string label;
    for (const auto& inner : node.body()->nodes()) {
        if (inner->inputs().empty()) continue;
        label += (label.empty() ? "" : " ") + std::string(inner->name());
    }
    constexpr size_t most = 44;
    return label.size() > most ? label.substr(0, most - 3) + "..." : label;
}

/// A graph as SVG: a row for each length of the longest path from an input.
class Drawing {
public:
    Drawing(const ir::Graph& graph, const lower::Target& target) : target_(target) {
        for (const auto& node : graph.nodes()) {
            if (!is_source(*node)) place(*node);
        }
        for (const auto& node : graph.nodes()) {
            if (is_source(*node)) continue;
            for (const ir::Value& input : node->inputs()) {
                if (!is_source(*input.node)) edge(boxes_[input.node], boxes_[node.get()]);
            }
        }
        for (const auto& node : graph.nodes()) {
            if (!is_source(*node)) draw(*node);
        }
    }

    std::string text() const {
        return fmt::format(
            "<div class=\"graph\"><svg width=\"{}\" height=\"{}\">\n{}{}</svg></div>\n",
            width_ + 20, static_cast<int>(row_ends_.size()) * row_height + 20, edges_, nodes_);
    }

private:
    static constexpr int row_height = 64, box_height = 38, gap = 20, letter = 7;
    struct Box {
        int x = 0, row = 0, width = 0;
    };

    void place(const ir::Node& node) {
        Box box;
        for (const ir::Value& input : node.inputs()) {
            if (!is_source(*input.node)) box.row = std::max(box.row, boxes_[input.node].row + 1);
        }
        if (row_ends_.size() <= static_cast<size_t>(box.row))
            row_ends_.resize(static_cast<size_t>(box.row) + 1, 10);
        const size_t letters =
            std::max(short_label(node).size(), node.types().empty() ? 0 : node.type().str().size());
        box.width = static_cast<int>(letters) * letter + 16;
        box.x = row_ends_[static_cast<size_t>(box.row)];
        row_ends_[static_cast<size_t>(box.row)] += box.width + gap;
        width_ = std::max(width_, box.x + box.width);
        boxes_[&node] = box;
    }

    void edge(const Box& from, const Box& to) {
        const int x = from.x + from.width / 2, y = from.row * row_height + 10 + box_height;
        const int u = to.x + to.width / 2, v = to.row * row_height + 10;
        edges_ += fmt::format("<path d=\"M{} {} C{} {} {} {} {} {}\"/>\n", x, y, x, y + 20, u,
                              v - 20, u, v);
    }

    void draw(const ir::Node& node) {
        const Box& box = boxes_[&node];
        const int y = box.row * row_height + 10;
        std::string all = describe(node) + (node.line.empty() ? "" : "\nat " + node.line);
        std::string open, close;
        if (node.is("group")) {
            open = "<a href=\"#" + lower::kernel_name(node, target_) + "\">";
            close = "</a>";
        }
        nodes_ += fmt::format(
            "{}<g class=\"{}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" "
            "height=\"{}\"/>"
            "<text x=\"{}\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\">{}</text></g>{}\n",
            open, node.is("input") ? "input" : "node", escaped(all), box.x, y, box.width,
            box_height, box.x + 8, y + 15, escaped(short_label(node)), box.x + 8, y + 30,
            escaped(node.types().empty() ? "" : node.type().str()), close);
    }

    lower::Target target_;
    std::map<const ir::Node*, Box> boxes_;
    std::vector<int> row_ends_;
    std::string edges_, nodes_;
    int width_ = 0;
};

std::string module_table(const ir::Program& program) {
    std::string text =
        "<table><tr><th>module</th><th>class</th><th>parameters and buffers</th></tr>\n";
    for (const ir::ModuleInfo& module : program.modules) {
        const std::string prefix = module.path.empty() ? "" : module.path + ".";
        const auto depth =
            std::count(module.path.begin(), module.path.end(), '.') + (module.path.empty() ? 0 : 1);
        std::string state;
        for (const ir::Slot& slot : program.slots) {
            if (slot.key.starts_with(prefix) &&
                slot.key.find('.', prefix.size()) == std::string::npos) {
                state += slot.key.substr(prefix.size()) + " " + slot.type.str() + "<br>";
            }
        }
        text += fmt::format(
            "<tr><td style=\"padding-left:{}em\">{}</td><td>{}{}</td><td>{}</td></tr>\n", depth,
            module.path.empty() ? "(model)" : escaped(module.path), escaped(module.class_name),
            module.extra.empty() ? "" : escaped("(" + module.extra + ")"), state);
    }
    return text + "</table>\n";
}

std::string kernel_list(const Page& page) {
    std::string text;
    for (const KernelInfo& kernel : kernels_of(page.program, page.target)) {
        text += fmt::format(
            "<details id=\"{0}\"><summary><code>{0}</code> {1}, called by {2}, from {3}</summary>"
            "<pre>{4}</pre></details>\n",
            kernel.name, escaped(kernel.family), kernel.uses,
            escaped(kernel.lines.empty() ? "?" : fmt::format("{}", fmt::join(kernel.lines, ", "))),
            escaped(ir::print(*kernel.group->body())));
    }
    return text.empty() ? "<p>No groups yet: see the last pass shown above.</p>\n" : text;
}

}  // namespace

std::string html_text(const Page& page) {
    std::string text = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
        "charset=\"utf-8\"><title>{0}</title><style>{1}</style></head>\n"
        "<body><h1>{0}</h1><p>For {2}. A box of the graph is a kernel: hover for what it computes, "
        "click for its body.</p>\n",
        escaped(page.program.name), style, escaped(page.target.name));
    for (const auto& graph : page.program.graphs) {
        graph->number();
        text += fmt::format("<h2>Graph {}</h2>\n", escaped(graph->name)) +
                Drawing(*graph, page.target).text();
    }
    text += "<h2>Modules</h2>\n" + module_table(page.program);
    text += "<h2>Stages</h2>\n";
    for (const auto& [name, stage] : page.stages) {
        text += fmt::format("<details><summary>{}</summary><pre>{}</pre></details>\n",
                            escaped(name), escaped(stage));
    }
    text += "<h2>Kernels</h2>\n" + kernel_list(page);
    text += "<h2>Not fused</h2>\n";
    if (page.reasons.empty()) text += "<p>No fusion was refused.</p>\n";
    if (!page.reasons.empty()) text += "<ul>\n";
    for (const std::string& reason : page.reasons) text += "<li>" + escaped(reason) + "</li>\n";
    if (!page.reasons.empty()) text += "</ul>\n";
    return text + "</body></html>\n";
}

}  // namespace lithe::driver
