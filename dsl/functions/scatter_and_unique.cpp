// Rarer ways to write at places that tensors name.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "dsl/indexing.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {

Tensor index_put(const Tensor& x, const Tensors& indices, const Tensor& value, bool accumulate) {
    const Tensor y = clone(x);
    std::vector<indexing::TensorIndex> places;
    for (const Tensor& index : indices) {
        if (index.defined())
            places.emplace_back(index);
        else
            places.emplace_back(indexing::Slice());
    }
    y.index_put_(places, value, accumulate);
    return y;
}

Tensor scatter(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source,
               std::string_view reduce) {
    if (reduce == "add") return scatter_reduce(x, axis, index, source, "sum");
    if (reduce == "multiply") return scatter_reduce(x, axis, index, source, "prod");
    throw UserError("scatter.reduce", "scatter: reduce must be 'add' or 'multiply', got '" +
                                          std::string(reduce) + "'");
}
Tensor scatter(const Tensor& x, int64_t axis, const Tensor& index, const Scalar& value,
               std::string_view reduce) {
    return scatter(x, axis, index, full(index.sizes(), value, x.dtype()), reduce);
}

Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source) {
    const Tensor wide =
        expand(mask.to(DType::boolean), broadcast("masked_scatter", x.sizes(), mask.sizes()));
    const Tensor y = expand(x, wide.sizes());
    // The element that the mask's k-th true place gets is source[k].
    const Tensor line = reshape(wide, {-1});
    const Tensor order = cumsum(line.to(DType::i64), 0) - 1;
    if (!wide.is_symbolic() && source.numel().is_constant()) {
        const auto wanted = sum(line).item<int64_t>();
        if (wanted > source.numel().constant()) {
            throw UserError("masked_scatter.source", "masked_scatter: " + std::to_string(wanted) +
                                                         " places and " + source.numel().str() +
                                                         " elements of the source");
        }
    }
    if (source.numel().is_constant(0)) return y;
    const Tensor at = clamp_min(order, 0);
    const Tensor last = at.is_symbolic() || !source.numel().is_constant()
                            ? minimum(at, scalar_tensor(source.numel() - 1, DType::i64))
                            : clamp_max(at, source.numel().constant() - 1);
    const Tensor taken = index_select(reshape(source.to(x.dtype()), {-1}), 0, last);
    return where(wide, reshape(taken, wide.sizes()), y);
}

Tensor select_scatter(const Tensor& x, const Tensor& source, int64_t axis, const Dim& index) {
    const Tensor y = clone(x);
    select(y, axis, index).copy_(source);
    return y;
}

Tensor diagonal_scatter(const Tensor& x, const Tensor& source, int64_t offset, int64_t first,
                        int64_t second) {
    const int rank = static_cast<int>(x.dim());
    const int rows = normalize_axis("diagonal_scatter", first, rank),
              columns = normalize_axis("diagonal_scatter", second, rank);
    const Tensor y = movedim(x, {rows, columns}, {-2, -1});
    const Tensor wanted = diagonal(y.detach(), offset, -2, -1);
    if (!same(wanted.sizes(), source.sizes()) && wanted.sizes() != source.sizes()) {
        throw UserError("diagonal_scatter.source", "diagonal_scatter: the diagonal is " +
                                                       wanted.type().str() + ", the source " +
                                                       source.type().str());
    }
    const int64_t down = std::max<int64_t>(-offset, 0);
    const Dim height = y.size(-2), width = y.size(-1);
    const Tensor row = unsqueeze(arange(height), 1), column = arange(width);
    // Element k of the diagonal stands in row k + down; each row takes it along its own columns.
    const Tensor padded = constant_pad(source, {down, height - down - source.size(-1)});
    const Tensor changed = where(eq(row + offset, column), unsqueeze(padded, -1), y);
    return movedim(changed, {-2, -1}, {rows, columns});
}

Tensor argwhere(const Tensor& x) { return nonzero(x); }

namespace {

/// Slices along the axis by the number of the first equal one, in ascending order.
struct Groups {
    Sizes firsts, counts, inverse;
};

/// -1, 0 or 1 as line a comes before, equals or comes behind line b.
int compare_lines(const Array& lines, int64_t a, int64_t b) {
    const int64_t length = lines.size(0) == 0 ? 0 : lines.count() / lines.size(0);
    for (int64_t i = 0; i < length; ++i) {
        const double x = lines.at(a * length + i), y = lines.at(b * length + i);
        if (x < y || (y != y && x == x)) return -1;
        if (y < x || (x != x && y == y)) return 1;
    }
    return 0;
}

bool has_nan(const Array& lines, int64_t row) {
    const int64_t length = lines.count() / lines.size(0);
    for (int64_t i = 0; i < length; ++i) {
        if (std::isnan(lines.at(row * length + i))) return true;
    }
    return false;
}

Groups groups_of(const Array& lines, bool sorts) {
    const int64_t rows = lines.size(0);
    Sizes order(static_cast<size_t>(rows));
    std::iota(order.begin(), order.end(), int64_t{0});
    if (sorts) {
        std::stable_sort(order.begin(), order.end(),
                         [&](int64_t a, int64_t b) { return compare_lines(lines, a, b) < 0; });
    }
    Groups groups;
    groups.inverse.resize(static_cast<size_t>(rows));
    for (size_t i = 0; i < order.size(); ++i) {
        // A NaN equals nothing, not even a NaN.
        const bool is_new =
            i == 0 || compare_lines(lines, order[i - 1], order[i]) != 0 || has_nan(lines, order[i]);
        if (is_new) {
            groups.firsts.push_back(order[i]);
            groups.counts.push_back(0);
        }
        ++groups.counts.back();
        groups.inverse[static_cast<size_t>(order[i])] =
            static_cast<int64_t>(groups.firsts.size()) - 1;
    }
    return groups;
}

Tensor tensor_of(const Sizes& numbers) {
    const Array array = Array::empty(DType::i64, {static_cast<int64_t>(numbers.size())});
    std::copy(numbers.begin(), numbers.end(), array.data<int64_t>());
    return Tensor::from(array);
}

std::tuple<Tensor, Tensor, Tensor> unique_of(const Tensor& x, bool sorts, bool return_inverse,
                                             bool return_counts) {
    const Groups groups = groups_of(reshape(x.detach(), {-1}).array(), sorts);
    return {index_select(reshape(x, {-1}), 0, tensor_of(groups.firsts)),
            return_inverse ? reshape(tensor_of(groups.inverse), x.sizes()) : Tensor(),
            return_counts ? tensor_of(groups.counts) : Tensor()};
}

std::tuple<Tensor, Tensor, Tensor> unique_along(const Tensor& x, int64_t axis, bool sorts,
                                                bool return_inverse, bool return_counts) {
    const Groups groups = groups_of(movedim(x.detach(), axis, 0).array().dense(), sorts);
    return {index_select(x, axis, tensor_of(groups.firsts)),
            return_inverse ? tensor_of(groups.inverse) : Tensor(),
            return_counts ? tensor_of(groups.counts) : Tensor()};
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> _unique2(const Tensor& x, bool, bool return_inverse,
                                            bool return_counts) {
    return unique_of(x, true, return_inverse, return_counts);
}
std::tuple<Tensor, Tensor, Tensor> unique_consecutive(const Tensor& x, bool return_inverse,
                                                      bool return_counts,
                                                      std::optional<int64_t> axis) {
    return axis ? unique_along(x, *axis, false, return_inverse, return_counts)
                : unique_of(x, false, return_inverse, return_counts);
}
std::tuple<Tensor, Tensor, Tensor> unique_dim(const Tensor& x, int64_t axis, bool,
                                              bool return_inverse, bool return_counts) {
    return unique_along(x, axis, true, return_inverse, return_counts);
}

Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool accumulate) {
    const Tensor flat =
        index_put(reshape(x, {-1}), {reshape(index, {-1})}, reshape(source, {-1}), accumulate);
    return reshape(flat, x.sizes());
}

}  // namespace lithe
