#pragma once

#include <utility>

#include "dsl/reflect.h"
#include "dsl/tensor.h"

namespace lithe::nn {

/// A tensor that is a parameter of the module whose field it is, also while it is frozen.
///
/// A plain `Tensor` field counts as a parameter when it requires grad.
class Parameter : public Tensor {
public:
    static constexpr TensorFieldKind field_kind = TensorFieldKind::parameter;

    Parameter() = default;
    /// A new leaf over the same data.
    explicit Parameter(const Tensor& value, bool requires_grad = true) : Tensor(value.detach()) {
        requires_grad_(requires_grad);
    }
};

/// A tensor that belongs to a module's state without being trained.
class Buffer : public Tensor {
public:
    static constexpr TensorFieldKind field_kind = TensorFieldKind::declared_buffer;

    Buffer() = default;
    /// A buffer that is not `persistent` stays out of the state_dict.
    explicit Buffer(Tensor value, bool persistent = true)
        : Tensor(std::move(value)), persistent_(persistent) {}
    Buffer& operator=(Tensor value) {
        Tensor::operator=(std::move(value));
        return *this;
    }
    bool is_persistent() const { return persistent_; }

private:
    bool persistent_ = true;
};

}  // namespace lithe::nn
