// Reading and writing at places that tensors name.
#include "dsl/integer_index.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// The one-axis index along `axis`, expanded to the shape of `like`.
Tensor spread_index(const char* op, const Tensor& like, int64_t axis, const Tensor& index) {
    Shape shape(static_cast<size_t>(like.dim()), Dim(1));
    shape[static_cast<size_t>(axis)] = index.numel();
    return expand(reshape(integer_index(op, index), shape), like.sizes());
}

}  // namespace

Tensor integer_index(std::string_view op, const Tensor& index) {
    if (!is_integer(index.dtype())) {
        throw UserError(std::string(op) + ".index",
                        std::string(op) + ": indices are integers, got " + index.type().str());
    }
    return index.to(DType::i64);
}

Tensor index_add(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source,
                 const Scalar& alpha) {
    const int at = normalize_axis("index_add", axis, static_cast<int>(x.dim()));
    const Tensor added = alpha.is_one() ? source : source * alpha;
    return scatter_add(x, at, spread_index("index_add", source, at, index), added);
}

Tensor index_copy(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& source) {
    const int at = normalize_axis("index_copy", axis, static_cast<int>(x.dim()));
    return scatter(x, at, spread_index("index_copy", source, at, index), source);
}

Tensor index_fill(const Tensor& x, int64_t axis, const Tensor& index, const Scalar& value) {
    Shape shape = x.sizes();
    shape[static_cast<size_t>(normalize_axis("index_fill", axis, static_cast<int>(x.dim())))] =
        index.numel();
    return index_copy(x, axis, integer_index("index_fill", index), full(shape, value, x.dtype()));
}

Tensor index_fill(const Tensor& x, int64_t axis, const Tensor& index, const Tensor& value) {
    if (value.dim() != 0) {
        throw UserError("index_fill.value",
                        "index_fill: the value must have no axes, got " + value.type().str());
    }
    Shape shape = x.sizes();
    shape[static_cast<size_t>(normalize_axis("index_fill", axis, static_cast<int>(x.dim())))] =
        index.numel();
    return index_copy(x, axis, integer_index("index_fill", index),
                      expand(value.to(x.dtype()), shape));
}

Tensor take(const Tensor& x, const Tensor& index) {
    const Tensor flat = reshape(x, {-1}), at = reshape(integer_index("take", index), {-1});
    return reshape(index_select(flat, 0, where(at < 0, at + x.numel(), at)), index.sizes());
}

Tensor embedding(const Tensor& weight, const Tensor& index, int64_t padding_idx,
                 bool scale_grad_by_freq, bool /*sparse*/) {
    if (weight.dim() != 2) {
        throw UserError("embedding.weight",
                        "embedding: the weight must have 2 axes, got " + weight.type().str());
    }
    Shape shape = index.sizes();
    shape.push_back(weight.size(1));
    const Tensor flat = reshape(integer_index("embedding", index), {index.numel()});
    Tensor rows = index_select(weight, 0, flat);
    if (padding_idx >= 0 && weight.requires_grad()) {  // that row gets no gradient
        rows = where(unsqueeze(flat == padding_idx, 1), rows.detach(), rows);
    }
    const Tensor y = reshape(rows, shape);
    return scale_grad_by_freq ? lithe::scale_grad_by_freq(y, index, weight.size(0)) : y;
}

Tensor nonzero(const Tensor& x) { return places_of("nonzero", x); }

Tensor places_of(std::string_view op, const Tensor& mask) {
    if (mask.is_symbolic()) {
        throw UserError(std::string(op) + ".symbolic",
                        std::string(op) + ": how many elements of a " + mask.type().str() +
                            " are not 0 is known only when the model runs, and no size may depend "
                            "on it; where(mask, x, 0) keeps all elements");
    }
    const Array data = mask.array();
    Sizes found;
    int64_t rows = 0;
    for (int64_t i = 0; i < data.count(); ++i) {
        if (data.at(i) == 0) continue;
        ++rows;
        Sizes place(static_cast<size_t>(data.rank()));
        int64_t rest = i;
        for (int axis = data.rank() - 1; axis >= 0; --axis) {
            place[static_cast<size_t>(axis)] = rest % data.size(axis);
            rest /= data.size(axis);
        }
        found.insert(found.end(), place.begin(), place.end());
    }
    const Array result = Array::empty(DType::i64, {rows, data.rank()});
    std::copy(found.begin(), found.end(), result.data<int64_t>());
    return Tensor::from(result);
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
    const Shape shape = broadcast("masked_select", x.sizes(), mask.sizes());
    const Tensor flat = reshape(expand(x, shape), {-1});
    return index_select(
        flat, 0, reshape(places_of("masked_select", reshape(expand(mask, shape), {-1})), {-1}));
}

}  // namespace lithe
