#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/tensor_view.h"

namespace lithe {

/// Bytes that begin at a multiple of 64 and may be touched, but mean nothing, 64 bytes further at
/// both ends: vector code reads there. Not initialised.
class AlignedMemory {
public:
    AlignedMemory() = default;
    explicit AlignedMemory(size_t size_bytes);

    std::byte* data() const { return memory_ ? memory_.get() + margin_bytes : nullptr; }
    size_t size_bytes() const { return size_bytes_; }

private:
    static constexpr size_t margin_bytes = 64;
    struct Release {
        void operator()(std::byte* memory) const;
    };
    std::unique_ptr<std::byte[], Release> memory_;
    size_t size_bytes_ = 0;
};

/// A tensor with memory of its own: dense, row-major, 64-byte aligned.
class HostTensor {
public:
    HostTensor() = default;
    /// Not initialised. Errors: tensor.size.
    HostTensor(DType dtype, std::vector<int64_t> shape);

    DType dtype() const { return view_.dtype; }
    const std::vector<int64_t>& shape() const { return view_.shape; }
    const TensorView& view() { return view_; }
    ConstTensorView view() const { return view_; }
    operator ConstTensorView() const { return view_; }

    template <typename T>
    T* data() {
        return view_.as<T>();
    }
    template <typename T>
    const T* data() const {
        return view_.as<T>();
    }

private:
    AlignedMemory memory_;
    TensorView view_;
};

}  // namespace lithe
