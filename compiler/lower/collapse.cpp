#include "compiler/lower/collapse.h"

#include <algorithm>
#include <map>

#include "compiler/ir/planes.h"
#include "compiler/ir/sizes.h"

namespace lithe::lower {
namespace {

/// Size of `shape` at an axis counted from the right; 1 beyond its rank.
Dim from_right(const Shape& shape, size_t k) {
    return k < shape.size() ? shape[shape.size() - 1 - k] : Dim(1);
}

/// Whether two axes (from the right) with axes of one element between them may be one: every
/// operand has both or neither.
bool may_merge(const std::vector<const Shape*>& shapes, const Shape& full, size_t inner,
               size_t outer) {
    const bool is_one =
        from_right(full, inner).is_constant(1) || from_right(full, outer).is_constant(1);
    for (const Shape* shape : shapes) {
        for (const size_t at : {inner, outer}) {
            const Dim have = from_right(*shape, at), want = from_right(full, at);
            if (!same(have, want) && !have.is_constant(1)) return false;
        }
        const bool has_inner = same(from_right(*shape, inner), from_right(full, inner));
        const bool has_outer = same(from_right(*shape, outer), from_right(full, outer));
        if (!is_one && has_inner != has_outer) return false;
    }
    return true;
}

Shape merged(const Shape& shape, const std::vector<std::pair<size_t, size_t>>& runs) {
    Shape result;
    for (size_t r = runs.size(); r-- > 0;) {
        Dim size = 1;
        for (size_t k = runs[r].first; k < runs[r].second; ++k) size = size * from_right(shape, k);
        result.push_back(size);
    }
    return result;
}

/// Whether an operand or the result is a part of something larger, so that axes are not evenly
/// apart.
bool has_strides(const ir::Graph& body) {
    return std::any_of(body.nodes().begin(), body.nodes().end(), [](const auto& node) {
        return node->attrs().has("strides") || node->attrs().has("result_strides");
    });
}

}  // namespace

std::unique_ptr<ir::Graph> collapse_axes(const ir::Graph& body) {
    if (has_strides(body)) return nullptr;
    Shape full;
    std::vector<const Shape*> shapes;
    for (const auto& node : body.nodes()) {
        if (!node->is("input") && !node->is(Trait::elementwise)) return nullptr;
        for (const TensorType& type : node->types()) {
            if (type.shape.size() > full.size()) full = type.shape;
        }
    }
    for (const ir::Output& output : body.outputs) {
        if (output.value.type().shape.size() == full.size()) full = output.value.type().shape;
    }
    for (const auto& node : body.nodes()) {
        if (node->types().size() != 1) return nullptr;
        shapes.push_back(&node->type().shape);
    }
    if (full.size() < 2) return nullptr;
    std::vector<std::pair<size_t, size_t>> runs;  // of axes, from the right
    size_t last = 0;                              // of the run's, with more than one element
    for (size_t k = 0; k < full.size(); ++k) {
        const bool is_one = from_right(full, k).is_constant(1);
        if (!runs.empty() && may_merge(shapes, full, last, k)) {
            runs.back().second = k + 1;
        } else {
            runs.emplace_back(k, k + 1);
        }
        if (!is_one || k == 0) last = k;
    }
    if (runs.size() == full.size()) return nullptr;
    // A stride that depends on sizes is read from the buffer, which has the axes of before.
    Dim stride = 1;
    for (size_t r = 0; r + 1 < runs.size(); ++r) {
        for (size_t k = runs[r].first; k < runs[r].second; ++k)
            stride = stride * from_right(full, k);
        if (!stride.is_constant()) return nullptr;
    }

    auto result = std::make_unique<ir::Graph>();
    std::map<const ir::Node*, ir::Value> twin;
    for (const auto& node : body.nodes()) {
        TensorTypes types = node->types();
        types[0].shape = merged(types[0].shape, runs);
        std::vector<ir::Value> inputs;
        for (const ir::Value& input : node->inputs()) inputs.push_back(twin.at(input.node));
        twin[node.get()] =
            result->add_node(node->op(), inputs, node->attrs(), std::move(types))->value();
    }
    for (const ir::Output& output : body.outputs) {
        result->outputs.push_back({output.name, twin.at(output.value.node), {}});
    }
    result->number();
    return result;
}

namespace {

/// A part of every row.
bool is_part_of_rows(const ir::Node& node) {
    return node.is("slice") && node.attrs().get_int("axis") == node.type().rank() - 1;
}

/// The product that a body of rows is built around; null where there is none, or a batch of them.
const ir::Node* row_product(const ir::Graph& body) {
    const ir::Node* product = nullptr;
    for (const auto& node : body.nodes()) {
        if (node->is("input")) continue;
        const bool is_product = node->is("packed_gates") ||
                                (node->is("packed_linear") && node->input(1).type().rank() == 3);
        const bool is_elementwise = node->is(Trait::elementwise) && node->types().size() == 1;
        if (is_product && !product) {
            product = node.get();
        } else if (!is_elementwise && !is_part_of_rows(*node)) {
            return nullptr;
        }
    }
    return product && product->type().rank() > 2 ? product : nullptr;
}

/// [.., K] with the product's axes in front becomes [rows, K]; what is the same for all rows
/// becomes [1, K]. An empty shape where neither holds.
Shape with_one_row_axis(const Shape& shape, const Shape& full) {
    const Shape lead(shape.begin(), shape.end() - (shape.empty() ? 0 : 1));
    const Dim last = shape.empty() ? Dim(1) : shape.back();
    const Shape rows(full.begin(), full.end() - 1);
    if (same(lead, rows)) return {product(rows), last};
    return ir::all_are(lead, 1) ? Shape{1, last} : Shape{};
}

}  // namespace

std::unique_ptr<ir::Graph> collapse_rows(const ir::Graph& body) {
    const ir::Node* anchor = row_product(body);
    if (!anchor || has_strides(body)) return nullptr;
    auto result = std::make_unique<ir::Graph>();
    std::map<const ir::Node*, ir::Node*> twin;
    const auto inner = [&](ir::Value v) { return ir::Value{twin.at(v.node), v.index}; };
    for (const auto& node : body.nodes()) {
        TensorTypes types = node->types();
        const bool keeps_shape = std::any_of(anchor->inputs().begin() + 1, anchor->inputs().end(),
                                             [&](ir::Value v) { return v.node == node.get(); });
        for (TensorType& type : types) {
            if (!keeps_shape) type.shape = with_one_row_axis(type.shape, anchor->type().shape);
            if (type.shape.empty()) return nullptr;
        }
        std::vector<ir::Value> inputs;
        for (const ir::Value& input : node->inputs()) inputs.push_back(inner(input));
        Attrs attrs = node->attrs();
        if (is_part_of_rows(*node)) attrs.set("axis", Dim(types[0].rank() - 1));
        twin[node.get()] = result->add_node(node->op(), inputs, attrs, std::move(types));
    }
    for (const ir::Output& output : body.outputs) {
        result->outputs.push_back({output.name, inner(output.value), {}});
    }
    result->number();
    return result;
}

namespace {

/// The convolution that a body of images is built around; null where it reads more than one pixel
/// for one, or other nodes than elementwise ones stand beside it.
const ir::Node* pixel_product(const ir::Graph& body) {
    const ir::Node* conv = nullptr;
    for (const auto& node : body.nodes()) {
        if (node->is("input")) continue;
        if (node->is("packed_conv") && !conv) {
            conv = node.get();
        } else if (!node->is(Trait::elementwise) || node->types().size() != 1) {
            return nullptr;
        }
    }
    if (!conv || conv->type().rank() != 4 || conv->attrs().has("phases")) return nullptr;
    const Shape& filters = conv->input(1).type().shape;
    const Shape& image = conv->input(0).type().shape;
    const bool is_known = image[1].is_constant() && image[2].is_constant();
    const bool takes_pixels = ir::all_are({filters.begin() + 1, filters.end() - 2}, 1) &&
                              ir::all_are(conv->attrs().get_shape("stride"), 1);
    const bool gains = is_known && !image[1].is_constant(1) &&
                       ir::has_short_lines(image[2], conv->attrs().get_int("tile_rows"));
    return gains && takes_pixels ? conv : nullptr;
}

/// The pixels of an image, or of all images, one behind the other.
class PixelLine {
public:
    PixelLine(const Shape& images, bool joins_images)
        : images_(images), joins_images_(joins_images) {}

    /// Empty for an operand that is another for every line, column or joined image, or whose
    /// `strides` are not even.
    Shape operator()(const Shape& shape, const Shape* strides = nullptr) const {
        if (shape.size() < 2) return shape;
        if (shape.size() != 4) return {};
        if (ir::all_are({shape.begin() + (joins_images_ ? 0 : 1), shape.end() - 1}, 1))
            return shape;
        const int first = joins_images_ ? 0 : 1;
        Shape result = shape;
        for (int axis = first; axis < 3; ++axis) {
            const auto at = static_cast<size_t>(axis);
            if (!same({shape[at]}, {images_[at]})) return {};
            if (axis == 2) break;
            if (strides && !same((*strides)[at], (*strides)[at + 1] * shape[at + 1])) return {};
            result[at] = 1;
            result[2] = result[2] * shape[at];
        }
        return result;
    }

private:
    const Shape& images_;
    bool joins_images_;
};

/// The body over such lines; null where an operand has none.
std::unique_ptr<ir::Graph> over_lines(const ir::Graph& body, const ir::Node& conv,
                                      const PixelLine& line) {
    auto result = std::make_unique<ir::Graph>();
    std::map<const ir::Node*, ir::Node*> twin;
    for (const auto& node : body.nodes()) {
        TensorTypes types = node->types();
        const bool is_image = node.get() != conv.input(1).node && types[0].rank() > 0;
        for (const char* name : {"strides", "result_strides"}) {
            if (!is_image || !node->attrs().has(name)) continue;
            const Shape strides = node->attrs().get_shape(name);
            if (line(types[0].shape, &strides).empty()) return nullptr;
        }
        if (is_image) types[0].shape = line(types[0].shape);
        if (is_image && types[0].shape.empty()) return nullptr;
        std::vector<ir::Value> inputs;
        for (const ir::Value& input : node->inputs())
            inputs.push_back({twin.at(input.node), input.index});
        twin[node.get()] = result->add_node(node->op(), inputs, node->attrs(), std::move(types));
    }
    for (const ir::Output& output : body.outputs) {
        result->outputs.push_back(
            {output.name, {twin.at(output.value.node), output.value.index}, {}});
    }
    result->number();
    return result;
}

}  // namespace

std::unique_ptr<ir::Graph> collapse_pixels(const ir::Graph& body) {
    const ir::Node* conv = pixel_product(body);
    if (!conv) return nullptr;
    const Shape& images = conv->type().shape;
    if (images[0].is_constant() && images[0].constant() > 1) {
        if (auto all = over_lines(body, *conv, PixelLine(images, /*joins_images=*/true)))
            return all;
    }
    return over_lines(body, *conv, PixelLine(images, /*joins_images=*/false));
}

bool moves_channels_last(const ir::Node& node) {
    if (!node.is("permute") || node.type().rank() < 3) return false;
    Sizes order = node.attrs().get_ints("perm");
    std::rotate(order.begin() + 1, order.end() - 1, order.end());
    return std::is_sorted(order.begin(), order.end());
}

namespace {

/// What takes filters [K, C, taps...]: their packing, or a move in front of it.
const ir::Node* taker_of_filters(const ir::Graph& body) {
    if (body.outputs.size() != 1) return nullptr;
    const ir::Node* taker = body.outputs[0].value.node;
    if (taker->is("pack_panels")) {
        const ir::Node* flat = taker->input(0).node;
        taker = flat->is("reshape") ? flat->input(0).node : nullptr;
        if (!taker || !moves_channels_last(*taker)) return nullptr;
    } else if (!taker->is("pack_filters")) {
        return nullptr;
    }
    if (taker->input(0).type().rank() < 4) return nullptr;
    const auto& nodes = body.nodes();
    const auto end = std::find_if(nodes.begin(), nodes.end(),
                                  [&](const auto& node) { return node.get() == taker; });
    const bool is_plain = std::all_of(nodes.begin(), end, [](const auto& node) {
        return node->is("input") || node->is(Trait::elementwise);
    });
    return is_plain ? taker : nullptr;
}

/// Axes `first` .. `last` as one.
Shape joined(const Shape& shape, size_t first, size_t last) {
    const auto begin = shape.begin() + static_cast<std::ptrdiff_t>(first),
               end = shape.begin() + static_cast<std::ptrdiff_t>(last);
    Shape result(shape.begin(), begin);
    result.push_back(product(Shape(begin, end)));
    result.insert(result.end(), end, shape.end());
    return result;
}

}  // namespace

std::unique_ptr<ir::Graph> collapse_taps(const ir::Graph& body) {
    const ir::Node* taker = taker_of_filters(body);
    if (!taker || has_strides(body)) return nullptr;
    const Shape& full = taker->input(0).type().shape;
    std::vector<const Shape*> shapes;
    for (const auto& node : body.nodes()) {
        if (node.get() == taker) break;
        if (node->type().shape.size() != full.size()) return nullptr;
        shapes.push_back(&node->type().shape);
    }
    size_t last = 0;
    for (size_t k = 1; k + 2 < full.size(); ++k) {
        if (!may_merge(shapes, full, last, k)) return nullptr;
        if (!from_right(full, k).is_constant(1)) last = k;
    }
    auto result = std::make_unique<ir::Graph>();
    std::map<const ir::Node*, ir::Value> twin;
    bool is_behind = false;
    for (const auto& node : body.nodes()) {
        TensorTypes types = node->types();
        Attrs attrs = node->attrs();
        Shape& shape = types[0].shape;
        if (node.get() == taker) {
            shape = joined(shape, 1, full.size() - 1);
            if (node->is("permute")) attrs.set("perm", Shape{0, 2, 1});
            is_behind = true;
        } else if (!is_behind) {
            shape = joined(shape, 2, full.size());
        }
        std::vector<ir::Value> inputs;
        for (const ir::Value& input : node->inputs()) inputs.push_back(twin.at(input.node));
        twin[node.get()] = result->add_node(node->op(), inputs, attrs, std::move(types))->value();
    }
    for (const ir::Output& output : body.outputs)
        result->outputs.push_back({output.name, twin.at(output.value.node), {}});
    result->number();
    return result;
}

std::unique_ptr<ir::Graph> collapse_permute(const ir::Graph& body) {
    const auto& nodes = body.nodes();
    if (nodes.size() != 2 || !nodes[0]->is("input") || !nodes[1]->is("permute")) return nullptr;
    const Sizes perm = nodes[1]->attrs().get_ints("perm");
    const Shape& shape = nodes[0]->type().shape;
    struct Run {
        int64_t first, size;
    };
    std::vector<Run> runs;  // of operand axes, in the result's order
    for (size_t i = 0; i < perm.size(); ++i) {
        if (i > 0 && perm[i] == perm[i - 1] + 1) {
            ++runs.back().size;
        } else {
            runs.push_back({perm[i], 1});
        }
    }
    if (runs.size() == perm.size()) return nullptr;
    const auto merged_size = [&](const Run& run) {
        return product(Shape(shape.begin() + run.first, shape.begin() + run.first + run.size));
    };
    std::vector<Run> in_order = runs;
    std::sort(in_order.begin(), in_order.end(),
              [](const Run& a, const Run& b) { return a.first < b.first; });
    TensorType from{nodes[0]->type().dtype, {}}, to = from;
    Shape order;
    for (const Run& run : in_order) from.shape.push_back(merged_size(run));
    for (const Run& run : runs) {
        to.shape.push_back(merged_size(run));
        for (size_t i = 0; i < in_order.size(); ++i) {
            if (in_order[i].first == run.first) order.push_back(static_cast<int64_t>(i));
        }
    }
    auto result = std::make_unique<ir::Graph>();
    const ir::Value x = result->add_input("x0", from);
    ir::Node* moved = result->add_node(nodes[1]->op(), {x}, {{"perm", order}}, to);
    result->outputs.push_back({body.outputs[0].name, moved->value(), {}});
    result->number();
    return result;
}

}  // namespace lithe::lower
