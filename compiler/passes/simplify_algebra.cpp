#include <bit>
#include <cmath>
#include <limits>

#include "compiler/ir/ops.h"
#include "compiler/passes/constants.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {
namespace {

bool is_exactly(std::optional<double> value, double wanted) {
    return value && std::bit_cast<uint64_t>(*value) == std::bit_cast<uint64_t>(wanted);
}

/// Whether the reciprocal of `value` is exact in `dtype`, so that dividing is multiplying. That of
/// 0 is an infinity of its sign, which gives what IEEE 754 gives for the quotient.
bool has_exact_reciprocal(double value, DType dtype) {
    if (value == 0) return true;
    int exponent = 0;
    if (!std::isfinite(value) || std::abs(std::frexp(value, &exponent)) != 0.5) return false;
    const int limit = dtype == DType::f64 ? 1000 : 120;  // both are normal numbers
    return exponent > -limit && exponent < limit;
}

/// x f c with a constant c on the right that leaves x as it is.
bool is_neutral(const ir::Node& node, std::optional<double> c) {
    const bool is_float = is_floating(node.type().dtype);
    if (node.is("mul") || node.is("div")) return is_exactly(c, 1.0);
    if (node.is("sub")) return is_exactly(c, 0.0);
    return node.is("add") && is_exactly(c, is_float ? -0.0 : 0.0);
}

class Simplifier {
public:
    explicit Simplifier(ir::Graph& graph) : graph_(graph) {}

    ir::Value operator()(ir::Node& node) {
        if (node.types().size() != 1 || node.input_count() == 0) return {};
        if (const ir::Value kept = repeated(node)) return kept;
        if (const ir::Value kept = of_one_element(node)) return kept;
        if (node.is("where") && node.input(1) == node.input(2)) {
            return of_type(node, node.input(1));
        }
        if (node.input_count() != 2 || node.type().dtype == DType::boolean) return {};
        const std::optional<double> c = uniform_value(node.input(1));
        if (!c) return {};
        if (is_neutral(node, c)) return of_type(node, node.input(0));
        if (node.is("mul") && *c == -1 && same(node.type(), node.input(0).type())) {
            return graph_.add("neg", {node.input(0)});
        }
        if (node.is("div") && is_floating(node.type().dtype) &&
            has_exact_reciprocal(*c, node.type().dtype)) {
            return graph_.add("mul", {node.input(0), number(node, 1 / *c)});
        }
        return chain(node);
    }

private:
    /// The value itself, if it has the type of the node's result: broadcasting may have grown it.
    static ir::Value of_type(const ir::Node& node, ir::Value value) {
        return same(node.type(), value.type()) ? value : ir::Value();
    }

    ir::Value number(const ir::Node& node, double value) {
        return graph_.add(ir::constant_op, {},
                          {{"value", Array::full(node.type().dtype, {}, value)}});
    }

    /// f(f(x)): undone by the second of two negations, unchanged by an idempotent f.
    static ir::Value repeated(const ir::Node& node) {
        if (node.input_count() != 1) return {};
        const ir::Node& inner = *node.input(0).node;
        if (&inner.op() != &node.op() || inner.attrs().items().size() != 0 ||
            node.attrs().items().size() != 0) {
            return {};
        }
        if (node.is("neg")) return inner.input(0);
        return node.is(Trait::idempotent) ? node.input(0) : ir::Value();
    }

    /// Reductions along axes of one element.
    ir::Value of_one_element(const ir::Node& node) {
        const TensorType &x = node.input(0).type(), &y = node.type();
        if (!node.is(Trait::reduction) || node.input_count() != 1 || x.dtype != y.dtype) return {};
        for (const int64_t axis : node.attrs().get_ints("axes")) {
            if (!x.size(static_cast<int>(axis)).is_constant(1)) return {};
        }
        if (same(x, y)) return node.input(0);
        return graph_.add("reshape", {node.input(0)}, {{"shape", y.shape}});
    }

    /// (x f a) f b -> x f (a f b) on integers, where f is associative.
    ir::Value chain(const ir::Node& node) {
        const ir::Node& inner = *node.input(0).node;
        const bool fits = (node.is("add") || node.is("mul")) && &inner.op() == &node.op() &&
                          !is_floating(node.type().dtype) && passes::is_constant(inner.input(1)) &&
                          same(inner.input(0).type(), node.type());
        if (!fits) return {};
        const ir::Value constant = graph_.add(node.op(), {inner.input(1), node.input(1)});
        return graph_.add(node.op(), {inner.input(0), constant});
    }

    ir::Graph& graph_;
};

}  // namespace

bool simplify_algebra(ir::Graph& graph) { return ir::rewrite(graph, Simplifier(graph)); }

}  // namespace lithe::passes
