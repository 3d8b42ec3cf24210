#include "dsl/lowering_items.h"

#include <optional>
#include <string>

#include "dsl/lowering.h"

namespace lithe {
namespace {

using Halide::Expr;
using Halide::Internal::Variable;

const char* const item_name = "item";

bool uses_item(const Expr& value) {
    return Halide::Internal::expr_uses_var(Halide::Internal::simplify(value), item_name);
}

/// Asks an op for one element and watches where it reads: operands are numbers that nothing is
/// known of, so that n is seen where it is used otherwise than to say which item to read.
class Reads {
public:
    Reads(const OpCall& call, const TensorTypes& results)
        : call_(call), results_(results), roles_(call.inputs.size()) {}

    std::vector<ItemRole> run() {
        for (size_t i = 0; i < results_.size() && fits_; ++i) follow(static_cast<int>(i));
        if (!fits_) return {};
        std::vector<ItemRole> roles;
        for (const auto& role : roles_) roles.push_back(role.value_or(ItemRole::whole));
        return roles;
    }

private:
    void follow(int output) {
        LowerCall lower{.call = call_,
                        .output = output,
                        .at = {},
                        .out_types = results_,
                        .in = [this](int i, const Coords& coords) { return read(i, coords); },
                        .size = size_of};
        for (int axis = 0; axis < results_[static_cast<size_t>(output)].rank(); ++axis) {
            const std::string name = axis == 0 ? item_name : "i" + std::to_string(axis);
            lower.at.push_back(Variable::make(Halide::Int(32), name));
        }
        if (lower.at.empty()) {
            fits_ = false;
            return;
        }
        const ReduceScope scope([this](Reduce, const Coords& extents, const ReduceBody& body) {
            Coords index;
            for (size_t i = 0; i < extents.size(); ++i) index.push_back(unknown(Halide::Int(32)));
            return body(index);
        });
        if (uses_item(call_.op->lower(lower))) fits_ = false;
    }

    Expr read(int i, const Coords& coords) {
        bool is_own = false;
        for (size_t axis = 0; axis < coords.size(); ++axis) {
            if (!uses_item(coords[axis])) continue;
            const Expr at = Halide::Internal::simplify(coords[axis]);
            const auto* variable = at.as<Variable>();
            if (axis > 0 || !variable) fits_ = false;
            is_own = true;
        }
        const ItemRole role = is_own ? ItemRole::own : ItemRole::whole;
        std::optional<ItemRole>& known = roles_[static_cast<size_t>(i)];
        if (known && *known != role) fits_ = false;
        known = role;
        return unknown(halide_type(call_.input(i).dtype));
    }

    Expr unknown(Halide::Type type) {
        return Variable::make(type, "unknown" + std::to_string(unknowns_++));
    }

    static Expr size_of(const Dim& dim) {
        if (dim.is_constant()) return static_cast<int32_t>(dim.constant());
        return Variable::make(Halide::Int(32), "size_" + dim.str());
    }

    const OpCall& call_;
    const TensorTypes& results_;
    std::vector<std::optional<ItemRole>> roles_;
    int unknowns_ = 0;
    bool fits_ = true;
};

}  // namespace

std::vector<ItemRole> item_roles(const OpCall& call, const TensorTypes& results) {
    if (!call.op->lower || call.op->is(Trait::random) || call.inputs.empty()) return {};
    return Reads(call, results).run();
}

}  // namespace lithe
