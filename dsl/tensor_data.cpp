#include "dsl/tensor_data.h"

#include "dsl/ops.h"

namespace lithe {

TensorData::TensorData(std::initializer_list<TensorData> parts) {
    sizes_ = {static_cast<int64_t>(parts.size())};
    const TensorData* first = nullptr;
    for (const TensorData& part : parts) {
        if (!first) {
            first = &part;
            dtype_ = part.dtype_;
        } else if (part.sizes_ != first->sizes_) {
            throw UserError("tensor.ragged", "tensor: nested braces differ in sizes: " +
                                                 str(to_shape(first->sizes_)) + " and " +
                                                 str(to_shape(part.sizes_)));
        }
        dtype_ = promote(dtype_, part.dtype_);
        numbers_.insert(numbers_.end(), part.numbers_.begin(), part.numbers_.end());
    }
    if (first) sizes_.insert(sizes_.end(), first->sizes_.begin(), first->sizes_.end());
}

Tensor tensor(const TensorData& data, const TensorOptions& options) {
    if (!is_computed(options.dtype_or(data.dtype()))) {
        return with_options(tensor(data).to(options.dtype()), options);
    }
    Array array = Array::empty(options.dtype_or(data.dtype()), data.sizes());
    visit(array.dtype(), [&]<class T>(T) {
        T* out = array.data<T>();
        for (const Scalar& number : data.numbers()) *out++ = number.to<T>();
    });
    return with_options(Tensor::from(array), options);
}

Tensor from_blob(void* data, const ShapeArg& shape, const TensorOptions& options) {
    const Array array = Array::wrap(data, options.dtype_or(DType::f32), constant_sizes(shape));
    return with_options(Tensor::from(array), options);
}

}  // namespace lithe
