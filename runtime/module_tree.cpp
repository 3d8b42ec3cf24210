#include "runtime/module_tree.h"

#include <string_view>

#include "runtime/text.h"

namespace lithe {
namespace {

std::string_view parent_of(std::string_view path) {
    const size_t dot = path.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

std::string_view last_name(std::string_view path) { return path.substr(path.rfind('.') + 1); }

class Printer {
public:
    explicit Printer(std::span<const artifact::Module> modules) : modules_(modules) {}

    void print(size_t index, size_t indent) {
        const artifact::Module& module = modules_[index];
        text.append(module.class_name).append("(");
        bool has_children = false;
        for (size_t child = index + 1; child < modules_.size(); ++child) {
            if (!is_child(child, index)) continue;
            if (!has_children && !module.extra.empty()) new_line(indent + 2).append(module.extra);
            has_children = true;
            new_line(indent + 2).append(concat({"(", last_name(modules_[child].path), "): "}));
            print(child, indent + 2);
        }
        if (has_children) {
            new_line(indent);
        } else {
            text.append(module.extra);
        }
        text.append(")");
    }

    std::string text;

private:
    bool is_child(size_t child, size_t parent) const {
        const std::string& path = modules_[child].path;
        return !path.empty() && parent_of(path) == modules_[parent].path;
    }
    std::string& new_line(size_t indent) { return text.append("\n").append(indent, ' '); }

    std::span<const artifact::Module> modules_;
};

}  // namespace

std::string module_tree_text(std::span<const artifact::Module> modules) {
    Printer printer(modules);
    if (!modules.empty()) printer.print(0, 0);
    return std::move(printer.text);
}

}  // namespace lithe
