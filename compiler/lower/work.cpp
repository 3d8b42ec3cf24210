#include "compiler/lower/work.h"

#include "compiler/ir/kernel_key.h"
#include "compiler/ir/regions.h"
#include "compiler/lower/body.h"

namespace lithe::lower {
namespace {

using Halide::Expr;

double bytes_of(const TensorType& type, const ir::SymbolValues& sizes) {
    return static_cast<double>(ir::substitute(type.count(), sizes).constant()) *
           static_cast<double>(size_bytes(type.dtype));
}

/// A size that depends on symbols alone, as a number; 0 where it depends on more.
double number(Expr size, const Body& body, const ir::SymbolValues& sizes) {
    const std::vector<Halide::Argument> arguments = body.arguments();
    const std::vector<std::string> names = body.symbol_names();
    for (size_t i = 0; i < names.size(); ++i) {
        size = Halide::Internal::substitute(arguments[i].name,
                                            Expr(static_cast<int32_t>(sizes.at(names[i]))), size);
    }
    size = Halide::Internal::simplify(size);
    const auto* constant = size.as<Halide::Internal::IntImm>();
    return constant ? static_cast<double>(constant->value) : 0;
}

}  // namespace

Work work_of(const ir::Node& group, const ir::SymbolValues& sizes) {
    Work work;
    for (const ir::Value& operand : group.inputs()) work.bytes += bytes_of(operand.type(), sizes);
    for (const TensorType& type : group.types()) work.bytes += bytes_of(type, sizes);

    Body body(*group.body(), {}, ir::kernel_symbols(group));
    double elements = 0;
    body.reduce_with([&](Reduce kind, const Coords& extents, const ReduceBody& value) {
        double terms = 1;
        for (const Expr& extent : extents) terms *= number(extent, body, sizes);
        const Expr term = value(Coords(extents.size(), Expr(0)));
        if (kind == Reduce::sum && term.as<Halide::Internal::Mul>())
            work.flops += 2 * elements * terms;
        return reduce_in_place(kind, extents, value);
    });
    for (const auto& node : group.body()->nodes()) {
        if (node->is("input")) continue;
        if (!node->op().lower) {  // its family defines it: not counted
            Halide::Func unknown;
            unknown(Body::vars(node->type().rank())) = Halide::cast<float>(0);
            body.define(node->value(), unknown);
            continue;
        }
        elements = static_cast<double>(ir::substitute(node->type().count(), sizes).constant());
        body.func(node->value());
    }
    return work;
}

namespace {

void add_runs(const ir::Graph& graph, const Dim& rounds, std::vector<GroupRun>& runs) {
    for (const auto& node : graph.nodes()) {
        if (node->is("group")) runs.push_back({node.get(), rounds});
        const Dim inner = node->is("scan") ? rounds * node->attrs().get_dim("length") : rounds;
        for (int i = 0; i < ir::region_count(*node); ++i) add_runs(*node->body(i), inner, runs);
    }
}

}  // namespace

std::vector<GroupRun> group_runs(const ir::Graph& graph) {
    std::vector<GroupRun> runs;
    add_runs(graph, 1, runs);
    return runs;
}

}  // namespace lithe::lower
