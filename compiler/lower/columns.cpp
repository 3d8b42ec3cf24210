// Softmax, log_softmax and norms along an axis that is not the innermost: columns of numbers, a
// vector of neighbours at a time. What is known of a column is computed once for it.
#include <algorithm>

#include "compiler/ir/rows.h"
#include "compiler/lower/families.h"
#include "compiler/lower/parallel.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::TailStrategy;
using Halide::Var;

/// Along an axis that is not the last.
bool normalises_columns(const ir::Node& node) {
    return ir::normalises_lines(node) && node.op().lower && is_floating(node.type().dtype) &&
           node.attrs().get_int("axis") < node.type().rank() - 1;
}

const ir::Node* anchor_of(const ir::Graph& body) {
    const ir::Node* anchor = nullptr;
    for (const auto& node : body.nodes()) {
        if (node->is("input")) continue;
        if (node->types().size() != 1) return nullptr;
        if (node->is(Trait::elementwise)) continue;
        if (anchor || node->is(Trait::injective) || !normalises_columns(*node)) return nullptr;
        anchor = node.get();
    }
    return anchor;
}

bool matches(const ir::Node& group, const Target&, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    const bool fits =
        anchor && group.types().size() == 1 && same(group.type().shape, anchor->type().shape);
    if (!fits) why = "columns: not one that normalises columns with elementwise nodes around it";
    return fits;
}

class Schedule {
public:
    Schedule(const ir::Node& group, Body& body)
        : body_(body),
          type_(group.type()),
          axis_(static_cast<size_t>(anchor_of(body.graph())->attrs().get_int("axis"))),
          column_(Body::axis_var(type_.rank() - 1)) {
        const int all = body_.target().lanes(static_cast<int>(size_bytes(type_.dtype)));
        const Dim& columns = type_.shape.back();
        lanes_ = columns.is_constant()
                     ? static_cast<int>(std::clamp<int64_t>(columns.constant(), 1, all))
                     : all;
    }

    void run() {
        body_.reduce_with([this](Reduce kind, const Coords& extents, const ReduceBody& value) {
            return down_columns(kind, extents, value);
        });
        body_.keep_with(
            [this](const Expr& extent, const EachBody& value) { return kept(extent, value); });
        body_.define_rest();
        Func out = body_.output();
        body_.bind_output(out, type_);
        out.compute_root();
        body_.bound_axes(out, type_);
        const Var inner("inner");
        const Halide::Stage stage = out;
        out.split(column_, column_, inner, lanes_, TailStrategy::GuardWithIf);
        order_lines(stage, {inner, Body::axis_var(static_cast<int>(axis_)), column_}, type_, axis_,
                    type_.count() * 4, parallel_threshold);
        out.vectorize(inner);
        for (Func& part : parts_) part.compute_at(out, column_).store_in(Halide::MemoryType::Stack);
    }

private:
    bool depends_on(const FreeVars& free, const Var& var) const {
        return std::any_of(free.parameters.begin(), free.parameters.end(),
                           [&](const Var& v) { return v.name() == var.name(); });
    }

    Expr down_columns(Reduce kind, const Coords& extents, const ReduceBody& value) {
        const RDom row(0, extents[0]);
        const Expr each = value({row});
        const FreeVars free = free_vars(each, row);
        if (extents.size() > 1 || !depends_on(free, column_) ||
            depends_on(free, Body::axis_var(static_cast<int>(axis_)))) {
            return reduce_in_place(kind, extents, value);
        }
        Func part("part");
        const std::vector<Expr> own(free.parameters.begin(), free.parameters.end());
        part(free.parameters) = reduce_identity(kind, each.type());
        part(free.parameters) =
            reduce_step(kind, part(own), Halide::Internal::substitute(free.renamed, each));
        part.vectorize(column_, lanes_, TailStrategy::GuardWithIf);
        part.update().vectorize(column_, lanes_, TailStrategy::GuardWithIf);
        parts_.push_back(part);
        return part(free.arguments);
    }

    /// The values of some columns side by side, if they fit in the second-level cache and on the
    /// stack.
    EachBody kept(const Expr& extent, const EachBody& value) {
        constexpr int64_t most_bytes = 224 << 10;
        const auto* length = extent.as<Halide::Internal::IntImm>();
        const Var row("row");
        const Expr each = value(row);
        const FreeVars free = free_vars(each);
        if (!length || length->value * each.type().bytes() * lanes_ > most_bytes ||
            !depends_on(free, column_)) {
            return value;
        }
        std::vector<Var> parameters{column_};
        std::vector<Expr> others;
        for (size_t i = 0; i < free.parameters.size(); ++i) {
            const std::string& name = free.parameters[i].name();
            if (name == row.name() || name == column_.name()) continue;
            parameters.push_back(free.parameters[i]);
            others.push_back(free.arguments[i]);
        }
        parameters.push_back(row);
        Func rows("rows");
        rows(parameters) = Halide::Internal::substitute(free.renamed, each);
        rows.vectorize(column_, lanes_, TailStrategy::GuardWithIf);
        parts_.push_back(rows);
        return [rows, others, column = Expr(column_)](const Expr& index) {
            std::vector<Expr> at{column};
            at.insert(at.end(), others.begin(), others.end());
            at.push_back(index);
            return Expr(rows(at));
        };
    }

    Body& body_;
    const TensorType& type_;
    size_t axis_;
    Var column_;  ///< the innermost axis
    int lanes_;
    std::vector<Func> parts_;
};

void schedule(const ir::Node& group, Body& body) { Schedule(group, body).run(); }

}  // namespace

const Family columns_family = {.name = "columns", .matches = matches, .schedule = schedule};

}  // namespace lithe::lower
