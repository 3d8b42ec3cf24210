#include <cmath>
#include <optional>

#include "compiler/ir/ops.h"
#include "compiler/passes/constants.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/pointwise_region.h"

namespace lithe::passes {
namespace {

/// A value's mean along the last axis, or the value divided by a root.
struct Scaled {
    ir::Value x;
    double number = 1;
};

class Recognizer {
public:
    explicit Recognizer(ir::Graph& graph) : graph_(graph), users_(users_of(graph)) {}

    ir::Value replacement(ir::Node& node) {
        if (!node.is("mul") && !node.is("div")) return {};
        for (const int at : {1, 0}) {
            const ir::Value x = node.input(1 - at);
            if (at == 0 && node.is("div")) break;
            if (!same(x.type(), node.type()) || !is_floating(x.type().dtype)) continue;
            const std::optional<Scaled> root = root_of(node.input(at), node.is("div"));
            if (!root) continue;
            const std::optional<ir::Value> squares = mean_of(root->x);
            if (!squares || !is_square(*squares, x)) continue;
            return normalised(x, root->number);
        }
        return {};
    }

private:
    /// y and eps of rsqrt(y + eps), 1 / sqrt(y + eps), or of the root that divides.
    std::optional<Scaled> root_of(ir::Value value, bool divides) const {
        const ir::Node* node = value.node;
        if (user_count(users_, *node) != 1) return std::nullopt;
        if (!divides && node->is("reciprocal")) {
            node = node->input(0).node;
            divides = true;
        }
        if (!node->is(divides ? "sqrt" : "rsqrt")) return std::nullopt;
        const ir::Node& sum = *node->input(0).node;
        if (!sum.is("add") || user_count(users_, sum) != 1) return std::nullopt;
        const std::optional<double> eps = uniform_value(sum.input(1));
        if (!eps) return std::nullopt;
        return Scaled{sum.input(0), *eps};
    }

    /// What `value` is the mean of, along the last axis, which stays.
    std::optional<ir::Value> mean_of(ir::Value value) const {
        const ir::Node& node = *value.node;
        if ((!node.is("mul") && !node.is("div")) || user_count(users_, node) != 1)
            return std::nullopt;
        const ir::Node& sum = *node.input(0).node;
        if (!sum.is("sum") || user_count(users_, sum) != 1) return std::nullopt;
        const TensorType& type = sum.input(0).type();
        const Sizes axes = sum.attrs().get_ints("axes");
        const bool is_last =
            axes.size() == 1 && axes[0] == type.rank() - 1 && sum.type().rank() == type.rank();
        const std::optional<double> number = uniform_value(node.input(1));
        if (!is_last || !number || !type.shape.back().is_constant()) return std::nullopt;
        const double count = static_cast<double>(type.shape.back().constant()),
                     share = node.is("div") ? 1 / *number : *number;
        // Up to the rounding of the author's number in f32.
        return std::abs(share * count - 1) < 1e-6 ? std::optional(sum.input(0)) : std::nullopt;
    }

    bool is_square(ir::Value value, ir::Value x) const {
        const ir::Node& node = *value.node;
        if (user_count(users_, node) != 1) return false;
        if (node.is("mul")) return node.input(0) == x && node.input(1) == x;
        return node.is("pow") && node.input(0) == x && uniform_value(node.input(1)) == 2.0;
    }

    /// Of x, or of what x is the distance from its mean of.
    ir::Value normalised(ir::Value x, double eps) {
        const Attrs attrs{{"axis", Dim(x.type().rank() - 1)}, {"eps", eps}};
        const ir::Node& away = *x.node;
        if (away.is("sub") && user_count(users_, away) == 2) {
            const std::optional<ir::Value> centered = mean_of(away.input(1));
            if (centered && *centered == away.input(0))
                return graph_.add(ir::layer_norm_op, {*centered}, attrs);
        }
        return graph_.add(ir::rms_norm_op, {x}, attrs);
    }

    ir::Graph& graph_;
    Users users_;
};

}  // namespace

bool recognize_norm(ir::Graph& graph) {
    Recognizer recognizer(graph);
    return ir::rewrite(graph, [&](ir::Node& node) { return recognizer.replacement(node); });
}

}  // namespace lithe::passes
