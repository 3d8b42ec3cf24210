#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "dsl/dim.h"
#include "runtime/dtype.h"
#include "runtime/error.h"

namespace lithe {

/// Data in memory: a dtype, sizes, and strides (in elements) into a shared buffer.
///
/// Copies share the buffer. The references of the ops receive and fill dense row-major arrays.
class Array {
public:
    /// Memory and how often it has been written since: backward refuses stale values by it.
    struct Buffer {
        std::shared_ptr<void> memory;
        uint64_t version = 0;
    };

    Array() = default;
    /// Dense, uninitialised. Errors: array.too_large.
    static Array empty(DType dtype, Sizes sizes);
    static Array zeros(DType dtype, Sizes sizes);
    /// `value` converted to `dtype`, everywhere.
    static Array full(DType dtype, Sizes sizes, double value);
    /// Memory that belongs to the caller; `owner` keeps it alive where it is given.
    static Array wrap(void* data, DType dtype, Sizes sizes, std::shared_ptr<void> owner = nullptr);

    bool defined() const { return buffer_ != nullptr; }
    DType dtype() const { return dtype_; }
    const Sizes& sizes() const { return sizes_; }
    const Sizes& strides() const { return strides_; }
    int rank() const { return static_cast<int>(sizes_.size()); }
    int64_t size(int axis) const { return sizes_[static_cast<size_t>(axis)]; }
    /// The number of elements.
    int64_t count() const;
    size_t size_bytes() const { return static_cast<size_t>(count() * lithe::size_bytes(dtype_)); }

    /// Elements from the start of the buffer to the first one.
    int64_t offset() const { return offset_bytes_ / lithe::size_bytes(dtype_); }
    void* raw() const { return static_cast<char*>(buffer_->memory.get()) + offset_bytes_; }
    uint64_t version() const { return buffer_->version; }
    /// Says that the elements have been written through a pointer.
    void count_write() const { ++buffer_->version; }
    /// The elements of a dense array. The caller has checked dtype().
    template <class T>
    T* data() const {
        return static_cast<T*>(raw());
    }

    bool is_dense() const;
    bool shares_buffer(const Array& other) const { return buffer_ == other.buffer_; }
    /// This array where it is dense, else a dense copy.
    Array dense() const;
    Array clone() const;
    /// A view of the same buffer; `offset` in elements from this view's first one.
    Array view(Sizes sizes, Sizes strides, int64_t offset = 0) const;
    /// The same elements in order with other sizes; a copy where strides do not allow a view.
    Array reshape(Sizes sizes) const;
    Array to(DType dtype) const;
    /// Writes all elements of `source` (same sizes and dtype) into this view's memory.
    /// Counts as a write of the buffer.
    void copy_from(const Array& source) const;
    /// One element, converted. `index` counts in row-major order.
    double at(int64_t index) const;
    /// The dense row-major strides of some sizes.
    static Sizes dense_strides(const Sizes& sizes);

private:
    std::shared_ptr<Buffer> buffer_;
    int64_t offset_bytes_ = 0;
    DType dtype_ = DType::f32;
    Sizes sizes_, strides_;
};

/// Whether there is arithmetic on the type; on others, those of files, there are moves alone.
bool is_computed(DType dtype);
/// Says what `who` cannot compute in, what to do instead and the author's line.
[[noreturn]] void throw_no_arithmetic(const std::string& who, DType dtype);

/// Calls `body` with a value of the C++ type of `dtype`: `visit(dtype, [&]<class T>(T) { ... })`.
template <class Body>
decltype(auto) visit(DType dtype, Body&& body) {
    switch (dtype) {
        case DType::f32:
            return body(float{});
        case DType::f64:
            return body(double{});
        case DType::i64:
            return body(int64_t{});
        case DType::i32:
            return body(int32_t{});
        case DType::u8:
            return body(uint8_t{});
        case DType::boolean:
            return body(bool{});
        default:
            break;
    }
    throw_no_arithmetic("array", dtype);
}

/// Calls `body` with an integer as wide as an element: for what moves elements of any dtype.
template <class Body>
decltype(auto) visit_width(DType dtype, Body&& body) {
    switch (size_bytes(dtype)) {
        case 1:
            return body(uint8_t{});
        case 2:
            return body(uint16_t{});
        case 4:
            return body(uint32_t{});
        default:
            return body(uint64_t{});
    }
}

/// As visit(), for f32 and f64 alone. Errors: array.dtype.
template <class Body>
decltype(auto) visit_float(DType dtype, Body&& body) {
    if (dtype == DType::f64) return body(double{});
    if (dtype == DType::f32) return body(float{});
    throw UserError("array.dtype", "array: expected f32 or f64, got " + std::string(name(dtype)));
}

}  // namespace lithe
