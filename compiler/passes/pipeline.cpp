#include "compiler/passes/pipeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/regions.h"
#include "compiler/ir/sample_scope.h"
#include "compiler/passes/passes.h"
#include "runtime/error.h"
#include "runtime/nearest.h"
#include "runtime/text.h"

namespace lithe::passes {
namespace {

/// The order is the contract: a row may rely on every row above it.
constexpr Pass pipeline[] = {
    {"drop_module_boundaries", drop_module_boundaries, On::fused},
    {"eliminate_dead_nodes", eliminate_dead_nodes},
    {"split_argmax", split_argmax},
    {"split_argsort", split_argsort},
    {"canonicalize", canonicalize},  // from here on, equal meaning is equal text
    {"fold_constants", fold_constants},
    {"simplify_algebra", simplify_algebra},
    {"eliminate_common_subexpressions", eliminate_common_subexpressions},
    {"recognize_gelu", recognize_gelu},  // before its factor becomes part of weights
    {"recognize_norm", recognize_norm},
    {"fold_batch_norm", fold_batch_norm, On::eval},
    {"join_padding", join_padding},
    {"trim_filters", trim_filters},
    {"pool_before_conv", pool_before_conv, On::eval},
    {"recognize_attention", recognize_attention},  // before its products are taken apart
    {"batch_products", batch_products},    // so that of a cell's two products one is left in a step
    {"recognize_gates", recognize_gates},  // before their product is taken as one
    {"split_batch", split_batch, On::eval},  // so that kernels are chosen for what a round has
    // Leaves a permute on each side of a convolution; they meet and vanish in the row below.
    {"choose_kernels", choose_kernels},
    {"choose_layout", choose_layout},
    {"scale_filters", scale_filters, On::eval},
    {"hoist_invariants", hoist_invariants},  // weights that were packed inside of a loop
    {"prune_regions", prune_regions},
    // After all that makes nodes of parameters; then nothing looks into bodies.
    {"split_prepare", split_prepare},
    {"group", group},
    {"place_parts", place_parts},  // of kernels, so that they write where cat would copy
    {"split_rows", split_rows},
};

bool run_on_one(const Pass& pass, ir::Graph& graph, Notes& notes, const Machine& machine) {
    if (const auto* plain = std::get_if<bool (*)(ir::Graph&)>(&pass.run)) return (*plain)(graph);
    if (const auto* of_machine =
            std::get_if<bool (*)(ir::Graph&, const Machine&, Notes&)>(&pass.run)) {
        return (*of_machine)(graph, machine, notes);
    }
    return std::get<bool (*)(ir::Graph&, Notes&)>(pass.run)(graph, notes);
}

/// Regions are graphs too, before the graph that they are in.
bool run_on(const Pass& pass, ir::Graph& graph, Notes& notes, const Machine& machine) {
    bool changed = false;
    ir::for_each_graph(
        graph, [&](ir::Graph& inner) { changed |= run_on_one(pass, inner, notes, machine); });
    return changed;
}

bool apply(const Pass& pass, ir::Program& program, Notes& notes, const Machine& machine) {
    if (const auto* whole = std::get_if<bool (*)(ir::Program&)>(&pass.run)) {
        return (*whole)(program);
    }
    bool changed = false;
    for (const auto& graph : program.graphs) {
        const std::string_view name = graph->name;
        if (pass.on == On::fused && name.ends_with("_hooks")) continue;
        if (pass.on == On::eval && name.starts_with("forward_train")) continue;
        changed |= run_on(pass, *graph, notes, machine);
    }
    return changed;
}

void check_answer([[maybe_unused]] const Pass& pass, [[maybe_unused]] const std::string& before,
                  [[maybe_unused]] const ir::Program& program, [[maybe_unused]] bool changed) {
#ifndef NDEBUG
    if ((print(program) != before) == changed) return;
    throw InternalError("passes.answer", "passes: " + std::string(pass.name) +
                                             (changed ? " says that it changed the program"
                                                      : " has changed the program unsaid"));
#endif
}

/// The plan is made of groups alone.
bool is_needed(const Pass& pass) { return pass.name == "group"; }

void check_names(const PipelineOptions& options) {
    for (const std::string& name : options.disabled) {
        if (!is_needed(find_pass(name))) continue;
        throw UserError("passes.needed", "passes: '" + name + "' cannot be left out");
    }
    for (const std::string& name : options.dump_after) find_pass(name);
    if (!options.stop_after.empty()) find_pass(options.stop_after);
}

void add_hooks_graphs(ir::Program& program) {
    for (const char* name : {"forward", "forward_train"}) {
        const ir::Graph* graph = program.graph(name);
        if (!graph) continue;
        auto hooks = graph->clone();
        hooks->name = std::string(name) + "_hooks";
        program.graphs.push_back(std::move(hooks));
    }
}

}  // namespace

std::span<const Pass> default_pipeline() { return pipeline; }

const Pass& find_pass(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Pass& pass : pipeline) {
        if (pass.name == name) return pass;
        names.push_back(pass.name);
    }
    throw UserError("passes.unknown", "passes: no pass " + quote(name) + did_you_mean(name, names));
}

void add_note(Notes& notes, std::string_view pass, const ir::Graph& graph, const ir::Node& node,
              std::string_view reason) {
    const std::string line = node.line.empty() ? "" : " at " + node.line;
    notes.push_back(fmt::format("{}: {}: {}{}: {}", pass, graph.name, node.name(), line, reason));
}

bool run_pass(const Pass& pass, ir::Program& program, Notes& notes, const Machine& machine) {
    const ir::SampleScope scope(program);
    std::string before;
#ifndef NDEBUG
    before = print(program);
#endif
    const bool changed = apply(pass, program, notes, machine);
    for (const auto& graph : program.graphs) graph->number();
    check_answer(pass, before, program, changed);
    if (!changed) return false;
    for (const auto& graph : program.graphs) graph->erase_dead();
    verify(program, pass.name);
    return true;
}

Notes run_pipeline(ir::Program& program, const PipelineOptions& options) {
    check_names(options);
    if (options.with_hooks) add_hooks_graphs(program);
    Notes notes;
    int changes = 0;
    for (const Pass& pass : pipeline) {
        const bool is_over = options.limit >= 0 && changes >= options.limit;
        if (options.disabled.contains(std::string(pass.name)) || (is_over && !is_needed(pass)))
            continue;
        if (run_pass(pass, program, notes, options.machine)) ++changes;
        if (options.dump_after.contains(std::string(pass.name)) && options.log) {
            options.log("# after " + std::string(pass.name) + "\n" + print(program));
        }
        if (options.stop_after == pass.name) break;
    }
    return notes;
}

}  // namespace lithe::passes
