#pragma once

#include <functional>
#include <string>

#include "compiler/ir/program.h"

// Nodes that run graphs of their own, their regions: `scan`, `while_loop`, `cond`. A region reaches
// the graph around it through its inputs alone. (A group has a body too, but that is one kernel.)
namespace lithe::ir {

/// Whether the node runs regions.
bool has_regions(const Node& node);
/// Whether its regions run again and again.
bool is_loop(const Node& node);
int region_count(const Node& node);

/// How many of a loop's operands are carried from round to round.
int carry_count(const Node& node);
/// How many of a scan's operands, after the carries, are read slice by slice.
int slice_count(const Node& node);
/// Which operand input `i` of region `region` belongs to. Each round of a loop has its own values
/// for the carries and slices; all others are the operands themselves.
int operand_of_input(const Node& node, int region, int i);

/// The types that the inputs of a region have to have, and those of the node's results, which
/// follow from its operands and its regions. Errors: an internal error where a region is missing.
TensorTypes region_inputs(const Node& node, int region);
TensorTypes region_results(const Node& node);

/// What does not fit between a node, its operands and its regions; empty where all does.
std::string region_finding(const Node& node);

/// `types` as they are for a slice of the first axis, and for `count` of them stacked.
TensorType slice_of(const TensorType& type);
TensorType stack_of(const TensorType& type, const Dim& count);

/// Calls `visit` with every graph of a program, or with a graph and its regions; inner ones first.
void for_each_graph(const Program& program, const std::function<void(Graph&)>& visit);
void for_each_graph(Graph& graph, const std::function<void(Graph&)>& visit);

}  // namespace lithe::ir
