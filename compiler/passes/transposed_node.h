#pragma once

#include <optional>

#include "compiler/ir/graph.h"
#include "compiler/passes/tile.h"

namespace lithe::passes {

/// How many times `stride` covers a result of `size` made from `places`, which may be less often
/// than there are places: known where these are not, if they differ by a number.
inline std::optional<Dim> rounds_of(const Dim& size, const Dim& places, const Dim& stride) {
    const Dim rest = size - (places - 1) * stride;
    if (!rest.is_constant()) return {};
    const int64_t over = rest.constant(), step = stride.constant();
    return places - 1 + (over > 0 ? rounded_up(over, step) / step : over / step);
}

/// What a conv_transpose says of itself. The s x s results next to each other from a multiple of
/// the stride on are neighbours; one round of the stride has one of each.
class TransposedNode {
public:
    explicit TransposedNode(ir::Node& node)
        : node_(node),
          axes_(node.type().shape.size() - 2),
          filters_(node.input(1).type().size(1)),
          stride_(node.attrs().get_shape("stride")),
          begin_(node.attrs().get_shape("pad_begin")) {}

protected:
    const Dim& image(size_t axis) const { return node_.input(0).type().shape[axis + 2]; }
    const Dim& result(size_t axis) const { return node_.type().shape[axis + 2]; }
    bool has_bias() const { return node_.input_count() > 2; }
    Dim neighbour_count() const { return lithe::product(stride_); }
    std::optional<Dim> rounds(size_t axis) const {
        return rounds_of(result(axis), image(axis), stride_[axis]);
    }

    ir::Node& node_;
    const size_t axes_;
    const Dim filters_;
    const Shape stride_, begin_;
};

}  // namespace lithe::passes
