#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "dsl/array.h"
#include "dsl/attr.h"
#include "dsl/device.h"
#include "dsl/dim.h"
#include "dsl/op.h"
#include "dsl/tensor_options.h"
#include "dsl/tensor_type.h"
#include "dsl/value.h"

namespace lithe {

class Tensor;
struct TensorImpl;
class Generator;
template <class T, size_t N>
class TensorAccessor;
namespace indexing {
class TensorIndex;
}

using Tensors = std::vector<Tensor>;

/// A number among tensors: `x * 2`. Integers stay integers, so that i64 tensors stay i64; sizes
/// stay symbolic, so that `x / x.size(0)` serves every size.
class Scalar {
public:
    enum class Kind : uint8_t { boolean, integer, floating };

    Scalar(bool v) : kind_(Kind::boolean), integer_(v ? 1 : 0) {}
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Scalar(T v) : kind_(Kind::integer), integer_(v) {}
    template <std::floating_point T>
    Scalar(T v) : kind_(Kind::floating), floating_(static_cast<double>(v)) {}
    Scalar(const Dim& v) : kind_(Kind::integer), integer_(v) {}

    Kind kind() const { return kind_; }
    bool is_floating() const { return kind_ == Kind::floating; }
    bool is_symbolic() const { return !integer_.is_constant(); }
    /// The number; asks the running trace where it is a symbolic size.
    double to_double() const {
        return is_floating() ? floating_ : static_cast<double>(static_cast<int64_t>(integer_));
    }
    int64_t to_int() const {
        return is_floating() ? static_cast<int64_t>(floating_) : static_cast<int64_t>(integer_);
    }
    const Dim& to_dim() const { return integer_; }
    template <class T>
    T to() const {
        return is_floating() ? static_cast<T>(floating_) : static_cast<T>(to_int());
    }
    DType dtype() const {
        return is_floating() ? DType::f64 : kind_ == Kind::integer ? DType::i64 : DType::boolean;
    }
    // LibTorch's names.
    double toDouble() const { return to<double>(); }           // NOLINT
    float toFloat() const { return to<float>(); }              // NOLINT
    int64_t toLong() const { return to<int64_t>(); }           // NOLINT
    int toInt() const { return to<int>(); }                    // NOLINT
    bool toBool() const { return to<bool>(); }                 // NOLINT
    DType type() const { return dtype(); }                     // NOLINT
    bool isFloatingPoint() const { return is_floating(); }     // NOLINT
    bool isBoolean() const { return kind_ == Kind::boolean; }  // NOLINT
    bool isIntegral(bool include_bool) const {                 // NOLINT
        return kind_ == Kind::integer || (include_bool && isBoolean());
    }
    /// Truth values equal truth values alone.
    template <class T>
    bool equal(T number) const {
        if (isBoolean() || std::same_as<T, bool>)
            return isBoolean() && std::same_as<T, bool> && toBool() == static_cast<bool>(number);
        if (is_floating() || std::floating_point<T>)
            return to_double() == static_cast<double>(number);
        return to_int() == static_cast<int64_t>(number);
    }
    /// Whether it is known to change no product.
    bool is_one() const { return !is_symbolic() && equal(1); }

private:
    Kind kind_;
    double floating_ = 0;
    Dim integer_;
};

/// One number read from a tensor. Converts to the types a number is used as; while tracing, the
/// conversion asks the tracer.
class Item;

/// Axes of a tensor: one, several, or (empty) what the function says for none, mostly all.
class Axes {
public:
    Axes() = default;
    Axes(std::nullopt_t) {}
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Axes(T axis) : list_{static_cast<int64_t>(axis)} {}
    Axes(const Dim& axis) : list_{static_cast<int64_t>(axis)} {}
    Axes(std::initializer_list<int64_t> axes) : list_(axes) {}
    Axes(Sizes axes) : list_(std::move(axes)) {}
    Axes(const Shape& axes) : list_(axes.vec()) {}

    const Sizes& list() const { return list_; }
    bool empty() const { return list_.empty(); }

private:
    Sizes list_;
};

/// Removes a hook; `remove()` may be called any number of times.
class HookHandle {
public:
    HookHandle() = default;
    explicit HookHandle(std::function<void()> remove) : remove_(std::move(remove)) {}
    void remove() {
        if (remove_) std::exchange(remove_, nullptr)();
    }

private:
    std::function<void()> remove_;
};

namespace detail {

[[noreturn]] void throw_empty_hook();

/// A std::function or a pointer may hold nothing to call. Errors: hook.empty.
template <class F>
void check_hook(const F& hook) {
    if constexpr (std::is_pointer_v<F> || std::is_member_pointer_v<F>) {
        if (!hook) throw_empty_hook();
    } else if constexpr (requires { hook.operator bool(); }) {
        if (!hook) throw_empty_hook();
    }
}

}  // namespace detail

/// An n-dimensional array: data when eager, a value of the graph while tracing. A shared handle:
/// copies are the same tensor, as in PyTorch.
class Tensor {
public:
    Tensor() = default;
    Tensor(std::nullopt_t) {}
    explicit Tensor(std::shared_ptr<TensorImpl> impl) : impl_(std::move(impl)) {}
    /// A tensor that holds `array` (no copy).
    static Tensor from(Array array);
    static Tensor from(ValuePtr value);

    Tensor(const Tensor&) = default;
    Tensor(Tensor&&) = default;
    ~Tensor() = default;
    Tensor& operator=(const Tensor&) & = default;
    Tensor& operator=(Tensor&&) & = default;
    /// `x[0] = y` and `x.index({...}) = y` write into x, as in Python; a variable is bound anew.
    /// Errors: tensor.write_to_copy where nobody would see it.
    const Tensor& operator=(const Tensor& source) &&;
    const Tensor& operator=(Tensor&& source) &&;
    const Tensor& operator=(const Scalar& value) &&;

    bool defined() const { return impl_ != nullptr; }
    explicit operator bool() const { return defined(); }
    bool is_same(const Tensor& other) const { return impl_ == other.impl_; }
    TensorImpl* impl() const { return impl_.get(); }
    TensorImpl* unsafeGetTensorImpl() const { return impl(); }  // NOLINT
    /// Makes this handle one of no tensor.
    void reset() { impl_.reset(); }
    int64_t use_count() const { return impl_.use_count(); }
    const std::shared_ptr<TensorImpl>& impl_ptr() const { return impl_; }

    // --- type and data -------------------------------------------------------------------------
    TensorType type() const;
    DType dtype() const;
    DType scalar_type() const { return dtype(); }
    Shape sizes() const;
    Shape shape() const { return sizes(); }
    Dim size(int64_t axis) const;
    int64_t dim() const;
    int64_t ndimension() const { return dim(); }
    /// 0 for an undefined tensor.
    Dim numel() const;
    bool is_floating_point() const;
    Device device() const { return kCPU; }
    bool is_cuda() const { return false; }
    bool is_cpu() const { return true; }
    bool is_sparse() const { return false; }
    bool is_quantized() const { return false; }
    bool is_complex() const { return false; }
    /// Whether the type has negative numbers.
    bool is_signed() const;
    /// Whether it looks at the memory of another tensor.
    bool is_view() const;
    Layout layout() const { return Layout::strided; }
    bool is_symbolic() const;
    /// Writes `[f32[2, 3]]` to std::cerr.
    void print() const;
    /// The current value: immutable, a snapshot.
    ValuePtr value() const;
    /// The data of an eager tensor, as a strided view. Errors: tensor.symbolic.
    Array array() const;
    /// The elements of a dense eager tensor. Errors: tensor.symbolic, tensor.dtype.
    template <class T>
    T* data_ptr() const {
        return static_cast<T*>(data_checked(DTypeOf<T>::value));
    }
    template <class T>
    T* mutable_data_ptr() const {
        return data_ptr<T>();
    }
    template <class T>
    const T* const_data_ptr() const {
        return data_ptr<std::remove_const_t<T>>();
    }
    void* data_ptr() const { return data_checked(dtype()); }
    /// The elements by their indices: `x.accessor<float, 2>()[i][j]`. Errors: tensor.symbolic,
    /// tensor.dtype, tensor.accessor.
    template <class T, size_t N>
    TensorAccessor<T, N> accessor() const;
    /// The only element. Errors: tensor.item. As a bool (whether it is not 0) it may be asked for
    /// while tracing: both answers are followed. Other numbers have no value there: trace.scalar.
    template <class T>
    T item() const {
        if constexpr (std::same_as<T, bool>) {
            return item_truth();
        } else {
            return static_cast<T>(item_value());
        }
    }
    Item item() const;
    /// All elements in row-major order, converted to T.
    template <class T>
    std::vector<T> to_vector() const {
        const Array flat = array();
        std::vector<T> out;
        const int64_t count = flat.count();
        out.reserve(static_cast<size_t>(count));
        for (int64_t i = 0; i < count; ++i) out.push_back(static_cast<T>(flat.at(i)));
        return out;
    }

    // --- gradients -----------------------------------------------------------------------------
    bool requires_grad() const;
    Tensor& requires_grad_(bool on = true);
    const Tensor& set_requires_grad(bool on) const;
    bool is_leaf() const;
    /// The step of the tape that made it, null for a leaf: `y.grad_fn()->name()`.
    std::shared_ptr<GradNode> grad_fn() const;
    /// The accumulated gradient of a leaf (or of one that retains it); undefined before backward.
    Tensor& grad() const;
    Tensor& mutable_grad() const { return grad(); }
    void retain_grad() const;
    /// Adds d(this)/d(leaf) to grad() of every leaf. Errors: backward.not_scalar, backward.no_grad.
    void backward(const Tensor& gradient = {}, std::optional<bool> retain_graph = {},
                  bool create_graph = false, const Tensors& inputs = {}) const;
    /// Calls `hook(gradient)` when the gradient of this tensor is known; a defined result
    /// replaces it. Errors: tensor.hook, hook.empty.
    HookHandle register_hook(std::function<Tensor(const Tensor&)> hook) const;
    /// A hook that only looks.
    template <class F>
        requires std::is_void_v<std::invoke_result_t<F&, const Tensor&>>
    HookHandle register_hook(F hook) const {
        detail::check_hook(hook);
        return register_hook(std::function<Tensor(const Tensor&)>(
            [hook = std::move(hook)](const Tensor& gradient) mutable {
                hook(gradient);
                return Tensor();
            }));
    }
    /// For `auto id = x.register_hook(...); x.remove_hook(id);`.
    void remove_hook(HookHandle hook) const { hook.remove(); }
    /// Calls `hook(this)` each time a backward pass has added to grad() of this leaf: it may use
    /// and clear it. Errors: tensor.hook, hook.empty.
    HookHandle register_post_accumulate_grad_hook(std::function<void(const Tensor&)> hook) const;
    /// An alias of the same data without history.
    Tensor detach() const;
    Tensor data() const { return detach(); }

    // --- writing -------------------------------------------------------------------------------
    /// Makes `source` (broadcast, converted) the content of this tensor, through views.
    const Tensor& copy_(const Tensor& source, bool non_blocking = false) const;
    /// Makes `value` (same type) what this tensor holds; in-place ops end here.
    const Tensor& assign(const Tensor& value) const;
    /// Replaces the data and the dtype, keeping identity: what Module::to does to parameters.
    void set_data(const Tensor& value) const;
    /// Makes this tensor, and all copies of its handle, what `view` gives of it: a view or a copy
    /// of the same type. Views that were made before stay as they are. Errors: tensor.leaf_write.
    const Tensor& become(const std::function<Tensor(const Tensor&)>& view) const;

#include "dsl/tensor_methods.inc"
#include "dsl/tensor_rare_methods.inc"

private:
    void* data_checked(DType wanted) const;
    double item_value() const;
    bool item_truth() const;

    std::shared_ptr<TensorImpl> impl_;
};

class Item {
public:
    explicit Item(Tensor tensor) : tensor_(std::move(tensor)) {}
    template <class T>
        requires std::is_arithmetic_v<T>
    operator T() const {
        return tensor_.item<T>();
    }
    operator Scalar() const;
    template <class T>
    T to() const {
        return tensor_.item<T>();
    }
    /// The number as a tensor without axes: `x / y.item()` is traced, and so is `y.item() > 0`.
    Tensor tensor() const;
    // LibTorch's names.
    double toDouble() const { return to<double>(); }  // NOLINT
    float toFloat() const { return to<float>(); }     // NOLINT
    int64_t toLong() const { return to<int64_t>(); }  // NOLINT
    int toInt() const { return to<int>(); }           // NOLINT
    bool toBool() const { return to<bool>(); }        // NOLINT
    DType type() const { return tensor_.dtype(); }
    bool isFloatingPoint() const { return tensor_.is_floating_point(); }  // NOLINT
    bool isBoolean() const { return tensor_.dtype() == DType::boolean; }  // NOLINT
    bool isIntegral(bool include_bool) const {                            // NOLINT
        return !isFloatingPoint() && (include_bool || !isBoolean());
    }
    /// As `==`, followed both ways while tracing.
    template <class T>
    bool equal(T number) const {
        return *this == number;
    }

private:
    Tensor tensor_;
};

/// What a handle points to. A view has `base` and the op that makes it from there; its value is
/// made again when the base has been written.
struct TensorImpl {
    std::shared_ptr<Cell> cell;
    std::shared_ptr<TensorImpl> base;  ///< set for views and detached aliases
    OpCall view;                       ///< the view op; null op means detach
    mutable ValuePtr cached;
    mutable uint64_t cached_version = 0;

    /// The base as it was when this view was made.
    const std::shared_ptr<TensorImpl>& viewed() const;

    bool requires_grad = false;  ///< of a leaf
    bool retains_grad = false;
    Tensor grad;
    std::shared_ptr<GradNode> accumulate;  ///< the leaf's end of the graph
    /// Of register_post_accumulate_grad_hook; a removed one is empty.
    std::vector<std::function<void(const Tensor&)>> accumulate_hooks;

    /// What this tensor was before its last reshape in place; views from then look at that.
    std::shared_ptr<TensorImpl> former;
    int reshapes = 0;       ///< how often it was reshaped in place
    int base_reshapes = 0;  ///< the base's when this view was made
};

/// Applies an op: infers, then records it in the running trace or runs its reference, and links
/// the results for backward. Every op goes through here.
Tensors apply_all(const Op& op, std::span<const Tensor> inputs, Attrs attrs = {});
/// The same for ops with one result.
Tensor apply(const Op& op, std::initializer_list<Tensor> inputs, Attrs attrs = {});
Tensor apply(const Op& op, const Tensors& inputs, Attrs attrs = {});

}  // namespace lithe

#include "dsl/tensor_accessor.h"
