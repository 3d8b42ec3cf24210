#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace lithe::ir {

/// A named size and the values it may take; `sample` is its value while tracing.
struct Symbol {
    std::string name;
    int64_t min = 1;
    int64_t max = 0;  ///< inclusive
    int64_t multiple_of = 1;
    int64_t sample = 0;
};

/// A parameter or buffer of the model.
struct Slot {
    enum class Kind : uint8_t { parameter, buffer };
    std::string key;                   ///< first state_dict name
    std::vector<std::string> aliases;  ///< further names of the same tensor
    Kind kind = Kind::parameter;
    bool persistent = true;
    bool requires_grad = true;
    TensorType type;
    Array data;  ///< the value at compile time: goes to the weights file
};

/// A module of the tree, root first, in named_modules() order.
struct ModuleInfo {
    std::string path;                  ///< `layer1.0.conv`; empty for the root
    std::string class_name;            ///< `Conv2d`
    std::string extra;                 ///< what pretty printing shows in parentheses
    std::vector<std::string> aliases;  ///< further paths of a module that is shared
};

/// One call of a module in forward().
struct ModuleCall {
    int module = 0;   ///< index into Program::modules
    int parent = -1;  ///< the call inside of which it happens
};

/// What a trace yields and the passes refine.
struct Program {
    std::string name;
    std::vector<Symbol> symbols;
    std::vector<Slot> slots;
    /// The names in the order of the state_dict. Empty: the slots, each followed by its aliases.
    std::vector<std::string> state_keys;
    std::vector<ModuleInfo> modules;
    std::vector<ModuleCall> calls;
    std::vector<std::unique_ptr<Graph>> graphs;  ///< `forward` (eval), `forward_train`, `prepare`

    Graph* graph(std::string_view graph_name) const;
    const Slot* slot(std::string_view key) const;
    const Symbol* symbol(std::string_view symbol_name) const;
    /// The names of the persistent slots, each followed by its aliases.
    std::vector<std::string> keys_by_slot() const;
    /// The value at the samples; nothing where a symbol is not declared.
    std::optional<int64_t> sample_of(const Dim& dim) const;
    /// With graphs of its own; the data of slots are shared.
    Program copy() const;
};

/// The text form: header tables, then graphs. parse(print(p)) equals p; arrays of more than 16
/// elements print as a content hash unless `full`.
std::string print(const Program& program, bool full = false);
std::string print(const Graph& graph, bool full = false);
/// Errors: ir.syntax with line and column, ir.unknown_op with the nearest name, those of verify.
Program parse_program(std::string_view text);
std::unique_ptr<Graph> parse_graph(std::string_view text);

/// Checks every rule of the IR; `when` names the pass that ran last. Throws InternalError.
void verify(const Graph& graph, std::string_view when);
void verify(const Program& program, std::string_view when);

/// Runs a graph by the ops' references: the oracle for every stage of compilation.
class Interpreter {
public:
    explicit Interpreter(const Program& program) : program_(program) {}
    /// `inputs` in order; gives the outputs in order. `slots` replaces the compile-time data.
    std::vector<Array> run(const Graph& graph, const std::vector<Array>& inputs,
                           const std::map<std::string, Array>& slots = {});
    /// What random ops begin with: the seed, and how many runs have gone before.
    void set_random(int64_t seed, int64_t runs) { random_ = {seed, runs}; }

private:
    const Program& program_;
    std::array<int64_t, 2> random_ = {0, 0};
};

}  // namespace lithe::ir
