#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/dtype.h"

namespace lithe {

/// A tensor as PyTorch keeps it: a storage, and where in it the elements are. Strides and offset
/// count elements.
struct Strided {
    std::span<const std::byte> storage;
    DType dtype = DType::f32;
    int64_t offset = 0;
    std::vector<int64_t> shape;
    std::vector<int64_t> strides;
};

int64_t storage_element_count(const Strided& tensor);

/// Whether offset, shape and strides are not negative, can be counted, and lead only to elements of
/// the storage. There must be as many strides as sizes.
bool is_in_bounds(const Strided& tensor);

/// Whether the elements follow each other in row-major order. The tensor must be in bounds.
bool is_dense(const Strided& tensor);

/// Writes the elements in row-major order to `to`. The tensor must be in bounds.
void copy_dense(const Strided& tensor, std::byte* to);

}  // namespace lithe
