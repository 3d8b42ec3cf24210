#pragma once

#include <Halide.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/lower/target.h"
#include "dsl/lowering.h"

namespace lithe::lower {

/// The Halide form of a group's body: one inline Func per node result, operands as dense input
/// buffers, symbols as int32 scalars. A schedule family takes it from here.
///
/// Funcs and buffers have their axes innermost first, as Halide's do; `Coords` and shapes stay
/// outermost first. `axis(f, i)` is the Var of shape axis i.
class Body {
public:
    /// `symbols`: the sizes with names that the kernel is given, in this order. Those of the group
    /// as it was: joined axes may name them in another.
    Body(const ir::Graph& graph, const Target& target, std::vector<std::string> symbols);

    const ir::Graph& graph() const { return graph_; }
    const Target& target() const { return target_; }
    Halide::Func& func(ir::Value value);
    Halide::ImageParam& input(int i) { return inputs_[static_cast<size_t>(i)]; }
    Halide::Func& output(int i = 0) { return func(graph_.outputs[static_cast<size_t>(i)].value); }
    /// A size as an Expr of constants and symbol parameters.
    Halide::Expr size(const Dim& dim);
    /// Element `coords` of a value: through its Func, or of an operand's buffer.
    Halide::Expr at(ir::Value value, const Coords& coords);

    /// `total` + `term`, fused where the term is a product.
    static Halide::Expr add_term(const Halide::Expr& total, const Halide::Expr& term);

    /// Replaces the Func of a value, or an operand's buffer, by a Func that a family defines
    /// itself. Must come before consumers are used.
    void define(ir::Value value, Halide::Func func);
    /// Gives the family the reductions of nodes that are defined from now on.
    void reduce_with(ReduceScope::Make make) { reduce_ = std::move(make); }
    /// The same for what they read more than once.
    void keep_with(ReduceScope::Keep keep) { keep_ = std::move(keep); }
    /// Defines the Funcs of all nodes that have none yet, by their ops' `lower`.
    void define_rest();

    /// Fixes an output's layout: bounds, and the strides of its shape or of what it is a part of.
    void bind_output(Halide::Func& func, const TensorType& type);
    /// The same for a Func that has all results of the group, of one shape.
    void bind_results(Halide::Func& func, const TensorType& type);
    /// The extents of a Func's axes, which are those of a shape.
    void bound_axes(Halide::Func& func, const TensorType& type);
    /// What is stored, in the order of the results.
    std::vector<Halide::Func> results();

    /// Arguments in the kernel's order.
    std::vector<Halide::Argument> arguments() const;
    std::vector<std::string> symbol_names() const;

    static Halide::Var axis_var(int axis);
    /// Vars of a shape, in Halide's order.
    static std::vector<Halide::Var> vars(int rank);

private:
    void define_node(ir::Node& node);
    void bind(Halide::OutputImageParam buffer, const TensorType& type, bool has_bounds);
    /// Those in the attribute, else those of a dense tensor.
    std::vector<Halide::Expr> strides_of(const TensorType& type, const ir::Node& node,
                                         const std::string& attr);

    const ir::Graph& graph_;
    Target target_;
    std::vector<Halide::ImageParam> inputs_;
    std::map<std::string, Halide::Param<int>> symbols_;
    std::vector<std::string> symbol_order_;
    std::map<std::pair<const ir::Node*, int>, Halide::Func> funcs_;
    std::optional<Halide::Func> all_results_;
    ReduceScope::Make reduce_;
    ReduceScope::Keep keep_;
};

/// A way to schedule a kind of body. Families are tried in order; the last one takes everything.
struct Family {
    const char* name;
    /// Sums of products may be fused and reordered. Such a family keeps everything else apart from
    /// its accumulators: a value that a fused multiply-add made is assumed to be no NaN.
    bool fuses_multiply_add = false;
    /// Whether its tasks are the `row_blocks` of an anchor that has them, innermost.
    bool takes_row_blocks = false;
    /// Whether the family can do the group; the reason why not goes to `why`.
    bool (*matches)(const ir::Node& group, const Target& target, std::string& why);
    /// Defines what it wants to define itself, and schedules all outputs.
    void (*schedule)(const ir::Node& group, Body& body);
};

const Family& find_family(const ir::Node& group, const Target& target);

/// Hex of a 128-bit content hash, for names.
std::string content_hash(std::string_view text);

}  // namespace lithe::lower
