#include "compiler/lower/epilogue.h"

namespace lithe::lower {
namespace {

/// Expressions behind an anchor: a clamp and a residual have about 30, a sigmoid more than 100.
constexpr int64_t most_light = 64;

class Counter : public Halide::Internal::IRGraphVisitor {
public:
    int64_t count = 0;

protected:
    void include(const Halide::Expr& e) override {
        ++count;
        IRGraphVisitor::include(e);
    }
    void include(const Halide::Internal::Stmt& s) override { IRGraphVisitor::include(s); }
};

}  // namespace

bool has_light_epilogue(Body& body, const ir::Node& anchor) {
    Counter counter;
    for (const auto& node : body.graph().nodes()) {
        const bool is_behind =
            !node->is("input") && node.get() != &anchor && node->is(Trait::elementwise);
        if (is_behind) body.func(node->value()).value().accept(&counter);
    }
    return counter.count <= most_light;
}

}  // namespace lithe::lower
