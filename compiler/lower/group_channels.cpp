#include "compiler/lower/group_channels.h"

#include "compiler/lower/marker.h"
#include "runtime/error.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Internal::Call;

constexpr const char* marker = "lithe_channel_of_group";

}  // namespace

Expr channel_of_group(const Expr& x, int depth, const Expr& which) {
    return Call::make(x.type(), marker, {x, depth, which}, Call::PureExtern);
}

void shuffle_group_channels(Halide::Pipeline& pipeline) {
    replace_marker(pipeline, marker, [](const Halide::Type& type, const std::vector<Expr>& args) {
        const int depth = marker_number(args[1]), which = marker_number(args[2]);
        LITHE_ASSERT(type.lanes() % depth == 0);
        std::vector<int> from;
        for (int lane = 0; lane < type.lanes(); ++lane)
            from.push_back(lane / depth * depth + which);
        return Halide::Internal::Shuffle::make({args[0]}, from);
    });
}

}  // namespace lithe::lower
