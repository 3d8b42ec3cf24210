// Tensors made of nothing but a shape and a number.
#include "dsl/integer_index.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {

Tensor with_options(const Tensor& made, const TensorOptions& options) {
    Tensor tensor = made;
    if (options.requires_grad_value) tensor.requires_grad_();
    return tensor;
}

Tensor zeros(const ShapeArg& shape, const TensorOptions& options) {
    TensorOptions typed = options;
    typed.dtype_value = options.dtype_or(DType::f32);
    return full(shape, 0, typed);
}

Tensor ones(const ShapeArg& shape, const TensorOptions& options) {
    TensorOptions typed = options;
    typed.dtype_value = options.dtype_or(DType::f32);
    return full(shape, 1, typed);
}

Tensor full_like(const Tensor& x, const Scalar& value, const TensorOptions& options) {
    TensorOptions typed = options;
    typed.dtype_value = options.dtype_or(x.dtype());
    return full(x.sizes(), value, typed);
}

Tensor zeros_like(const Tensor& x, const TensorOptions& options) {
    return full_like(x, 0, options);
}

Tensor ones_like(const Tensor& x, const TensorOptions& options) { return full_like(x, 1, options); }

Tensor empty(const ShapeArg& shape, const TensorOptions& options) { return zeros(shape, options); }
Tensor empty_like(const Tensor& x, const TensorOptions& options) { return zeros_like(x, options); }
Tensor scalar_tensor(const Scalar& value, const TensorOptions& options) {
    return full({}, value, options);
}

Tensor linspace(const Scalar& start, const Scalar& end, int64_t count,
                const TensorOptions& options) {
    const DType dtype = options.dtype_or(DType::f32);
    const double first = start.to_double(), last = end.to_double();
    if (count < 1) return with_options(zeros({0}, dtype), options);
    // From both ends, so that both are met exactly. The count stays in tensors, whose numbers may
    // follow a size that has a name.
    const Tensor index = arange(count), place = index.to(DType::f64);
    const Tensor steps = scalar_tensor(count - 1, DType::i64).to(DType::f64);
    const Tensor step = (last - first) / clamp_min(steps, 1);
    const Tensor up = place * step + first, down = (place - steps) * step + last;
    const Tensor is_low = logical_or(index == 0, index * 2 + 2 <= count);
    return with_options(where(is_low, up, down).to(dtype), options);
}

Tensor eye(const Dim& rows, const Dim& columns, const TensorOptions& options) {
    const Tensor mask = unsqueeze(arange(rows), 1) == arange(columns);
    return with_options(mask.to(options.dtype_or(DType::f32)), options);
}
Tensor eye(const Dim& rows, const TensorOptions& options) { return eye(rows, rows, options); }

namespace {

/// column - row for every element of the last two axes.
Tensor diagonal_index(const Tensor& x) {
    if (x.dim() < 2) {
        throw UserError("tril.rank", "tril: expected at least 2 axes, got " + x.type().str());
    }
    return arange(x.size(-1)) - unsqueeze(arange(x.size(-2)), 1);
}

}  // namespace

Tensor tril(const Tensor& x, int64_t diagonal) {
    return where(diagonal_index(x) <= diagonal, x, 0);
}
Tensor triu(const Tensor& x, int64_t diagonal) {
    return where(diagonal_index(x) >= diagonal, x, 0);
}

Tensor one_hot(const Tensor& places, int64_t classes) {
    const Tensor index = integer_index("one_hot", places);
    if (classes < 0) classes = amax(index).item<int64_t>() + 1;
    if (!index.is_symbolic() && index.numel().constant() > 0) {
        const auto low = amin(index).item<int64_t>(), high = amax(index).item<int64_t>();
        if (low < 0 || high >= classes) {
            throw UserError("one_hot.range",
                            "one_hot: class " + std::to_string(low < 0 ? low : high) +
                                " is out of range for " + std::to_string(classes) + " classes");
        }
    }
    return (unsqueeze(index, -1) == arange(classes)).to(DType::i64);
}

}  // namespace lithe
