#include "dsl/array.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "dsl/author_line.h"
#include "dsl/tracer.h"
#include "runtime/convert.h"

namespace lithe {
namespace {

constexpr size_t alignment_bytes = 64;

std::shared_ptr<void> allocate(size_t size) {
    const size_t rounded = (size + alignment_bytes - 1) / alignment_bytes * alignment_bytes;
    void* memory = std::aligned_alloc(alignment_bytes, rounded == 0 ? alignment_bytes : rounded);
    if (!memory) throw std::bad_alloc();
    return {memory, std::free};
}

/// Calls `body(offset in elements)` for every element in row-major order.
template <class Body>
void for_each_offset(const Sizes& sizes, const Sizes& strides, Body&& body) {
    const size_t rank = sizes.size();
    for (const int64_t size : sizes) {
        if (size == 0) return;
    }
    if (rank == 0) return body(int64_t{0});
    Sizes index(rank, 0);
    int64_t base = 0;
    const int64_t inner = sizes[rank - 1], step = strides[rank - 1];
    while (true) {
        for (int64_t i = 0; i < inner; ++i) body(base + i * step);
        int axis = static_cast<int>(rank) - 2;
        for (; axis >= 0; --axis) {
            const auto a = static_cast<size_t>(axis);
            base += strides[a];
            if (++index[a] < sizes[a]) break;
            base -= strides[a] * sizes[a];
            index[a] = 0;
        }
        if (axis < 0) return;
    }
}

/// The axis along which memory runs on while the last axis jumps: a transpose. None: -1.
int running_axis(const Sizes& sizes, const Sizes& strides) {
    const int last = static_cast<int>(sizes.size()) - 1;
    if (last < 1 || strides.back() == 1 || strides.back() == 0) return -1;
    for (int axis = 0; axis < last; ++axis) {
        const auto a = static_cast<size_t>(axis);
        if (strides[a] == 1 && sizes[a] > 1) return axis;
    }
    return -1;
}

/// Copies elements in row-major order, in blocks where both axes of a transpose stay in the cache.
template <class T>
void copy_dense(const T* in, const Sizes& sizes, const Sizes& strides, T* out) {
    const int running = running_axis(sizes, strides);
    if (running < 0) {
        return for_each_offset(sizes, strides, [&](int64_t at) { *out++ = in[at]; });
    }
    const auto axis = static_cast<size_t>(running);
    const Sizes to = Array::dense_strides(sizes);
    const int64_t rows = sizes[axis], columns = sizes.back(), step = strides.back();
    Sizes outer = sizes;
    outer[axis] = outer.back() = 1;
    Sizes outs;
    for_each_offset(outer, to, [&](int64_t at) { outs.push_back(at); });
    size_t next = 0;
    constexpr int64_t block = 16;
    for_each_offset(outer, strides, [&](int64_t base) {
        const T* from = in + base;
        T* target = out + outs[next++];
        for (int64_t i = 0; i < rows; i += block) {
            for (int64_t j = 0; j < columns; j += block) {
                for (int64_t r = i; r < std::min(rows, i + block); ++r) {
                    for (int64_t c = j; c < std::min(columns, j + block); ++c)
                        target[r * to[axis] + c] = from[r + c * step];
                }
            }
        }
    });
}

}  // namespace

bool is_computed(DType dtype) {
    return dtype != DType::f16 && dtype != DType::bf16 && dtype != DType::i8 && dtype != DType::i16;
}

Sizes Array::dense_strides(const Sizes& sizes) {
    Sizes strides(sizes.size());
    int64_t stride = 1;
    for (size_t i = sizes.size(); i-- > 0;) {
        strides[i] = stride;
        stride *= std::max<int64_t>(sizes[i], 1);
    }
    return strides;
}

Array Array::empty(DType dtype, Sizes sizes) {
    int64_t bytes = lithe::size_bytes(dtype);
    for (const int64_t size : sizes) {
        if (size < 0 || __builtin_mul_overflow(bytes, size, &bytes)) {
            throw UserError("array.too_large", "array: cannot hold " + std::string(name(dtype)) +
                                                   str(to_shape(sizes)));
        }
    }
    Array array;
    array.buffer_ = std::make_shared<Buffer>(Buffer{allocate(static_cast<size_t>(bytes))});
    array.dtype_ = dtype;
    array.strides_ = dense_strides(sizes);
    array.sizes_ = std::move(sizes);
    return array;
}

Array Array::zeros(DType dtype, Sizes sizes) {
    Array array = empty(dtype, std::move(sizes));
    std::memset(array.raw(), 0, array.size_bytes());
    return array;
}

Array Array::full(DType dtype, Sizes sizes, double value) {
    if (!is_computed(dtype)) return full(DType::f64, std::move(sizes), value).to(dtype);
    Array array = empty(dtype, std::move(sizes));
    visit(dtype,
          [&]<class T>(T) { std::fill_n(array.data<T>(), array.count(), static_cast<T>(value)); });
    return array;
}

Array Array::wrap(void* data, DType dtype, Sizes sizes, std::shared_ptr<void> owner) {
    Array array;
    array.buffer_ = std::make_shared<Buffer>();
    array.buffer_->memory =
        owner ? std::shared_ptr<void>(owner, data) : std::shared_ptr<void>(data, [](void*) {});
    array.dtype_ = dtype;
    array.strides_ = dense_strides(sizes);
    array.sizes_ = std::move(sizes);
    return array;
}

int64_t Array::count() const {
    int64_t count = 1;
    for (const int64_t size : sizes_) count *= size;
    return count;
}

bool Array::is_dense() const {
    int64_t stride = 1;
    for (size_t i = sizes_.size(); i-- > 0;) {
        if (sizes_[i] == 0) return true;
        if (sizes_[i] != 1 && strides_[i] != stride) return false;
        stride *= sizes_[i];
    }
    return true;
}

Array Array::dense() const { return is_dense() ? *this : clone(); }

Array Array::clone() const {
    Array copy = empty(dtype_, sizes_);
    copy.copy_from(*this);
    return copy;
}

Array Array::view(Sizes sizes, Sizes strides, int64_t offset) const {
    Array array = *this;
    array.sizes_ = std::move(sizes);
    array.strides_ = std::move(strides);
    array.offset_bytes_ += offset * lithe::size_bytes(dtype_);
    return array;
}

Array Array::reshape(Sizes sizes) const {
    Sizes strides = dense_strides(sizes);
    return dense().view(std::move(sizes), std::move(strides));
}

Array Array::to(DType dtype) const {
    if (dtype == dtype_) return *this;
    Array result = empty(dtype, sizes_);
    if (!is_computed(dtype_) || !is_computed(dtype)) {
        convert(dtype_, dense().raw(), dtype, result.raw(), count());
        return result;
    }
    visit(dtype_, [&]<class From>(From) {
        visit(dtype, [&]<class To>(To) {
            To* out = result.data<To>();
            const From* in = data<From>();
            for_each_offset(sizes_, strides_,
                            [&](int64_t at) { *out++ = static_cast<To>(in[at]); });
        });
    });
    return result;
}

void Array::copy_from(const Array& source) const {
    if (source.sizes_ != sizes_ || source.dtype_ != dtype_) {
        throw InternalError("array.copy", "array: copy between different types");
    }
    ++buffer_->version;
    if (is_dense() && source.is_dense()) {
        std::memmove(raw(), source.raw(), size_bytes());
        return;
    }
    visit_width(dtype_, [&]<class T>(T) {
        const Array from = source.shares_buffer(*this) ? source.clone() : source;
        const T* in = from.data<T>();
        T* out = data<T>();
        if (is_dense()) {
            copy_dense(in, sizes_, from.strides_, out);
        } else {
            const Array flat = from.dense();
            in = flat.data<T>();
            for_each_offset(sizes_, strides_, [&](int64_t at) { out[at] = *in++; });
        }
    });
}

double Array::at(int64_t index) const {
    int64_t offset = 0;
    for (size_t i = sizes_.size(); i-- > 0;) {
        offset += index % sizes_[i] * strides_[i];
        index /= sizes_[i];
    }
    if (!is_computed(dtype_)) {
        double value = 0;
        const Array element = view({}, {}, offset);
        convert(dtype_, element.raw(), DType::f64, &value, 1);
        return value;
    }
    return visit(dtype_, [&]<class T>(T) { return static_cast<double>(data<T>()[offset]); });
}

void throw_no_arithmetic(const std::string& who, DType dtype) {
    const std::string line = author_line(capture_stack());
    throw UserError("array.dtype",
                    who + ": no arithmetic on " + std::string(name(dtype)) +
                        ", a type of files: convert with .to(" +
                        (is_floating(dtype) ? "kFloat32" : "kInt64") + ") first",
                    line.empty() ? line : "  at " + line);
}

}  // namespace lithe
