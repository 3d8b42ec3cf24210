#include "compiler/lower/min_max.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Internal::Call;
using Halide::Internal::Select;

class Chooser : public Halide::Internal::IRGraphMutator {
    using IRGraphMutator::visit;

    Expr visit(const Select* select) override {
        const auto* less = select->condition.as<Call>();
        if (!less || !less->is_intrinsic(Call::strict_lt)) return IRGraphMutator::visit(select);
        const Expr &a = less->args[0], &b = less->args[1];
        const bool takes_larger = equal(select->true_value, b) && equal(select->false_value, a);
        const bool takes_smaller = equal(select->true_value, a) && equal(select->false_value, b);
        if (!takes_larger && !takes_smaller) return IRGraphMutator::visit(select);
        return Call::make(select->type, takes_larger ? Call::strict_max : Call::strict_min,
                          {mutate(select->true_value), mutate(select->false_value)},
                          Call::PureIntrinsic);
    }
};

}  // namespace

void use_min_max(Halide::Pipeline& pipeline, const Target& target) {
    const bool is_x86 = target.halide.starts_with("x86");
    if (is_x86 && target.has_few_registers()) pipeline.add_custom_lowering_pass(new Chooser);
}

}  // namespace lithe::lower
