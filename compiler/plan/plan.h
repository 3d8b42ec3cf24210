#pragma once

#include <map>
#include <string>

#include "compiler/ir/program.h"
#include "runtime/artifact.h"

namespace lithe::plan {

/// Which kernel computes a group, and the symbols it takes, by the group node.
struct KernelUse {
    int index = 0;
    std::vector<std::string> symbols;
};
using KernelUses = std::map<const ir::Node*, KernelUse>;

/// The order of steps of a lowered graph and its memory. The graph holds groups, source nodes,
/// boundary nodes and reshapes alone. Sizes are planned at the upper ends of the symbols' ranges.
artifact::Plan make_plan(const ir::Program& program, const ir::Graph& graph,
                         const KernelUses& kernels, std::vector<std::byte>& constants);

artifact::SizeCode size_code(const ir::Program& program, const Dim& dim);
artifact::Type port_type(const ir::Program& program, const TensorType& type);

/// Appends a dense copy to the constants, aligned; gives its offset.
int64_t add_constant(std::vector<std::byte>& constants, const Array& value);

/// The largest value of a size over the symbols' ranges. Errors: plan.unbounded.
int64_t upper_bound(const ir::Program& program, const Dim& dim);

}  // namespace lithe::plan
