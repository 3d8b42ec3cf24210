#include <map>

#include "compiler/lower/prefetch.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Internal::Allocate;
using Halide::Internal::Call;
using Halide::Internal::Evaluate;
using Halide::Internal::For;
using Halide::Internal::IRMutator;
using Halide::Internal::IRVisitor;
using Halide::Internal::Let;
using Halide::Internal::LetStmt;
using Halide::Internal::Load;
using Halide::Internal::Ramp;
using Halide::Internal::Stmt;
using Halide::Internal::Store;
using Halide::Internal::Variable;

/// A vector that a tile's epilogue reads.
struct Access {
    std::string buffer;
    Halide::Type type;  // of an element
    Expr first;
    int lanes;
    int times = 1;  // that a tile reads it
};

/// What the stores to `result` within a tile read, in terms of what is known before it.
class Accesses : public IRVisitor {
public:
    explicit Accesses(std::string result) : result_(std::move(result)) {}

    std::vector<Access> found;

private:
    using IRVisitor::visit;

    void visit(const LetStmt* op) override { bind(op); }
    void visit(const Let* op) override { bind(op); }

    template <typename T>
    void bind(const T* op) {
        op->value.accept(this);
        const Expr value = known(op->value);
        known_.insert_or_assign(op->name, value);
        op->body.accept(this);
        known_.erase(op->name);
    }

    void visit(const For* op) override {
        const auto* extent = op->extent.as<Halide::Internal::IntImm>();
        if (!extent || extent->value > most_rows) return;  // the loop of a sum
        for (int64_t i = 0; i < extent->value; ++i) {
            known_.insert_or_assign(op->name, known(op->min) + static_cast<int>(i));
            op->body.accept(this);
        }
        known_.erase(op->name);
    }

    void visit(const Store* op) override {
        if (op->name == result_) op->value.accept(this);
    }

    void visit(const Load* op) override {
        if (op->param.defined()) note(op->name, op->type.element_of(), op->index);
    }

    void note(const std::string& buffer, Halide::Type type, const Expr& index) {
        const auto* ramp = index.as<Ramp>();
        if (!ramp || !Halide::Internal::is_const_one(ramp->stride)) return;
        const Expr first = Halide::Internal::simplify(known(ramp->base));
        for (Access& other : found) {
            if (other.buffer == buffer && Halide::Internal::graph_equal(other.first, first)) {
                ++other.times;
                return;
            }
        }
        found.push_back({buffer, type, first, ramp->lanes});
    }

    Expr known(const Expr& e) const { return Halide::Internal::substitute(known_, e); }

    static constexpr int64_t most_rows = 32;
    std::string result_;
    std::map<std::string, Expr> known_;
};

Stmt ask_for(const Access& access, int element) {
    return Evaluate::make(
        Call::make(access.type, Call::prefetch,
                   {Variable::make(Halide::Handle(), access.buffer), access.first + element, 1, 1},
                   Call::Intrinsic));
}

/// Puts the requests in front of the sum of every tile.
class AskForOperands : public IRMutator {
public:
    explicit AskForOperands(std::string result) : result_(std::move(result)) {}

private:
    using IRMutator::visit;

    Stmt visit(const Allocate* op) override {
        const bool is_tile = op->name.starts_with("acc") || op->name.starts_with("tile");
        if (!is_tile) return IRMutator::visit(op);
        Accesses accesses(result_);
        op->body.accept(&accesses);
        std::vector<Stmt> all;
        for (const Access& access : accesses.found) {
            if (access.times > 1) continue;  // one line for all rows: a bias
            all.push_back(ask_for(access, 0));
            all.push_back(ask_for(access, access.lanes - 1));
        }
        all.push_back(op->body);
        return Allocate::make(op->name, op->type, op->memory_type, op->extents, op->condition,
                              Halide::Internal::Block::make(all), op->new_expr, op->free_function,
                              op->padding);
    }

    std::string result_;
};

}  // namespace

void prefetch_operands(Halide::Pipeline& pipeline, const std::string& result) {
    pipeline.add_custom_lowering_pass(new AskForOperands(result));
}

}  // namespace lithe::lower
