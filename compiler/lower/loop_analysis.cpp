#include "compiler/lower/loop_analysis.h"

#include <set>

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Int;
using Halide::Internal::Block;
using Halide::Internal::Call;
using Halide::Internal::Evaluate;
using Halide::Internal::For;
using Halide::Internal::IRMutator;
using Halide::Internal::IRVisitor;
using Halide::Internal::Load;
using Halide::Internal::Ramp;
using Halide::Internal::Stmt;
using Halide::Internal::Store;

/// Up to which the analysis takes a fraction of a second.
constexpr size_t most_accesses = 32;

/// The accesses of a loop that LLVM sees: each place once, without the tiles that it keeps in
/// registers, whose places are constants.
class LoopAccesses : public IRVisitor {
public:
    std::set<Expr, Halide::Internal::IRDeepCompare> loads;
    size_t stores = 0;
    bool has_loop = false;

private:
    using IRVisitor::visit;

    static bool is_register(const Expr& index) {
        const Ramp* ramp = index.as<Ramp>();
        return is_const(ramp ? ramp->base : index);
    }

    void visit(const For*) override { has_loop = true; }
    void visit(const Load* load) override {
        if (!is_register(load->index)) loads.insert(load);
        IRVisitor::visit(load);
    }
    void visit(const Store* store) override {
        if (!is_register(store->index)) ++stores;
        IRVisitor::visit(store);
    }
};

/// A call that LLVM takes for one that reads memory, though none that the loop sees, so that it
/// gives the analysis up; no instruction is made of it.
Stmt annotation() {
    const Expr none = Halide::Internal::make_zero(Halide::Handle()), zero = 0;
    return Evaluate::make(
        Call::make(Int(32), "llvm.annotation.i32.p0", {zero, none, none, zero}, Call::Extern));
}

class Annotator : public IRMutator {
    using IRMutator::visit;

    Stmt visit(const For* loop) override {
        LoopAccesses accesses;
        loop->body.accept(&accesses);
        if (accesses.has_loop) return IRMutator::visit(loop);
        if (accesses.loads.size() + accesses.stores <= most_accesses) return loop;
        return For::make(loop->name, loop->min, loop->extent, loop->for_type,
                         loop->partition_policy, loop->device_api,
                         Block::make(annotation(), loop->body));
    }
};

}  // namespace

void skip_loop_analysis(Halide::Pipeline& pipeline) {
    pipeline.add_custom_lowering_pass(new Annotator);
}

}  // namespace lithe::lower
