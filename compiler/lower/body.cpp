#include "compiler/lower/body.h"

#include <algorithm>
#include <utility>

#include "compiler/ir/kernel_key.h"
#include "dsl/lower_multiply_add.h"
#include "runtime/error.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::Var;

/// Halide's order of some coordinates: innermost first.
std::vector<Expr> reversed(const Coords& coords) { return {coords.rbegin(), coords.rend()}; }

std::string type_suffix(const ir::Node& node) { return std::string(node.name()) + "_"; }

}  // namespace

Var Body::axis_var(int axis) { return Var("i" + std::to_string(axis)); }

std::vector<Var> Body::vars(int rank) {
    std::vector<Var> result;
    for (int axis = rank; axis-- > 0;) result.push_back(axis_var(axis));
    return result;
}

Body::Body(const ir::Graph& graph, const Target& target, std::vector<std::string> symbols)
    : graph_(graph), target_(target), symbol_order_(std::move(symbols)) {
    for (size_t i = 0; i < symbol_order_.size(); ++i) {
        // The kernel's own names depend on the order of appearance, not on the author's.
        symbols_.emplace(symbol_order_[i], Halide::Param<int>("size" + std::to_string(i)));
    }
    for (const ir::Node* node : graph.inputs()) {
        const TensorType& type = node->type();
        Halide::ImageParam param(halide_type(type.dtype), type.rank(),
                                 "in" + std::to_string(inputs_.size()));
        const std::vector<Expr> strides = strides_of(type, *node, "strides");
        for (int axis = type.rank(); axis-- > 0;) {
            const int d = type.rank() - 1 - axis;
            param.dim(d).set_bounds(0, size(type.size(axis)));
            param.dim(d).set_stride(strides[static_cast<size_t>(axis)]);
        }
        param.set_host_alignment(static_cast<int>(size_bytes(type.dtype)));
        inputs_.push_back(param);
    }
}

Expr Body::size(const Dim& dim) {
    if (dim.is_constant()) return static_cast<int32_t>(dim.constant());
    Expr sum = 0;
    for (const DimTerm& term : dim.expr()->terms) {
        Expr value = static_cast<int32_t>(term.coefficient);
        for (const DimAtom& atom : term.atoms) {
            Expr factor;
            switch (atom.kind) {
                case DimAtom::Kind::symbol:
                    factor = symbols_.at(atom.name);
                    break;
                case DimAtom::Kind::floor_div:
                    factor = size(atom.left) / size(atom.right);
                    break;
                case DimAtom::Kind::min:
                    factor = min(size(atom.left), size(atom.right));
                    break;
                case DimAtom::Kind::max:
                    factor = max(size(atom.left), size(atom.right));
                    break;
            }
            value = value * factor;
        }
        sum = sum + value;
    }
    return simplify(sum);
}

Expr Body::at(ir::Value value, const Coords& coords) {
    if (value.node->is("input") && !funcs_.contains({value.node, value.index})) {
        Halide::ImageParam& param = input(static_cast<int>(value.node->attrs().get_int("index")));
        return param(reversed(coords));
    }
    return func(value)(reversed(coords));
}

Expr Body::add_term(const Expr& total, const Expr& term) {
    const auto* product = term.as<Halide::Internal::Mul>();
    if (!product || !term.type().is_float()) return strict_float(total + term);
    return multiply_add(product->a, product->b, total);
}

Func& Body::func(ir::Value value) {
    const auto key = std::make_pair(static_cast<const ir::Node*>(value.node), value.index);
    if (const auto at = funcs_.find(key); at != funcs_.end()) return at->second;
    define_node(*value.node);
    return funcs_.at(key);
}

void Body::define(ir::Value value, Func func) {
    funcs_.insert_or_assign({value.node, value.index}, std::move(func));
}

void Body::define_rest() {
    for (const auto& node : graph_.nodes()) {
        if (!node->is("input") && !funcs_.contains({node.get(), 0})) define_node(*node);
    }
}

void Body::define_node(ir::Node& node) {
    if (node.is("input")) {  // an operand handed on
        const TensorType& type = node.type();
        Func f("operand");
        Coords coords;
        for (int axis = 0; axis < type.rank(); ++axis) coords.emplace_back(axis_var(axis));
        f(vars(type.rank())) = at(node.value(), coords);
        define(node.value(), f);
        return;
    }
    if (!node.op().lower) {
        throw InternalError("lower.no_algorithm",
                            "lower: op '" + std::string(node.name()) + "' has no algorithm");
    }
    const OpCall call = node.call();
    std::optional<ReduceScope> scope;
    if (reduce_) scope.emplace(reduce_, keep_);
    for (int i = 0; i < static_cast<int>(node.types().size()); ++i) {
        LowerCall lower_call{
            .call = call, .output = i, .at = {}, .out_types = node.types(), .in = {}, .size = {}};
        for (int axis = 0; axis < node.type(i).rank(); ++axis) {
            lower_call.at.emplace_back(axis_var(axis));
        }
        lower_call.in = [&](int operand, const Coords& coords) {
            return at(node.input(operand), coords);
        };
        lower_call.size = [&](const Dim& dim) { return size(dim); };
        Func f(type_suffix(node) + std::to_string(node.id()));
        f(vars(node.type(i).rank())) =
            strict_float(cast(halide_type(node.type(i).dtype), node.op().lower(lower_call)));
        define({&node, i}, f);
    }
}

void Body::bind_output(Func& func, const TensorType& type) {
    bind(func.output_buffer(), type, /*has_bounds=*/true);
}

void Body::bind_results(Func& func, const TensorType& type) {
    // Halide takes the bounds of the others from the first.
    bool is_first = true;
    for (Halide::OutputImageParam buffer : func.output_buffers()) {
        bind(buffer, type, std::exchange(is_first, false));
    }
    all_results_ = func;
}

void Body::bound_axes(Func& func, const TensorType& type) {
    for (int axis = 0; axis < type.rank(); ++axis)
        func.bound(axis_var(axis), 0, size(type.size(axis)));
}

std::vector<Func> Body::results() {
    if (all_results_) return {*all_results_};
    std::vector<Func> all;
    for (size_t i = 0; i < graph_.outputs.size(); ++i) all.push_back(output(static_cast<int>(i)));
    return all;
}

void Body::bind(Halide::OutputImageParam buffer, const TensorType& type, bool has_bounds) {
    // place_parts moves single results alone.
    const ir::Node& last = *graph_.outputs[0].value.node;
    const std::vector<Expr> strides = strides_of(type, last, "result_strides");
    for (int axis = type.rank(); axis-- > 0;) {
        const int d = type.rank() - 1 - axis;
        if (has_bounds) buffer.dim(d).set_bounds(0, size(type.size(axis)));
        buffer.dim(d).set_stride(strides[static_cast<size_t>(axis)]);
    }
}

std::vector<Expr> Body::strides_of(const TensorType& type, const ir::Node& node,
                                   const std::string& attr) {
    std::vector<Expr> strides(static_cast<size_t>(type.rank()));
    if (node.attrs().has(attr)) {
        const Shape& given = node.attrs().get_shape(attr);
        for (size_t axis = 0; axis < strides.size(); ++axis) strides[axis] = size(given[axis]);
        return strides;
    }
    Expr stride = 1;
    for (size_t axis = strides.size(); axis-- > 0;) {
        strides[axis] = stride;
        stride = simplify(stride * size(type.shape[axis]));
    }
    return strides;
}

std::vector<Halide::Argument> Body::arguments() const {
    std::vector<Halide::Argument> result;
    for (const std::string& name : symbol_order_) result.push_back(symbols_.at(name));
    for (const Halide::ImageParam& param : inputs_) result.push_back(param);
    return result;
}

std::vector<std::string> Body::symbol_names() const { return symbol_order_; }

}  // namespace lithe::lower
