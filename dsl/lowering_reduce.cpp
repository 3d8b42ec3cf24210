// Reductions inside of `lower`, and how a schedule family takes them over.
#include <cmath>
#include <set>
#include <utility>

#include "dsl/reduce_loops.h"

namespace lithe {
namespace {

using Halide::Expr;
using Halide::Internal::make_const;

thread_local ReduceScope* innermost_scope = nullptr;

/// Collects the Vars and the reduction indices that an Expr names.
class Names : public Halide::Internal::IRVisitor {
public:
    std::vector<std::string> vars;
    std::vector<Expr> indices;

protected:
    using Halide::Internal::IRVisitor::visit;
    void visit(const Halide::Internal::Let* let) override {
        let->value.accept(this);
        bound_.insert(let->name);
        let->body.accept(this);
        bound_.erase(let->name);
    }
    void visit(const Halide::Internal::Variable* variable) override {
        const bool is_known = variable->param.defined() || variable->image.defined() ||
                              bound_.contains(variable->name) ||
                              !seen_.insert(variable->name).second;
        if (is_known) return;
        if (variable->reduction_domain.defined()) {
            indices.push_back(variable);
        } else {
            vars.push_back(variable->name);
        }
    }

private:
    std::set<std::string> bound_, seen_;
};

}  // namespace

Halide::RDom reduce_loops(const Coords& extents) {
    Halide::Region region;
    for (size_t i = extents.size(); i-- > 0;) region.push_back({0, extents[i]});
    return Halide::RDom(region);
}

Coords reduce_index(const Halide::RDom& loops) {
    Coords index;
    for (int i = loops.dimensions(); i-- > 0;) index.emplace_back(loops[i]);
    return index;
}

ReduceScope::ReduceScope(Make make, Keep keep)
    : make_(std::move(make)),
      keep_(std::move(keep)),
      outer_(std::exchange(innermost_scope, this)) {}

ReduceScope::~ReduceScope() { innermost_scope = outer_; }

FreeVars free_vars(const Expr& value, const Halide::RDom& own) {
    Names names;
    value.accept(&names);
    FreeVars free;
    for (const std::string& name : names.vars) {
        free.parameters.emplace_back(name);
        free.arguments.push_back(free.parameters.back());
    }
    for (const Expr& index : names.indices) {
        const auto* variable = index.as<Halide::Internal::Variable>();
        if (own.defined() && variable->reduction_domain.same_as(own.domain())) continue;
        const Halide::Var parameter;
        free.parameters.push_back(parameter);
        free.arguments.push_back(index);
        free.renamed[variable->name] = parameter;
    }
    return free;
}

FreeVars free_vars(const Expr& value) { return free_vars(value, Halide::RDom()); }

Expr reduce_identity(Reduce kind, Halide::Type type) {
    switch (kind) {
        case Reduce::sum:
            return make_const(type, 0);
        case Reduce::product:
            return make_const(type, 1);
        case Reduce::max:
        case Reduce::largest:
            return type.is_float() ? make_const(type, -INFINITY) : type.min();
        case Reduce::min:
            return type.is_float() ? make_const(type, INFINITY) : type.max();
    }
    return {};
}

Expr reduce_step(Reduce kind, const Expr& total, const Expr& element) {
    switch (kind) {
        // Of bools as in eager mode, where true + true is true.
        case Reduce::sum:
            return total.type().is_bool() ? total || element : total + element;
        case Reduce::product:
            return total.type().is_bool() ? total && element : total * element;
        case Reduce::max:
            return max_nan(total, element);
        case Reduce::min:
            return min_nan(total, element);
        case Reduce::largest:
            return Halide::select(element > total, element, total);
    }
    return {};
}

namespace {

/// Merges the first of every two values with the second until one is left.
template <class Step>
Expr folded(std::vector<Expr> values, const Step& step) {
    while (values.size() > 1) {
        for (size_t i = 0; i < values.size() / 2; ++i)
            values[i] = step(values[2 * i], values[2 * i + 1]);
        if (values.size() % 2) values[values.size() / 2] = values.back();
        values.resize((values.size() + 1) / 2);
    }
    return values[0];
}

/// Looks for NaN in all of them at once, so that a step of max or min is one instruction.
Expr folded_extreme(Reduce kind, const std::vector<Expr>& values) {
    std::vector<Expr> are_nan;
    for (const Expr& value : values) are_nan.push_back(Halide::is_nan(value));
    const Expr has_nan = folded(are_nan, [](const Expr& a, const Expr& b) { return a || b; });
    const Expr best = folded(values, [&](const Expr& a, const Expr& b) {
        return Halide::select(kind == Reduce::max ? a > b : a < b, a, b);
    });
    return Halide::select(has_nan, make_const(best.type(), NAN), best);
}

}  // namespace

Expr fold_pairs(Reduce kind, std::vector<Expr> values) {
    const bool is_extreme = kind == Reduce::max || kind == Reduce::min;
    if (is_extreme && values.size() > 2 && values[0].type().is_float())
        return folded_extreme(kind, values);
    return folded(std::move(values),
                  [&](const Expr& a, const Expr& b) { return reduce_step(kind, a, b); });
}

Expr reduce_in_place(Reduce kind, const Coords& extents, const ReduceBody& body) {
    const Halide::RDom r = reduce_loops(extents);
    const Coords index = reduce_index(r);
    Expr value = body(index);
    const FreeVars free = free_vars(value, r);
    value = Halide::Internal::substitute(free.renamed, value);
    Halide::Func total("reduction");
    total(free.parameters) = reduce_identity(kind, value.type());
    total(free.parameters) = reduce_step(kind, total(free.parameters), value);
    return total(free.arguments);
}

Expr reduce(Reduce kind, const Coords& extents, const ReduceBody& body) {
    if (!innermost_scope) return reduce_in_place(kind, extents, body);
    ReduceScope* const scope = innermost_scope;
    return scope->make_(kind, extents, body);
}

EachBody keep_each(const Expr& extent, const EachBody& body) {
    ReduceScope* const scope = innermost_scope;
    return scope && scope->keep_ ? scope->keep_(extent, body) : body;
}

}  // namespace lithe
