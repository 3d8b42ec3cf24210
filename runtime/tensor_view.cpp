#include "runtime/tensor_view.h"

#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe {

std::optional<int64_t> checked_element_count(std::span<const int64_t> shape) {
    int64_t product = 1;
    bool empty = false;
    for (int64_t size : shape) {
        if (size < 0) return std::nullopt;
        if (size == 0) empty = true;
        if (size > 0 && __builtin_mul_overflow(product, size, &product)) return std::nullopt;
    }
    return empty ? 0 : product;
}

std::optional<int64_t> checked_size_bytes(DType dtype, std::span<const int64_t> shape) {
    const std::optional<int64_t> count = checked_element_count(shape);
    int64_t bytes = 0;
    if (!count || __builtin_mul_overflow(*count, size_bytes(dtype), &bytes)) return std::nullopt;
    return bytes;
}

int64_t element_count(std::span<const int64_t> shape) {
    if (const auto count = checked_element_count(shape)) return *count;
    throw UserError("tensor.size", concat({"tensor: shape ", shape_text(shape),
                                           " has a negative size or too many elements"}));
}

int64_t size_bytes(DType dtype, std::span<const int64_t> shape) {
    if (const auto bytes = checked_size_bytes(dtype, shape)) return *bytes;
    throw UserError("tensor.size", concat({"tensor: ", type_text(dtype, shape),
                                           " has a negative size or too many bytes"}));
}

int64_t size_bytes(const ConstTensorView& tensor) { return size_bytes(tensor.dtype, tensor.shape); }

std::string shape_text(std::span<const int64_t> shape) {
    std::string text = "[";
    for (int64_t size : shape) {
        if (text.size() > 1) text.append(", ");
        text.append(decimal(size));
    }
    return text.append("]");
}

std::string type_text(DType dtype, std::span<const int64_t> shape) {
    return concat({name(dtype), shape_text(shape)});
}

}  // namespace lithe
