#include "dsl/lower_multiply_add.h"

namespace lithe {
namespace {

using Halide::Expr;
using Halide::Internal::Call;

// LLVM's own names: a call of them is its intrinsic. Halide has none for it.
constexpr const char *name_f32 = "llvm.fma.f32", *name_f64 = "llvm.fma.f64";

class Splitter : public Halide::Internal::IRGraphMutator {
protected:
    using Halide::Internal::IRGraphMutator::visit;
    Expr visit(const Call* call) override {
        if (call->name != name_f32 && call->name != name_f64) return IRGraphMutator::visit(call);
        const Expr a = mutate(call->args[0]), b = mutate(call->args[1]), c = mutate(call->args[2]);
        return Halide::strict_float(a * b + c);
    }
};

}  // namespace

Expr multiply_add(const Expr& a, const Expr& b, const Expr& c) {
    const char* name = c.type().bits() == 64 ? name_f64 : name_f32;
    return Call::make(c.type(), name, {a, b, c}, Call::PureExtern);
}

Expr without_multiply_add(const Expr& e) { return Splitter().mutate(e); }

void split_multiply_adds(Halide::Pipeline& pipeline) {
    pipeline.add_custom_lowering_pass(new Splitter);
}

}  // namespace lithe
