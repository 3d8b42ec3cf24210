#include "compiler/ir/winograd.h"
#include "compiler/lower/prefetch.h"

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
    explicit AskForTaps(const ir::Node& anchor)
        : weights_("in" + std::to_string(anchor.input(1).node->attrs().get_int("index"))) {
        const TensorType& panels = anchor.input(1).type();
        const ir::WinogradAxes axes(anchor.attrs());
        elements_ = static_cast<int>(axes.elements());
        taps_ = static_cast<int>((panels.size(1) * panels.size(2)).constant());
        channels_ = static_cast<int>(panels.size(3).constant());
        width_ = static_cast<int>(panels.size(4).constant());
        piece_ = static_cast<int>(ir::winograd_piece(elements_, channels_, width_));
        panels_ = static_cast<int>(panels.size(0).constant());
    }

private:
    using IRMutator::visit;

    Stmt visit(const For* loop) override {
        const auto is = [&](const char* end) { return loop->name.ends_with(end); };
        const Expr at = Variable::make(Halide::Int(32), loop->name);
        if (is(".panel")) panel_ = at;
        if (is(".pieces$x")) next_piece_ = at + 1;
        if (!next_piece_.defined()) return IRMutator::visit(loop);
        if (is(".i0")) element_ = at;
        if (!is(".sum$x") || !element_.defined()) return IRMutator::visit(loop);
        return For::make(loop->name, loop->min, loop->extent, loop->for_type,
                         loop->partition_policy, loop->device_api,
                         Block::make(ask(at), loop->body));
    }

    /// Behind the last piece the first of the next panel.
    Stmt ask(const Expr& step) const {
        const int pieces = channels_ / piece_;
        const Expr is_last = next_piece_ == pieces;
        const Expr panel = Halide::min(panel_ + Halide::select(is_last, 1, 0), panels_ - 1);
        const Expr first = Halide::select(is_last, 0, next_piece_ * piece_);
        const Expr tap = element_ * taps_ / elements_;
        const int lines = std::max(1, width_ / line_floats);
        const int turns = elements_ / taps_, each = (lines + turns - 1) / turns;
        std::vector<Stmt> all;
        for (int i = 0; i < each; ++i) {
            const Expr line = (element_ % turns * each + i) % lines;
            const Expr index =
                ((panel * taps_ + tap) * channels_ + first + step) * width_ + line * line_floats;
            all.push_back(Evaluate::make(Call::make(
                Halide::Float(32), Call::prefetch,
                {Variable::make(Halide::Handle(), weights_), index, 1, 1}, Call::Intrinsic)));
        }
        return Block::make(all);
    }

    std::string weights_;
    int elements_, taps_, channels_, width_, piece_, panels_;
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
