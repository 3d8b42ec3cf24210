// The distinct kernels of a program, and a folder for each.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <span>

#include "compiler/driver/dump.h"
#include "compiler/ir/regions.h"
#include "compiler/lower/kernel.h"
#include "runtime/file.h"

namespace lithe::driver {
namespace {

void write_text(const std::string& path, const std::string& text) {
    write_file(path, std::as_bytes(std::span(text.data(), text.size())));
}

void add_line(KernelInfo& kernel, const std::string& line) {
    if (line.empty() ||
        std::find(kernel.lines.begin(), kernel.lines.end(), line) != kernel.lines.end())
        return;
    kernel.lines.push_back(line);
}

}  // namespace

std::string describe(const ir::Node& node) {
    std::string text(node.name());
    for (const TensorType& type : node.types()) text += " " + type.str();
    std::string attrs;
    for (const auto& [name, attr] : node.attrs().items()) {
        attrs += (attrs.empty() ? "" : ", ") + name + " = " + str(attr);
    }
    constexpr size_t most = 200;  // arrays
    if (attrs.size() > most) attrs = attrs.substr(0, most) + " ...";
    return attrs.empty() ? text : text + " {" + attrs + "}";
}

std::vector<KernelInfo> kernels_of(const ir::Program& program, const lower::Target& target) {
    std::vector<KernelInfo> kernels;
    std::map<std::string, size_t> index_of;
    ir::for_each_graph(program, [&](const ir::Graph& graph) {
        for (const auto& node : graph.nodes()) {
            if (!node->is("group")) continue;
            const std::string name = lower::kernel_name(*node, target);
            const auto [at, is_new] = index_of.try_emplace(name, kernels.size());
            if (is_new)
                kernels.push_back({name, node->attrs().get_string("family"), node.get(), 0, {}});
            KernelInfo& kernel = kernels[at->second];
            ++kernel.uses;
            add_line(kernel, node->line);
            for (const auto& inner : node->body()->nodes()) add_line(kernel, inner->line);
        }
    });
    return kernels;
}

int write_kernels(const ir::Program& program, const lower::Target& target,
                  const std::string& folder) {
    const std::vector<KernelInfo> kernels = kernels_of(program, target);
    for (const KernelInfo& kernel : kernels) {
        const std::string own = folder + "/" + kernel.name;
        std::error_code error;
        std::filesystem::create_directories(own, error);  // what is wrong, write_text says
        write_text(own + "/ir.txt", ir::print(*kernel.group->body(), /*full=*/true));
        write_text(own + "/statement.txt",
                   lower::show_kernel(*kernel.group, target, lower::Form::statement) + "\n");
        write_text(own + "/assembly.s",
                   lower::show_kernel(*kernel.group, target, lower::Form::assembly) + "\n");
        write_text(
            own + "/README.md",
            fmt::format("# {}\n\nA kernel of `{}` for {}, family `{}`; {} of the program's groups "
                        "call it.\n"
                        "Written in the source at: {}\n\n"
                        "- `ir.txt`: what it computes\n- `statement.txt`: Halide's statement after "
                        "scheduling\n"
                        "- `assembly.s`: the code\n",
                        kernel.name, program.name, target.name, kernel.family, kernel.uses,
                        kernel.lines.empty() ? "unknown"
                                             : fmt::format("{}", fmt::join(kernel.lines, ", "))));
    }
    return static_cast<int>(kernels.size());
}

}  // namespace lithe::driver
