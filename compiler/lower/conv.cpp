// Convolutions with packed filters, by tiles of registers: pixels of one line times filters, a loop
// over taps and channels.
#include <algorithm>

#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/register_tile.h"

namespace lithe::lower {
namespace {

using Halide::Stage;
using Halide::Var;

/// Half of a second-level cache.
constexpr int64_t near_bytes = 512 << 10;

/// The permute that ends the body of a transposed convolution: where its results belong.
const ir::Node* order_of(const ir::Graph& body) {
    const ir::Node* last = body.outputs[0].value.node;
    const bool is_transposed =
        std::any_of(body.nodes().begin(), body.nodes().end(), [](const auto& node) {
            return node->is("packed_conv") && node->attrs().has("neighbours");
        });
    return is_transposed && last->is("permute") ? last : nullptr;
}

ir::Node* anchor_of(const ir::Graph& body) {
    return sole_anchor(body, "packed_conv", InFront::order, order_of(body));
}

bool takes(const ir::Node& group, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    if (!anchor) {
        why = "conv: not one packed convolution with elementwise nodes behind it";
        return false;
    }
    const ir::Node* order = order_of(*group.body());
    const bool fits = order ? group.types().size() == 1 &&
                                  same(order->input(0).type().shape, anchor->type().shape)
                            : has_result_of(group, *anchor);
    if (!fits) why = "conv: the result has not the convolution's shape";
    return fits;
}

class Convolution : public RegisterTile {
public:
    using RegisterTile::RegisterTile;

private:
    double sum_length() const override {
        const Shape& panels = anchor().input(1).type().shape;
        double length = 1;
        for (size_t i = 1; i + 1 < panels.size(); ++i) {
            length *= panels[i].is_constant() ? static_cast<double>(panels[i].constant()) : 256;
        }
        return std::max(length, 1.0);
    }

    Halide::Func result() override {
        const ir::Node* order = order_of(body().graph());
        if (!order) return RegisterTile::result();
        const std::vector<Var> all = Body::vars(rank());
        std::vector<Var> ordered;
        for (const int64_t axis : order->attrs().get_ints("perm"))
            ordered.insert(ordered.begin(), Body::axis_var(static_cast<int>(axis)));
        Halide::Func placed("placed");
        placed(ordered) =
            body().func(order->input(0))(std::vector<Halide::Expr>(all.begin(), all.end()));
        return placed;
    }

    const TensorType& result_type() const override {
        const ir::Node* order = order_of(body().graph());
        return order ? order->type() : RegisterTile::result_type();
    }

    void skip_zeros(Halide::RDom& sum, const Coords& index) const override {
        const Attrs& attrs = anchor().attrs();
        if (!attrs.has("image_rows")) return;
        const Sizes rows = attrs.get_ints("image_rows");
        const Var line = Body::axis_var(1 + neighbour_axes());
        const Halide::Expr row = line * static_cast<int>(attrs.get_ints("stride")[0]) +
                                 index[0] * static_cast<int>(attrs.get_ints("dilation")[0]);
        sum.where(row >= static_cast<int>(rows[0]) && row < static_cast<int>(rows[1]));
    }

    std::vector<Var> outer_loops(Stage& stage, int rows, bool is_parallel,
                                 const Var& panel) override {
        // Lines are the blocks, unless all pixels are one.
        const Var block("block");
        const bool has_blocks = has_one_line() && is_parallel && split_block(stage, rows, block);
        std::vector<Var> outer, panels{panel};
        if (has_blocks && !are_weights_near() && neighbour_axes() == 0) {
            panels = far_loops(stage, panel, block);
        } else if (has_blocks) {
            outer.push_back(block);
        }
        for (int axis = rank() - 3; axis > neighbour_axes(); --axis)
            outer.push_back(Body::axis_var(axis));
        for (int axis = neighbour_axes(); axis > 0; --axis) panels.push_back(Body::axis_var(axis));
        outer.insert(are_weights_near() ? outer.begin() : outer.end(), panels.begin(),
                     panels.end());
        outer.push_back(Body::axis_var(0));
        return outer;
    }

    /// Of the result, in front of its lines: each has panels of its own.
    int neighbour_axes() const {
        const Attrs& attrs = anchor().attrs();
        return attrs.has("neighbours") ? static_cast<int>(attrs.get_shape("neighbours").size()) : 0;
    }

    bool has_one_line() const {
        for (int axis = 1 + neighbour_axes(); axis < rank() - 2; ++axis) {
            if (!anchor().type().size(axis).is_constant(1)) return false;
        }
        return true;
    }

    /// Filters that stay in the second-level cache are read for every line, and the image, which
    /// may come from memory, once; else the image is read for every panel. Where sums are short the
    /// results bind, which were written up to 1.4 times as fast panel by panel.
    bool are_weights_near() const {
        const int64_t bytes = panel_bytes(anchor());
        return bytes > 0 && bytes <= near_bytes && sum_length() >= 64;
    }
};

bool matches(const ir::Node& group, const Target& target, std::string& why) {
    return takes(group, why) && !is_single_vector(*anchor_of(*group.body()), target);
}

bool matches_single(const ir::Node& group, const Target& target, std::string& why) {
    return takes(group, why) && is_single_vector(*anchor_of(*group.body()), target);
}

void schedule(const ir::Node&, Body& body) { Convolution(body, *anchor_of(body.graph())).run(); }

}  // namespace

const Family conv_family = {.name = "conv", .matches = matches, .schedule = schedule};

const Family conv_vector_family = {
    .name = "conv_vector", .matches = matches_single, .schedule = schedule};

}  // namespace lithe::lower
