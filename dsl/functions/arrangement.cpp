// Rarer arrangements, composed of nodes.
#include <algorithm>
#include <cmath>
#include <functional>

#include "dsl/integer_index.h"
#include "dsl/ops.h"
#include "dsl/tensor_data.h"
#include "runtime/error.h"

namespace lithe {

Tensor take_along_dim(const Tensor& x, const Tensor& places, std::optional<int64_t> axis) {
    const Tensor index = integer_index("take_along_dim", places);
    if (!axis) return gather(reshape(x, {-1}), 0, reshape(index, {-1}));
    const int at = normalize_axis("take_along_dim", *axis, static_cast<int>(x.dim()));
    Shape of_x = x.sizes(), of_index = index.sizes();
    if (of_x.size() != of_index.size()) {
        throw UserError("take_along_dim.rank", "take_along_dim: the index " + index.type().str() +
                                                   " into " + x.type().str());
    }
    const Dim length = of_x[static_cast<size_t>(at)], count = of_index[static_cast<size_t>(at)];
    of_x[static_cast<size_t>(at)] = of_index[static_cast<size_t>(at)] = 1;
    Shape all = broadcast("take_along_dim", of_x, of_index), wide = all;
    all[static_cast<size_t>(at)] = length;
    wide[static_cast<size_t>(at)] = count;
    return gather(expand(x, all), at, expand(index, wide));
}

Tensor unfold(const Tensor& x, int64_t axis, int64_t size, int64_t step) {
    const int at = normalize_axis("unfold", axis, static_cast<int>(x.dim()));
    const Dim have = x.size(at);
    if (size < 1 || step < 1 || (have.is_constant() && size > have.constant())) {
        throw UserError("unfold.size", "unfold: windows of " + std::to_string(size) +
                                           " elements, " + std::to_string(step) +
                                           " apart, along axis " + std::to_string(axis) + " of " +
                                           x.type().str());
    }
    const Dim count = floor_div(have - size, Dim(step)) + 1;
    const Tensor index = unsqueeze(arange(count) * step, 1) + arange(size);
    const Tensor rows = index_select(movedim(x, at, -1), -1, reshape(index, {count * size}));
    return movedim(unflatten(rows, -1, {count, Dim(size)}), -2, at);
}

Tensor rot90(const Tensor& x, int64_t turns, const Axes& axes) {
    if (axes.list().size() != 2) {
        throw UserError("rot90.axes",
                        "rot90: expected 2 axes, got " + std::to_string(axes.list().size()));
    }
    const int64_t first = axes.list()[0], second = axes.list()[1];
    switch ((turns % 4 + 4) % 4) {
        case 1:
            return transpose(flip(x, second), first, second);
        case 2:
            return flip(x, {first, second});
        case 3:
            return flip(transpose(x, first, second), second);
        default:
            return clone(x);
    }
}

Tensor fliplr(const Tensor& x) {
    if (x.dim() < 2) {
        throw UserError("fliplr.rank", "fliplr: expected at least 2 axes, got " + x.type().str());
    }
    return flip(x, 1);
}
Tensor flipud(const Tensor& x) {
    if (x.dim() < 1) {
        throw UserError("flipud.rank", "flipud: expected at least 1 axis, got " + x.type().str());
    }
    return flip(x, 0);
}

Tensor hstack(const Tensors& parts) {
    Tensors wide;
    for (const Tensor& part : parts) wide.push_back(part.dim() == 0 ? reshape(part, {1}) : part);
    return cat(wide, wide.empty() || wide[0].dim() < 2 ? 0 : 1);
}
Tensor vstack(const Tensors& parts) {
    Tensors rows;
    for (const Tensor& part : parts)
        rows.push_back(part.dim() < 2 ? reshape(part, {Dim(1), part.numel()}) : part);
    return cat(rows, 0);
}
Tensor ravel(const Tensor& x) { return reshape(x, {-1}); }
Tensor swapaxes(const Tensor& x, int64_t a, int64_t b) { return transpose(x, a, b); }

Tensor swapdims(const Tensor& x, int64_t a, int64_t b) { return transpose(x, a, b); }
Tensor moveaxis(const Tensor& x, const Axes& from, const Axes& to) { return movedim(x, from, to); }
Tensor concat(const Tensors& parts, int64_t axis) { return cat(parts, axis); }

Tensor atleast_1d(const Tensor& x) { return x.dim() < 1 ? reshape(x, {1}) : x; }
Tensor atleast_2d(const Tensor& x) { return x.dim() < 2 ? reshape(x, {Dim(1), x.numel()}) : x; }
Tensor atleast_3d(const Tensor& x) {
    if (x.dim() < 2) return reshape(x, {Dim(1), x.numel(), Dim(1)});
    return x.dim() == 2 ? unsqueeze(x, -1) : x;
}

namespace {

Tensors each(const Tensors& parts, Tensor (*change)(const Tensor&)) {
    Tensors changed;
    for (const Tensor& part : parts) changed.push_back(change(part));
    return changed;
}

}  // namespace

Tensors atleast_1d(const Tensors& parts) { return each(parts, atleast_1d); }
Tensors atleast_2d(const Tensors& parts) { return each(parts, atleast_2d); }
Tensors atleast_3d(const Tensors& parts) { return each(parts, atleast_3d); }

Tensor dstack(const Tensors& parts) { return cat(atleast_3d(parts), 2); }
Tensor column_stack(const Tensors& parts) {
    Tensors columns;
    for (const Tensor& part : parts) {
        columns.push_back(part.dim() < 2 ? reshape(part, {part.numel(), Dim(1)}) : part);
    }
    return cat(columns, 1);
}

Tensor block_diag(const Tensors& parts) {
    Tensors blocks;
    Dim width = 0;
    for (const Tensor& part : parts) {
        blocks.push_back(atleast_2d(part));
        width = width + blocks.back().size(1);
    }
    Dim before = 0;
    for (Tensor& block : blocks) {
        const Dim after = before + block.size(1);
        block = constant_pad(block, {before, width - after});
        before = after;
    }
    return cat(blocks, 0);
}

Tensor cartesian_prod(const Tensors& parts) {
    if (parts.size() == 1) return parts[0];
    Tensors columns;
    for (const Tensor& grid : meshgrid(parts)) columns.push_back(reshape(grid, {-1}));
    return stack(columns, 1);
}

Tensors tensor_split(const Tensor& x, const Sizes& indices, int64_t axis) {
    Tensors parts;
    const Dim have = x.size(axis);
    std::optional<Dim> begin = Dim(0);
    for (const int64_t index : indices) {
        parts.push_back(slice(x, axis, begin, Dim(index)));
        begin = Dim(index);
    }
    parts.push_back(slice(x, axis, begin, have));
    return parts;
}

Tensors tensor_split(const Tensor& x, int64_t count, int64_t axis) {
    if (count < 1) {
        throw UserError("tensor_split.count",
                        "tensor_split: expected a positive count, got " + std::to_string(count));
    }
    const int64_t have = x.size(axis), least = have / count, larger = have % count;
    Sizes sizes;
    for (int64_t i = 0; i < count; ++i) sizes.push_back(least + (i < larger ? 1 : 0));
    return split(x, sizes, axis);
}

Tensors tensor_split(const Tensor& x, const Tensor& count_or_indices, int64_t axis) {
    const TensorType type = count_or_indices.type();
    if (type.rank() > 1 || type.dtype != DType::i64) {
        throw UserError(
            "tensor_split.indices",
            "tensor_split: expected a count or a line of indices, i64, got " + type.str());
    }
    const Sizes numbers = count_or_indices.to_vector<int64_t>();
    return type.rank() == 0 ? tensor_split(x, numbers[0], axis) : tensor_split(x, numbers, axis);
}

Tensor repeat_interleave(const Tensor& x, const Tensor& counts, std::optional<int64_t> axis,
                         std::optional<int64_t> /*output_size*/) {
    if (!axis) return repeat_interleave(reshape(x, {-1}), counts, 0);
    const Array data = integer_index("repeat_interleave", counts).array();
    const int64_t have = x.size(*axis);
    if (data.count() != have && data.count() != 1) {
        throw UserError("repeat_interleave.counts",
                        "repeat_interleave: " + std::to_string(data.count()) + " counts for the " +
                            std::to_string(have) + " elements along axis " + std::to_string(*axis));
    }
    Sizes rows;
    for (int64_t i = 0; i < have; ++i) {
        const auto count = static_cast<int64_t>(data.at(data.count() == 1 ? 0 : i));
        if (count < 0) {
            throw UserError("repeat_interleave.counts",
                            "repeat_interleave: a count is " + std::to_string(count));
        }
        rows.insert(rows.end(), static_cast<size_t>(count), i);
    }
    const Array index = Array::empty(DType::i64, {static_cast<int64_t>(rows.size())});
    std::copy(rows.begin(), rows.end(), index.data<int64_t>());
    return index_select(x, *axis, Tensor::from(index));
}

namespace {

/// Rows and columns of the elements that `wanted(row, column)` chooses.
template <class Wanted>
Tensor places(int64_t rows, int64_t columns, const Wanted& wanted) {
    Sizes row_of, column_of;
    for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < columns; ++j) {
            if (!wanted(i, j)) continue;
            row_of.push_back(i);
            column_of.push_back(j);
        }
    }
    const auto count = static_cast<int64_t>(row_of.size());
    const Array result = Array::empty(DType::i64, {2, count});
    std::copy(row_of.begin(), row_of.end(), result.data<int64_t>());
    std::copy(column_of.begin(), column_of.end(), result.data<int64_t>() + count);
    return Tensor::from(result);
}

}  // namespace

Tensor tril_indices(int64_t rows, int64_t columns, int64_t diagonal) {
    return places(rows, columns, [&](int64_t i, int64_t j) { return j - i <= diagonal; });
}
Tensor triu_indices(int64_t rows, int64_t columns, int64_t diagonal) {
    return places(rows, columns, [&](int64_t i, int64_t j) { return j - i >= diagonal; });
}

Tensor combinations(const Tensor& x, int64_t count, bool with_replacement) {
    if (x.dim() != 1 || count < 0) {
        throw UserError("combinations.rank", "combinations: expected a line and a count, got " +
                                                 x.type().str() + " and " + std::to_string(count));
    }
    const int64_t have = x.size(0);
    std::vector<int64_t> chosen, places;
    const std::function<void(int64_t)> choose = [&](int64_t from) {
        if (static_cast<int64_t>(chosen.size()) == count) {
            places.insert(places.end(), chosen.begin(), chosen.end());
            return;
        }
        for (int64_t i = from; i < have; ++i) {
            chosen.push_back(i);
            choose(with_replacement ? i : i + 1);
            chosen.pop_back();
        }
    };
    if (count == 0) return zeros({0}, x.dtype());
    choose(0);
    const int64_t rows = static_cast<int64_t>(places.size()) / count;
    return reshape(index_select(x, 0, lithe::tensor(places)), {rows, count});
}

Tensor vander(const Tensor& x, std::optional<int64_t> columns, bool increasing) {
    if (x.dim() != 1) {
        throw UserError("vander.rank", "vander: expected a line, got " + x.type().str());
    }
    const int64_t count = columns ? *columns : static_cast<int64_t>(x.size(0));
    const Tensor powers = arange(count).to(x.dtype());
    return pow(unsqueeze(x, 1), increasing ? powers : flip(powers, 0));
}

Tensor diagflat(const Tensor& x, int64_t offset) { return diag_embed(reshape(x, {-1}), offset); }

namespace {

Tensors equal_parts(const char* op, const Tensor& x, int64_t count, int64_t axis) {
    const bool has_axis = axis < x.dim();
    if (!has_axis || count < 1 || x.size(axis) % count != 0) {
        throw UserError(std::string(op) + ".size",
                        std::string(op) + ": axis " + std::to_string(axis) + " of " +
                            x.type().str() + " has no " + std::to_string(count) + " equal parts");
    }
    return tensor_split(x, count, axis);
}

}  // namespace

Tensors hsplit(const Tensor& x, int64_t count) {
    return equal_parts("hsplit", x, count, x.dim() == 1 ? 0 : 1);
}
Tensors vsplit(const Tensor& x, int64_t count) { return equal_parts("vsplit", x, count, 0); }
Tensors dsplit(const Tensor& x, int64_t count) { return equal_parts("dsplit", x, count, 2); }

}  // namespace lithe
