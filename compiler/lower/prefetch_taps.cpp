#include "compiler/lower/prefetch.h"
#include "compiler/lower/winograd_products.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Internal::Block;
using Halide::Internal::Call;
using Halide::Internal::Evaluate;
using Halide::Internal::For;
using Halide::Internal::IRMutator;
using Halide::Internal::Stmt;
using Halide::Internal::Variable;

constexpr int line_floats = 16;  // of a cache line

/// Asks in every step of the sums of a piece's channels for a line of the next piece, the tap of
/// which the element decides.
class AskForTaps : public IRMutator {
public:
    explicit AskForTaps(const ir::Node& products)
        : order_(products),
          weights_("in" + std::to_string(products.input(1).node->attrs().get_int("index"))) {}

private:
    using IRMutator::visit;

    Stmt visit(const For* loop) override {
        const auto is = [&](const char* end) { return loop->name.ends_with(end); };
        const Expr at = Variable::make(Halide::Int(32), loop->name);
        if (is(".panel")) panel_ = at;
        if (is(".pieces$x")) next_piece_ = at + 1;
        if (!next_piece_.defined()) return IRMutator::visit(loop);
        // A row of the transform has its own copy of the loops within.
        if (is(".i0.v")) element_ = row_++ * loop->extent + at;
        if (!is(".sum$x") || !element_.defined() || !panel_.defined())
            return IRMutator::visit(loop);
        return For::make(loop->name, loop->min, loop->extent, loop->for_type,
                         loop->partition_policy, loop->device_api,
                         Block::make(ask(at), loop->body));
    }

    /// Behind the last piece the first of the next panel.
    Stmt ask(const Expr& step) const {
        const Expr is_last = next_piece_ == order_.channels / order_.piece;
        const Expr panel = Halide::min(panel_ + Halide::select(is_last, 1, 0), order_.panels - 1);
        const Expr first = Halide::select(is_last, 0, next_piece_ * order_.piece);
        const auto elements = static_cast<int>(order_.axes.elements());
        const Expr tap = element_ * order_.taps / elements;
        const int lines = std::max(1, order_.width / line_floats);
        const int turns = std::max(1, elements / order_.taps), each = (lines + turns - 1) / turns;
        std::vector<Stmt> all;
        for (int i = 0; i < each; ++i) {
            const Expr line = (element_ % turns * each + i) % lines;
            const Expr row = (panel * order_.taps + tap) * order_.channels + first + step;
            const Expr index = row * order_.width + line * line_floats;
            all.push_back(Evaluate::make(Call::make(
                Halide::Float(32), Call::prefetch,
                {Variable::make(Halide::Handle(), weights_), index, 1, 1}, Call::Intrinsic)));
        }
        return Block::make(all);
    }

    const ProductOrder order_;
    std::string weights_;
    int row_ = 0;
    Expr next_piece_, panel_, element_;
};

}  // namespace

void prefetch_taps(Halide::Pipeline& pipeline, const ir::Graph& body) {
    for (const auto& node : body.nodes()) {
        if (node->is("winograd_products") && node->input(1).node->is("input"))
            return pipeline.add_custom_lowering_pass(new AskForTaps(*node));
    }
}

}  // namespace lithe::lower
