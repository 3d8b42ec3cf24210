// How a tensor is to be made. Included by dsl/tensor.h.
#pragma once

#include <cstdint>
#include <optional>

#include "dsl/device.h"
#include "runtime/dtype.h"

namespace lithe {

/// Memory is dense everywhere.
enum class Layout : uint8_t { strided };

/// Dtype and gradient flag of a tensor to be made: `zeros({2, 3}, dtype(DType::f64))`.
struct TensorOptions {
    std::optional<DType> dtype_value;
    bool requires_grad_value = false;

    TensorOptions() = default;
    TensorOptions(DType d) : dtype_value(d) {}
    /// Errors: device.unavailable.
    TensorOptions(const Device& device) { device.require(); }
    TensorOptions(DeviceType type) : TensorOptions(Device(type)) {}
    TensorOptions dtype(DType d) const;
    TensorOptions requires_grad(bool on) const;
    bool requires_grad() const { return requires_grad_value; }
    TensorOptions device(const Device& device) const {
        device.require();
        return *this;
    }
    TensorOptions device(DeviceType type, int index) const { return device(Device(type, index)); }
    TensorOptions layout(Layout /*layout*/) const { return *this; }
    TensorOptions pinned_memory(bool /*on*/) const { return *this; }
    Layout layout() const { return Layout::strided; }
    bool pinned_memory() const { return false; }
    bool has_dtype() const { return dtype_value.has_value(); }
    /// f32 where none was said.
    DType dtype() const { return dtype_or(DType::f32); }
    Device device() const { return kCPU; }
    DType dtype_or(DType other) const { return dtype_value.value_or(other); }
};
inline TensorOptions dtype(DType d) { return TensorOptions(d); }
inline TensorOptions device(const Device& device) { return TensorOptions(device); }
inline TensorOptions requires_grad(bool on = true) { return TensorOptions().requires_grad(on); }

/// Axes lie in memory as the sizes name them; other orders are accepted and change nothing.
enum class MemoryFormat : uint8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d };  // NOLINT

}  // namespace lithe
