#include "compiler/lower/rare_values.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Internal::Call;
using Halide::Internal::Let;
using Halide::Internal::Select;
using Halide::Internal::Variable;
using Halide::Internal::VectorReduce;

class Brancher : public Halide::Internal::IRMutator {
    using IRMutator::visit;

    Expr visit(const Call* call) override {
        const bool is_choice = call->is_intrinsic(Call::if_then_else) && call->args.size() == 3;
        if (!is_choice || call->args[0].type().is_scalar()) return IRMutator::visit(call);
        const Expr condition = mutate(call->args[0]), value = mutate(call->args[2]);
        const std::string is_rare = Halide::Internal::unique_name("is_rare");
        const std::string usual = Halide::Internal::unique_name("usual");
        const Expr lanes = Variable::make(condition.type(), is_rare);
        const Expr other = Variable::make(value.type(), usual);
        const Expr any = VectorReduce::make(VectorReduce::Or, lanes, 1);
        const Expr mixed = Select::make(lanes, mutate(call->args[1]), other);
        return Let::make(is_rare, condition,
                         Let::make(usual, value,
                                   Call::make(call->type, Call::if_then_else, {any, mixed, other},
                                              Call::PureIntrinsic)));
    }
};

}  // namespace

void branch_on_rare_values(Halide::Pipeline& pipeline) {
    pipeline.add_custom_lowering_pass(new Brancher);
}

}  // namespace lithe::lower
