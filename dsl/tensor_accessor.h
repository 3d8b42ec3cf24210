#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "dsl/tensor.h"
#include "runtime/error.h"

namespace lithe {

/// The elements of an eager tensor by their indices, as LibTorch's accessors: it keeps nothing
/// alive and checks no index.
template <class T, size_t N>
class TensorAccessor {
public:
    TensorAccessor(T* data, const int64_t* sizes, const int64_t* strides) : data_(data) {
        std::copy_n(sizes, N, sizes_.begin());
        std::copy_n(strides, N, strides_.begin());
    }

    int64_t size(size_t axis) const { return sizes_[axis]; }
    int64_t stride(size_t axis) const { return strides_[axis]; }
    T* data() const { return data_; }
    decltype(auto) operator[](int64_t index) const {
        T* at = data_ + index * strides_[0];
        if constexpr (N == 1) {
            return static_cast<T&>(*at);
        } else {
            return TensorAccessor<T, N - 1>(at, sizes_.data() + 1, strides_.data() + 1);
        }
    }

private:
    T* data_;
    std::array<int64_t, N> sizes_, strides_;
};

template <class T, size_t N>
TensorAccessor<T, N> Tensor::accessor() const {
    using Element = std::remove_const_t<T>;
    const Array data = array();
    if (data.rank() != static_cast<int>(N)) {
        throw UserError("tensor.accessor", "tensor: an accessor of " + std::to_string(N) +
                                               " axes is asked of a tensor of shape " +
                                               str(sizes()));
    }
    if (data.dtype() != DTypeOf<Element>::value) {
        throw UserError("tensor.dtype",
                        "tensor: an accessor of " + std::string(name(DTypeOf<Element>::value)) +
                            " is asked of a tensor of " + std::string(name(data.dtype())));
    }
    return {static_cast<T*>(data.raw()), data.sizes().data(), data.strides().data()};
}

}  // namespace lithe
