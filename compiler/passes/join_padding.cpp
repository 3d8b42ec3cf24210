#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "compiler/passes/kinds.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/pointwise_region.h"

namespace lithe::passes {
namespace {

/// Axes of batch and channels, in front of those of pixels.
constexpr size_t lead = 2;

bool is_constant_from(const Dim& size, int64_t least) {
    return size.is_constant() && size.constant() >= least;
}

/// Whether it adds to the axes of pixels alone, and takes nothing away.
bool surrounds_pixels(const ir::Node& node) {
    if (!node.is("pad") || node.type().rank() <= static_cast<int>(lead)) return false;
    const Shape &begin = node.attrs().get_shape("begin"), &end = node.attrs().get_shape("end");
    for (size_t axis = 0; axis < begin.size(); ++axis) {
        if (!is_constant_from(begin[axis], 0) || !is_constant_from(end[axis], 0)) return false;
        const bool is_kept = begin[axis].is_constant(0) && end[axis].is_constant(0);
        if (axis < lead && !is_kept) return false;
    }
    return true;
}

bool is_nowhere_negative(const ir::Node& node) {
    return node.is("relu") || node.is("sigmoid") || node.is("abs");
}

Shape plus(const Shape& widths, const Shape& of_all_axes) {
    Shape sum = widths;
    for (size_t i = 0; i < sum.size(); ++i) sum[i] = sum[i] + of_all_axes[i + lead];
    return sum;
}

Attrs with_padding(const ir::Node& window, const ir::Node& pad) {
    const Shape &begin = pad.attrs().get_shape("begin"), &end = pad.attrs().get_shape("end");
    Attrs attrs = window.attrs();
    attrs.set("pad_begin", plus(attrs.get_shape("pad_begin"), begin));
    attrs.set("pad_end", plus(attrs.get_shape("pad_end"), end));
    if (window.is("avg_pool")) {
        attrs.set("pad_counted", plus(attrs.get_shape("pad_counted"), end));
        attrs.set("count_include_pad", true);
    }
    return attrs;
}

/// Whether every window of a pool meets the image that the pad is around.
bool meets_image(const ir::Node& pool, const ir::Node& pad) {
    const Attrs attrs = with_padding(pool, pad);
    const Shape& kernel = attrs.get_shape("kernel");
    if (!ir::all_are(attrs.get_shape("dilation"), 1)) return false;
    for (size_t i = 0; i < kernel.size(); ++i) {
        const Dim &begin = attrs.get_shape("pad_begin")[i], &end = attrs.get_shape("pad_end")[i];
        if (!kernel[i].is_constant() || !is_constant_from(kernel[i] - begin - begin, 0) ||
            !is_constant_from(kernel[i] - end, 1))
            return false;
    }
    return true;
}

bool divides_alike(const ir::Node& pool) {
    const Attrs& attrs = pool.attrs();
    return !attrs.get_dim("divisor").is_constant(0) || attrs.get_bool("count_include_pad") ||
           (ir::all_are(attrs.get_shape("pad_begin"), 0) &&
            ir::all_are(attrs.get_shape("pad_counted"), 0));
}

class Joiner {
public:
    Joiner(ir::Graph& graph, Notes& notes) : graph_(graph), notes_(notes), users_(users_of(graph)) {
        for (const auto& node : graph.nodes()) {
            for (const ir::Value& v : node->inputs()) note_index(v);
        }
        for (const ir::Output& output : graph.outputs) note_index(output.value);
        for (const auto& node : graph.nodes()) {
            if (surrounds_pixels(*node) && is_taken_by_all(*node)) joined_.insert(node.get());
        }
    }

    ir::Value replacement(ir::Node& window) {
        if (window.input_count() == 0) return {};
        const ir::Node& pad = *window.input(0).node;
        if (!joined_.contains(&pad)) return {};
        std::vector<ir::Value> operands = window.inputs();
        operands[0] = pad.input(0);
        return graph_.add(window.op(), std::move(operands), with_padding(window, pad));
    }

private:
    void note_index(const ir::Value& v) {
        if (v.node->is("max_pool") && v.index == 1) with_index_.insert(v.node);
    }

    bool takes(const ir::Node& reader, const ir::Node& pad) const {
        const auto& inputs = reader.inputs();
        const auto is_pad = [&](const ir::Value& v) { return v.node == &pad; };
        if (inputs.empty() || std::any_of(inputs.begin() + 1, inputs.end(), is_pad)) return false;
        const double value = pad.attrs().get_float("value");
        if (reader.is("conv")) {
            const Shape& w = reader.input(1).type().shape;
            return value == 0 && !ir::all_are({w.begin() + lead, w.end()}, 1);
        }
        if (reader.is("conv_weight_gradient")) return value == 0;
        if (!ir::is_pool(reader) || !meets_image(reader, pad)) return false;
        if (reader.is("avg_pool")) return value == 0 && divides_alike(reader);
        if (!reader.is("max_pool") || with_index_.contains(&reader)) return false;
        return reader.type().dtype == DType::f32 &&
               (value == -INFINITY || (value <= 0 && is_nowhere_negative(*pad.input(0).node)));
    }

    bool is_taken_by_all(const ir::Node& pad) {
        const auto readers = users_.find(&pad);
        if (readers == users_.end()) return false;
        const ir::Node* taker = nullptr;
        const ir::Node* other = nullptr;
        bool is_output = false;
        for (const ir::Node* reader : readers->second) {
            if (!reader) is_output = true;
            if (reader) (takes(*reader, pad) ? taker : other) = reader;
        }
        if (!taker) return false;
        if (!other && !is_output) return true;
        const std::string by = other ? "'" + std::string(other->name()) + "'" : "the output";
        add_note(notes_, "join_padding", graph_, *taker, "the pad stays, " + by + " reads it too");
        return false;
    }

    ir::Graph& graph_;
    Notes& notes_;
    Users users_;
    std::set<const ir::Node*> joined_, with_index_;
};

ir::Value joined_pads(ir::Graph& graph, const ir::Node& outer) {
    if (!surrounds_pixels(outer)) return {};
    const ir::Node& inner = *outer.input(0).node;
    if (!surrounds_pixels(inner)) return {};
    Attrs attrs = outer.attrs();
    if (attrs.get_float("value") != inner.attrs().get_float("value")) return {};
    for (const char* side : {"begin", "end"}) {
        Shape widths = attrs.get_shape(side);
        for (size_t i = 0; i < widths.size(); ++i)
            widths[i] = widths[i] + inner.attrs().get_shape(side)[i];
        attrs.set(side, widths);
    }
    return graph.add(outer.op(), {inner.input(0)}, attrs);
}

/// What is left of the axes of pixels of a value.
struct Crop {
    Shape begin, size;
};

std::optional<Crop> crop_of(const ir::Node& node) {
    const bool is_slice = node.is("slice");
    if ((!is_slice && !node.is("pad")) || node.type().rank() <= static_cast<int>(lead)) return {};
    const Attrs& attrs = node.attrs();
    const Shape& shape = node.type().shape;
    Crop crop{.begin = Shape(shape.size() - lead, Dim(0)),
              .size = {shape.begin() + lead, shape.end()}};
    if (is_slice) {
        const auto axis = static_cast<size_t>(attrs.get_int("axis"));
        if (axis < lead || attrs.get_int("step") != 1) return {};
        crop.begin[axis - lead] = attrs.get_dim("begin");
        return crop;
    }
    const Shape &begin = attrs.get_shape("begin"), &end = attrs.get_shape("end");
    for (size_t axis = 0; axis < begin.size(); ++axis) {
        const Dim before = -begin[axis], after = -end[axis];
        if (!is_constant_from(before, 0) || !is_constant_from(after, 0)) return {};
        if (axis < lead && !(before.is_constant(0) && after.is_constant(0))) return {};
        if (axis >= lead) crop.begin[axis - lead] = before;
    }
    return crop;
}

/// The attributes of the convolution that makes no more than the crop; none where its padding
/// cannot say so.
std::optional<Attrs> cropped(const ir::Node& conv, const Crop& crop) {
    Attrs attrs = conv.attrs();
    Shape pad_begin = attrs.get_shape("pad_begin"), pad_end = attrs.get_shape("pad_end");
    for (size_t i = 0; i < pad_begin.size(); ++i) {
        const auto axis = static_cast<int>(i + lead);
        const Dim &begin = crop.begin[i], &size = crop.size[i], &all = conv.type().size(axis);
        if (begin.is_constant(0) && same(size, all)) continue;
        const Dim &stride = attrs.get_shape("stride")[i], before = pad_begin[i];
        const Dim reach = attrs.get_shape("dilation")[i] * (conv.input(1).type().size(axis) - 1);
        if (conv.is("conv")) {
            pad_begin[i] = before - begin * stride;
            pad_end[i] =
                (begin + size - 1) * stride + reach + 1 - before - conv.input(0).type().size(axis);
            // Strides may leave out the last pixels.
            if (is_constant_from(pad_end[i] + stride - 1, 0) && is_constant_from(-pad_end[i], 0))
                pad_end[i] = 0;
        } else {
            pad_begin[i] = before + begin;
            pad_end[i] = pad_end[i] + all - begin - size;
            if (!is_constant_from(reach - pad_begin[i], 0) ||
                !is_constant_from(reach - pad_end[i], 0))
                return {};
        }
        if (size.is_constant(0) || !is_constant_from(pad_begin[i], 0) ||
            !is_constant_from(pad_end[i], 0))
            return {};
    }
    attrs.set("pad_begin", pad_begin);
    attrs.set("pad_end", pad_end);
    return attrs;
}

bool join_crops(ir::Graph& graph) {
    const Users users = users_of(graph);
    return ir::rewrite(graph, [&](ir::Node& node) -> ir::Value {
        const std::optional<Crop> crop = crop_of(node);
        if (!crop) return {};
        const ir::Node& conv = *node.input(0).node;
        if ((!conv.is("conv") && !conv.is("conv_transpose")) || user_count(users, conv) != 1)
            return {};
        const std::optional<Attrs> attrs = cropped(conv, *crop);
        if (!attrs) return {};
        const ir::Value y = graph.add(conv.op(), conv.inputs(), *attrs);
        return same(y.type(), node.type()) ? y : ir::Value();
    });
}

}  // namespace

bool join_padding(ir::Graph& graph, Notes& notes) {
    bool changed = ir::rewrite(graph, [&](ir::Node& node) { return joined_pads(graph, node); });
    while (join_crops(graph)) changed = true;  // one axis after the other
    Joiner joiner(graph, notes);
    return ir::rewrite(graph, [&](ir::Node& node) { return joiner.replacement(node); }) || changed;
}

}  // namespace lithe::passes
