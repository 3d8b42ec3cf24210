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

bool has_light_epilogue(Body& body, const ir::Node& anchor, const ir::Node* end) {
    Counter counter;
    bool is_behind = false;
    for (const auto& node : body.graph().nodes()) {
        if (node.get() == end) break;
        if (is_behind && node->is(Trait::elementwise))
            body.func(node->value()).value().accept(&counter);
        is_behind |= node.get() == &anchor;
    }
    return counter.count <= most_light;
}

}  // namespace lithe::lower
