#include "compiler/lower/group_channels.h"

#include "runtime/error.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Internal::Call;
using Halide::Internal::Shuffle;

constexpr const char* marker = "lithe_channel_of_group";

int number(const Expr& e) {
    const auto* broadcast = e.as<Halide::Internal::Broadcast>();
    const auto* value = (broadcast ? broadcast->value : e).as<Halide::Internal::IntImm>();
    LITHE_ASSERT(value);
    return static_cast<int>(value->value);
}

class Shuffler : public Halide::Internal::IRMutator {
    using Halide::Internal::IRMutator::visit;

    Expr visit(const Call* call) override {
        if (call->name != marker) return IRMutator::visit(call);
        const Expr x = mutate(call->args[0]);
        const int depth = number(call->args[1]), which = number(call->args[2]);
        LITHE_ASSERT(x.type().lanes() % depth == 0);
        std::vector<int> from;
        for (int lane = 0; lane < x.type().lanes(); ++lane)
            from.push_back(lane / depth * depth + which);
        return Shuffle::make({x}, from);
    }
};

}  // namespace

Expr channel_of_group(const Expr& x, int depth, const Expr& which) {
    return Call::make(x.type(), marker, {x, depth, which}, Call::PureExtern);
}

void shuffle_group_channels(Halide::Pipeline& pipeline) {
    pipeline.add_custom_lowering_pass(new Shuffler);
}

}  // namespace lithe::lower
