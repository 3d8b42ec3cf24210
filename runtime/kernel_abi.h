#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/dtype.h"

// What compiled kernels take. The layout is Halide's halide_buffer_t; dimensions are innermost
// first, strides count elements, `host` is the element at index 0 of every dimension.
namespace lithe {

struct KernelType {
    uint8_t code = 0;  ///< 0 int, 1 uint, 2 float, 4 bfloat
    uint8_t bits = 0;
    uint16_t lanes = 1;
};

struct KernelDim {
    int32_t min = 0, extent = 0, stride = 0;
    uint32_t flags = 0;
};

struct KernelBuffer {
    uint64_t device = 0;
    const void* device_interface = nullptr;
    uint8_t* host = nullptr;
    uint64_t flags = 0;
    KernelType type;
    int32_t dimensions = 0;
    KernelDim* dim = nullptr;
    void* padding = nullptr;
};

static_assert(sizeof(KernelType) == 4 && sizeof(KernelDim) == 16 && sizeof(KernelBuffer) == 56);
static_assert(offsetof(KernelBuffer, host) == 16 && offsetof(KernelBuffer, type) == 32);
static_assert(offsetof(KernelBuffer, dimensions) == 36 && offsetof(KernelBuffer, dim) == 40);

constexpr KernelType kernel_type(DType dtype) {
    switch (dtype) {
        case DType::f32:
            return {2, 32};
        case DType::f64:
            return {2, 64};
        case DType::f16:
            return {2, 16};
        case DType::bf16:
            return {4, 16};
        case DType::i64:
            return {0, 64};
        case DType::i32:
            return {0, 32};
        case DType::i16:
            return {0, 16};
        case DType::i8:
            return {0, 8};
        case DType::u8:
            return {1, 8};
        case DType::boolean:
            return {1, 1};
    }
    return {};
}

}  // namespace lithe
