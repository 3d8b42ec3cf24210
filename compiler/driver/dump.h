#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/lower/target.h"
#include "compiler/passes/pass.h"

namespace lithe::driver {

/// A distinct kernel of a lowered program.
struct KernelInfo {
    std::string name, family;
    const ir::Node* group = nullptr;  ///< the first that it computes
    int uses = 0;
    std::vector<std::string> lines;  ///< of the author's source, each once
};
std::vector<KernelInfo> kernels_of(const ir::Program& program, const lower::Target& target);

/// `relu f32[N, 4] {...}`: a node without its operands.
std::string describe(const ir::Node& node);

/// The whole program as JSON.
std::string json_text(const ir::Program& program);
/// The graphs for Graphviz: module calls as nested clusters, groups as boxes that list their
/// bodies.
std::string dot_text(const ir::Program& program);

/// What the page shows; `stages` are texts of the program, by the name of the pass before each.
struct Page {
    const ir::Program& program;
    lower::Target target;
    std::vector<std::pair<std::string, std::string>> stages;
    passes::Notes reasons;
};
/// One HTML page that needs nothing else: graph, module tree, stages, kernels, refused fusions.
std::string html_text(const Page& page);

/// A folder for each kernel below `folder`: ir.txt, statement.txt, assembly.s, README.md. Returns
/// how many.
int write_kernels(const ir::Program& program, const lower::Target& target,
                  const std::string& folder);

}  // namespace lithe::driver
