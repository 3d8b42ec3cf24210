#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/ir/program.h"

namespace lithe::passes {

/// Reasons of choices, for `dump --why`: `group: conv at model.h:12: ...`.
using Notes = std::vector<std::string>;

/// Adds a reason that has to do with one node.
void add_note(Notes& notes, std::string_view pass, const ir::Graph& graph, const ir::Node& node,
              std::string_view reason);

class Tuning;

/// What a choice of kernels needs to know of the CPU.
struct Machine {
    int vector_bytes = 32;  ///< of one register
    int register_count = 16;
    int64_t l2_bytes = 1 << 20, l3_bytes = 8 << 20;  ///< of caches, the share of a core
    bool exact = false;  ///< no rewrite that changes how sums are rounded (Winograd)
    std::string target;  ///< what problems of a tuning begin with
    Tuning* tuning = nullptr;

    /// Whether registers are so few that they bind how sums are made.
    bool has_few_registers() const { return register_count < 32; }
};

/// A pass is a function with an effect on one graph or on the program; the answer says whether it
/// changed anything.
using PassFunction =
    std::variant<bool (*)(ir::Graph&), bool (*)(ir::Graph&, Notes&),
                 bool (*)(ir::Graph&, const Machine&, Notes&), bool (*)(ir::Program&)>;

/// Which graphs a pass of graphs is run on.
enum class On : uint8_t {
    all,
    fused,  ///< all but the graphs for hooks, whose module boundaries stay
    eval,   ///< all but those of train mode, whose parameters change with every step
};

/// A row of the pipeline.
struct Pass {
    std::string_view name;
    PassFunction run;
    On on = On::all;
};

}  // namespace lithe::passes
