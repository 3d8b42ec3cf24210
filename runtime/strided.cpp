#include "runtime/strided.h"

#include <algorithm>
#include <cstring>

#include "runtime/tensor_view.h"

namespace lithe {

int64_t storage_element_count(const Strided& tensor) {
    return static_cast<int64_t>(tensor.storage.size()) / size_bytes(tensor.dtype);
}

bool is_in_bounds(const Strided& tensor) {
    if (tensor.offset < 0 || !checked_size_bytes(tensor.dtype, tensor.shape)) return false;
    int64_t last = tensor.offset;
    bool is_empty = false;
    for (size_t axis = 0; axis < tensor.shape.size(); ++axis) {
        const int64_t stride = tensor.strides[axis];
        const int64_t steps = std::max<int64_t>(tensor.shape[axis] - 1, 0);
        int64_t distance = 0;
        if (stride < 0 || __builtin_mul_overflow(stride, steps, &distance) ||
            __builtin_add_overflow(last, distance, &last)) {
            return false;
        }
        if (tensor.shape[axis] == 0) is_empty = true;
    }
    return is_empty || last < storage_element_count(tensor);
}

bool is_dense(const Strided& tensor) {
    int64_t expected = 1;
    for (size_t axis = tensor.shape.size(); axis-- > 0;) {
        if (tensor.shape[axis] != 1 && tensor.strides[axis] != expected) return false;
        expected *= tensor.shape[axis];
    }
    return true;
}

void copy_dense(const Strided& tensor, std::byte* to) {
    const int64_t element = size_bytes(tensor.dtype);
    const int64_t count = element_count(tensor.shape);
    std::vector<int64_t> index(tensor.shape.size(), 0);
    int64_t from = tensor.offset;
    for (int64_t i = 0; i < count; ++i, to += element) {
        std::memcpy(to, tensor.storage.data() + from * element, static_cast<size_t>(element));
        for (size_t axis = index.size(); axis-- > 0;) {
            from += tensor.strides[axis];
            if (++index[axis] < tensor.shape[axis]) break;
            from -= tensor.strides[axis] * tensor.shape[axis];
            index[axis] = 0;
        }
    }
}

}  // namespace lithe
