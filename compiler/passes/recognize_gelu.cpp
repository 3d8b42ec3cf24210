#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/ops.h"
#include "compiler/passes/constants.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/pointwise_region.h"

namespace lithe::passes {
namespace {

/// c[0] + c[1] x + c[2] x^2 + c[3] x^3.
using Cubic = std::array<double, 4>;

std::optional<Cubic> product_of(const Cubic& a, const Cubic& b) {
    Cubic result{};
    for (size_t i = 0; i < a.size(); ++i) {
        for (size_t j = 0; j < b.size(); ++j) {
            if (a[i] == 0 || b[j] == 0) continue;
            if (i + j >= result.size()) return std::nullopt;
            result[i + j] += a[i] * b[j];
        }
    }
    return result;
}

/// What the value is of `x`, where it is made by sums and products of it and of numbers.
std::optional<Cubic> cubic_of(ir::Value value, ir::Value x, int depth = 8) {
    if (value == x) return Cubic{0, 1};
    if (const std::optional<double> number = uniform_value(value)) return Cubic{*number};
    const ir::Node& node = *value.node;
    if (depth == 0 || node.input_count() != 2) return std::nullopt;
    const std::optional<Cubic> a = cubic_of(node.input(0), x, depth - 1);
    if (!a) return std::nullopt;
    if (node.is("pow") || node.is("div")) {
        const std::optional<double> number = uniform_value(node.input(1));
        if (!number) return std::nullopt;
        if (node.is("div")) return product_of(*a, {1 / *number});
        if (*number != 2 && *number != 3) return std::nullopt;
        const std::optional<Cubic> square = product_of(*a, *a);
        return *number == 2 || !square ? square : product_of(*square, *a);
    }
    const std::optional<Cubic> b = cubic_of(node.input(1), x, depth - 1);
    if (!b) return std::nullopt;
    if (node.is("mul")) return product_of(*a, *b);
    if (!node.is("add")) return std::nullopt;
    Cubic sum = *a;
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += (*b)[i];
    return sum;
}

/// Up to the rounding of the author's constants in f32.
bool is_about(const std::optional<Cubic>& found, const Cubic& wanted) {
    if (!found) return false;
    for (size_t i = 0; i < wanted.size(); ++i) {
        if (!(std::abs((*found)[i] - wanted[i]) <= 1e-6 * std::abs(wanted[i]))) return false;
    }
    return true;
}

class Recognizer {
public:
    explicit Recognizer(ir::Graph& graph) : graph_(graph), users_(users_of(graph)) {}

    ir::Value replacement(ir::Node& node) {
        if (!node.is("mul") && !node.is("div")) return {};
        if (node.type().dtype != DType::f32) return {};
        Factors factors;
        collect(node.value(), factors, 4);
        if (factors.number != 0.5 || factors.values.size() != 2) return {};
        for (const size_t at : {0, 1}) {
            const ir::Value share = factors.values[at], x = factors.values[1 - at];
            if (!is_share(share) || !same(x.type(), node.type())) continue;
            const std::string form = form_of(*share.node->input(0).node, x);
            if (!form.empty()) return graph_.add(ir::gelu_op, {x}, {{"approximate", form}});
        }
        return {};
    }

private:
    struct Factors {
        std::vector<ir::Value> values;
        double number = 1;
    };

    /// Of a product of products.
    static void collect(ir::Value value, Factors& factors, int depth) {
        const ir::Node& node = *value.node;
        if (const std::optional<double> number = uniform_value(value)) {
            factors.number *= *number;
        } else if (depth > 0 && node.is("mul")) {
            for (const ir::Value& operand : node.inputs()) collect(operand, factors, depth - 1);
        } else if (depth > 0 && node.is("div") && uniform_value(node.input(1))) {
            factors.number /= *uniform_value(node.input(1));
            collect(node.input(0), factors, depth - 1);
        } else {
            factors.values.push_back(value);
        }
    }

    /// 1 + erf(..) or 1 + tanh(..), of which nobody else needs a part.
    bool is_share(ir::Value value) const {
        const ir::Node& sum = *value.node;
        if (!sum.is("add") || uniform_value(sum.input(1)) != 1.0 || user_count(users_, sum) != 1)
            return false;
        const ir::Node& inner = *sum.input(0).node;
        return (inner.is("erf") || inner.is("tanh")) && user_count(users_, inner) == 1;
    }

    /// "none" or "tanh", or nothing where the argument is another one.
    static std::string form_of(const ir::Node& share, ir::Value x) {
        const std::optional<Cubic> argument = cubic_of(share.input(0), x);
        if (share.is("erf")) return is_about(argument, {0, std::numbers::sqrt2 / 2}) ? "none" : "";
        const double slope = std::sqrt(2 * std::numbers::inv_pi);
        return is_about(argument, {0, slope, 0, slope * 0.044715}) ? "tanh" : "";
    }

    ir::Graph& graph_;
    Users users_;
};

}  // namespace

bool recognize_gelu(ir::Graph& graph) {
    Recognizer recognizer(graph);
    return ir::rewrite(graph, [&](ir::Node& node) { return recognizer.replacement(node); });
}

}  // namespace lithe::passes
