// Shapes: what reshape, permute, expand, slice and cat are composed to.
#include <algorithm>
#include <limits>
#include <numeric>

#include "dsl/integer_index.h"
#include "dsl/ops.h"
#include "dsl/tracer.h"
#include "runtime/error.h"

namespace lithe {
namespace {

int rank_of(const Tensor& x) { return static_cast<int>(x.dim()); }
size_t axis_of(std::string_view op, const Tensor& x, int64_t axis) {
    return static_cast<size_t>(normalize_axis(op, axis, rank_of(x)));
}

}  // namespace

Tensor view(const Tensor& x, const ShapeArg& shape) { return reshape(x, shape); }
Tensor contiguous(const Tensor& x) {
    return x.is_symbolic() || x.array().is_dense() ? x : clone(x);
}

Tensor flatten(const Tensor& x, int64_t first, int64_t last) {
    Shape shape = x.sizes();
    if (shape.empty()) return reshape(x, {1});
    const size_t from = axis_of("flatten", x, first), to = axis_of("flatten", x, last);
    if (from > to) {
        throw UserError("flatten.axes", "flatten: the first axis " + std::to_string(from) +
                                            " comes after the last one, " + std::to_string(to));
    }
    const auto begin = shape.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = shape.begin() + static_cast<std::ptrdiff_t>(to) + 1;
    *begin = product({begin, end});
    shape.erase(begin + 1, end);
    return reshape(x, shape);
}

Tensor unflatten(const Tensor& x, int64_t axis, const ShapeArg& sizes) {
    Shape shape = x.sizes(), inner = sizes.shape();
    const auto at = shape.begin() + static_cast<std::ptrdiff_t>(axis_of("unflatten", x, axis));
    Dim known = 1;
    for (const Dim& size : inner) known = size.is_constant(-1) ? known : known * size;
    for (Dim& size : inner) {
        if (size.is_constant(-1)) size = floor_div(*at, known);
    }
    if (!same(product(inner), *at) && product(inner) != *at) {
        throw UserError("unflatten.sizes", "unflatten: sizes " + str(sizes) +
                                               " do not make up axis " + std::to_string(axis) +
                                               " of " + x.type().str());
    }
    const auto place = shape.erase(at);
    shape.insert(place, inner.begin(), inner.end());
    return reshape(x, shape);
}

Tensor unsqueeze(const Tensor& x, int64_t axis) {
    Shape shape = x.sizes();
    const int at = normalize_axis("unsqueeze", axis, rank_of(x) + 1);
    shape.insert(shape.begin() + at, Dim(1));
    return reshape(x, shape);
}

Tensor squeeze(const Tensor& x) {
    Shape shape = x.sizes();
    std::erase_if(shape, [](const Dim& size) { return size.is_constant(1); });
    return reshape(x, shape);
}

namespace {

/// Whether an axis that the author wants to drop has one element. A trace answers for the sizes
/// that it runs at; where the answer differs between them, it refuses the reshape.
bool is_one(const Dim& size) {
    return size.is_constant(1) || (!size.is_constant() && Tracer::current() && size == 1);
}

}  // namespace

Tensor squeeze(const Tensor& x, const Axes& axes) {
    const Shape have = x.sizes();
    std::vector<bool> dropped(have.size(), false);
    for (const int64_t axis : axes.list()) {
        const size_t at = axis_of("squeeze", x, axis);
        if (at < have.size() && is_one(have[at])) dropped[at] = true;
    }
    Shape shape;
    for (size_t i = 0; i < have.size(); ++i) {
        if (!dropped[i]) shape.push_back(have[i]);
    }
    return reshape(x, shape);
}

Tensor transpose(const Tensor& x, int64_t a, int64_t b) {
    if (x.dim() == 0) return x;
    Sizes perm(static_cast<size_t>(x.dim()));
    std::iota(perm.begin(), perm.end(), int64_t{0});
    std::swap(perm[axis_of("transpose", x, a)], perm[axis_of("transpose", x, b)]);
    return permute(x, perm);
}

Tensor t(const Tensor& x) {
    if (x.dim() > 2) {
        throw UserError("t.rank", "t: expected at most 2 axes, got " + x.type().str());
    }
    return x.dim() < 2 ? x : transpose(x, 0, 1);
}

Tensor movedim(const Tensor& x, const Axes& from, const Axes& to) {
    const size_t rank = static_cast<size_t>(x.dim());
    if (from.list().size() != to.list().size()) {
        throw UserError("movedim.axes", "movedim: " + std::to_string(from.list().size()) +
                                            " axes to " + std::to_string(to.list().size()) +
                                            " places");
    }
    Sizes perm(rank, -1);
    std::vector<bool> moved(rank, false);
    for (size_t i = 0; i < from.list().size(); ++i) {
        const size_t source = axis_of("movedim", x, from.list()[i]);
        perm[axis_of("movedim", x, to.list()[i])] = static_cast<int64_t>(source);
        moved[source] = true;
    }
    size_t next = 0;
    for (int64_t& axis : perm) {
        if (axis >= 0) continue;
        while (moved[next]) ++next;
        axis = static_cast<int64_t>(next++);
    }
    return permute(x, perm);
}

Tensor narrow(const Tensor& x, int64_t axis, const Dim& begin, const Dim& size) {
    const Dim from = begin.is_constant() && begin.constant() < 0 ? x.size(axis) + begin : begin;
    const Dim end = from + size, have = x.size(axis);
    if (end.is_constant() && have.is_constant() && end.constant() > have.constant()) {
        throw UserError("narrow.range", "narrow: " + size.str() + " elements from " + from.str() +
                                            " do not lie within axis " + std::to_string(axis) +
                                            " of " + x.type().str());
    }
    return slice(x, axis, from, end);
}

Tensor narrow(const Tensor& x, int64_t axis, const Tensor& begin, const Dim& size) {
    if (begin.dim() != 0 || !is_integer(begin.dtype())) {
        throw UserError("narrow.begin",
                        "narrow: expected an integer in a tensor without axes to begin with, got " +
                            begin.type().str());
    }
    if (!begin.is_symbolic()) return narrow(x, axis, Dim(begin.item<int64_t>()), size);
    const Tensor wide = begin.to(DType::i64);
    const Tensor from = where(wide < 0, wide + full({}, x.size(axis), DType::i64), wide);
    return index_select(x, axis, arange(size) + from);
}

Tensor select(const Tensor& x, int64_t axis, const Dim& index) {
    const size_t at = axis_of("select", x, axis);
    const Shape have = x.sizes();
    const bool is_known = index.is_constant() && !have.empty() && have[at].is_constant();
    if (have.empty() || (is_known && (index.constant() >= have[at].constant() ||
                                      index.constant() < -have[at].constant()))) {
        throw UserError("select.range", "select: index " + index.str() +
                                            " is out of range for axis " + std::to_string(axis) +
                                            " of " + x.type().str());
    }
    const Dim from = index.is_constant() && index.constant() < 0 ? have[at] + index : index;
    Shape shape = have;
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(at));
    return reshape(slice(x, static_cast<int64_t>(at), from, from + 1), shape);
}

Tensor stack(const Tensors& parts, int64_t axis) {
    Tensors rows;
    for (const Tensor& part : parts) {
        if (!same(part.sizes(), parts[0].sizes()) && part.sizes() != parts[0].sizes()) {
            throw UserError("stack.shapes", "stack: the shapes " + str(parts[0].sizes()) + " and " +
                                                str(part.sizes()) + " differ");
        }
        rows.push_back(unsqueeze(part, axis));
    }
    return cat(rows, parts.empty() ? 0 : normalize_axis("stack", axis, rank_of(parts[0]) + 1));
}

Tensors split(const Tensor& x, const Sizes& sizes, int64_t axis) {
    const Dim have = x.size(axis);
    const int64_t total = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
    if (have.is_constant() && have.constant() != total) {
        throw UserError("split.sizes", "split: the sizes add up to " + std::to_string(total) +
                                           ", axis " + std::to_string(axis) + " of " +
                                           x.type().str() + " has " + have.str());
    }
    Tensors parts;
    int64_t begin = 0;
    for (const int64_t size : sizes) {
        parts.push_back(narrow(x, axis, begin, size));
        begin += size;
    }
    return parts;
}

Tensors split(const Tensor& x, int64_t size, int64_t axis) {
    if (size < 1) {
        throw UserError("split.size",
                        "split: expected a positive size, got " + std::to_string(size));
    }
    const int64_t have = x.size(axis);
    Sizes sizes;
    for (int64_t begin = 0; begin < have; begin += size)
        sizes.push_back(std::min(size, have - begin));
    if (have == 0) sizes.push_back(0);
    return split(x, sizes, axis);
}

Tensors chunk(const Tensor& x, int64_t count, int64_t axis) {
    if (count < 1) {
        throw UserError("chunk.count",
                        "chunk: expected a positive count, got " + std::to_string(count));
    }
    const Dim have = x.size(axis);
    if (const auto exact = divide_exactly(have, Dim(count)); exact && !have.is_constant()) {
        Tensors parts;
        for (int64_t i = 0; i < count; ++i) parts.push_back(narrow(x, axis, *exact * i, *exact));
        return parts;
    }
    const int64_t size = std::max<int64_t>((static_cast<int64_t>(have) + count - 1) / count, 1);
    return split(x, size, axis);
}

Tensors unbind(const Tensor& x, int64_t axis) {
    Tensors parts;
    const int64_t count = x.size(axis);
    for (int64_t i = 0; i < count; ++i) parts.push_back(select(x, axis, i));
    return parts;
}

Tensor expand_as(const Tensor& x, const Tensor& other) { return expand(x, other.sizes()); }
Tensor broadcast_to(const Tensor& x, const ShapeArg& shape) { return expand(x, shape); }

Tensors broadcast_tensors(const Tensors& tensors) {
    Shape shape;
    for (const Tensor& x : tensors) shape = broadcast("broadcast_tensors", shape, x.sizes());
    Tensors result;
    for (const Tensor& x : tensors) result.push_back(expand(x, shape));
    return result;
}

Tensor repeat(const Tensor& x, const ShapeArg& counts) {
    const Shape have = x.sizes();
    if (counts.size() < have.size()) {
        throw UserError("repeat.counts", "repeat: " + std::to_string(counts.size()) +
                                             " counts for " + x.type().str());
    }
    const size_t lead = counts.size() - have.size();
    Shape spaced, repeated, merged;
    for (size_t i = 0; i < counts.size(); ++i) {
        const Dim size = i < lead ? Dim(1) : have[i - lead];
        spaced.insert(spaced.end(), {Dim(1), size});
        repeated.insert(repeated.end(), {counts[i], size});
        merged.push_back(counts[i] * size);
    }
    return reshape(expand(reshape(x, spaced), repeated), merged);
}

Tensor tile(const Tensor& x, const ShapeArg& counts) {
    Shape full = counts.shape();
    while (full.size() < static_cast<size_t>(x.dim())) full.insert(full.begin(), Dim(1));
    return repeat(x, full);
}

Tensor repeat_interleave(const Tensor& x, int64_t count, std::optional<int64_t> axis,
                         std::optional<int64_t> /*output_size*/) {
    if (!axis) return repeat_interleave(reshape(x, {-1}), count, 0);
    const auto at = static_cast<int64_t>(axis_of("repeat_interleave", x, *axis));
    Shape shape = x.sizes(), wide = shape;
    wide.insert(wide.begin() + at + 1, Dim(count));
    shape[static_cast<size_t>(at)] *= count;
    return reshape(expand(unsqueeze(x, at + 1), wide), shape);
}

Tensor roll(const Tensor& x, const Axes& shifts, const Axes& axes) {
    if (axes.empty()) return reshape(roll(reshape(x, {-1}), shifts, 0), x.sizes());
    Tensor y = x;
    for (size_t i = 0; i < axes.list().size(); ++i) {
        const int64_t axis = axes.list()[i];
        const Dim have = y.size(axis);
        if (have.is_constant(0)) return x;
        const Dim shift = modulo(Dim(shifts.list().at(i)), have);
        if (shift.is_constant(0)) continue;
        y = cat({slice(y, axis, have - shift, have), slice(y, axis, Dim(0), have - shift)}, axis);
    }
    return y;
}

Tensors meshgrid(const Tensors& axes, const std::string& indexing) {
    Tensors inputs = axes;
    const bool swapped = indexing == "xy" && inputs.size() >= 2;
    if (swapped) std::swap(inputs[0], inputs[1]);
    Shape shape;
    for (const Tensor& x : inputs) shape.push_back(x.numel());
    Tensors grids;
    for (size_t i = 0; i < inputs.size(); ++i) {
        Shape own(inputs.size(), Dim(1));
        own[i] = shape[i];
        grids.push_back(expand(reshape(inputs[i], own), shape));
    }
    if (swapped) std::swap(grids[0], grids[1]);
    return grids;
}

Tensor diagonal(const Tensor& x, int64_t offset, int64_t first, int64_t second) {
    const auto rows = static_cast<int64_t>(axis_of("diagonal", x, first));
    const auto columns = static_cast<int64_t>(axis_of("diagonal", x, second));
    const Dim height = x.size(rows), width = x.size(columns);
    const Dim size = max(
        min(height - std::max<int64_t>(-offset, 0), width - std::max<int64_t>(offset, 0)), Dim(0));
    const Tensor last = movedim(x, {rows, columns}, {-2, -1});
    if (width.is_constant() && size.is_constant()) {  // a view, so that it can be written
        const int64_t step = width.constant() + 1, count = size.constant();
        const int64_t begin = offset >= 0 ? offset : -offset * width.constant();
        return slice(flatten(last, -2, -1), -1, begin,
                     count == 0 ? begin : begin + (count - 1) * step + 1, step);
    }
    const Tensor at = arange(size);
    const Tensor flat =
        (at + std::max<int64_t>(-offset, 0)) * width + (at + std::max<int64_t>(offset, 0));
    return index_select(flatten(last, -2, -1), -1, flat);
}

Tensor diag(const Tensor& x, int64_t offset) {
    if (x.dim() == 2) return diagonal(x, offset);
    const Tensor wide = diag_embed(x, offset);
    return wide;
}

Tensor diag_embed(const Tensor& x, int64_t offset, int64_t first, int64_t second) {
    const int rank = rank_of(x) + 1, rows = normalize_axis("diag_embed", first, rank),
              columns = normalize_axis("diag_embed", second, rank);
    if (rows == columns) {
        throw UserError("diag_embed.axes", "diag_embed: axis " + std::to_string(rows) +
                                               " cannot be that of rows and of columns");
    }
    const int64_t shift = std::abs(offset);
    const Dim size = x.size(-1) + shift;
    const Tensor row = arange(size), mask = unsqueeze(row, 1) + offset == row;
    const Tensor line = offset >= 0 ? constant_pad(x, {shift, 0}) : constant_pad(x, {0, shift});
    const Tensor y = where(mask, unsqueeze(line, -2), 0);
    return rows == rank - 2 && columns == rank - 1 ? y : movedim(y, {-2, -1}, {rows, columns});
}

}  // namespace lithe
