#pragma once

#include <any>
#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "dsl/tensor.h"

namespace lithe {

/// A value of one of several kinds, by LibTorch's name: a number, a text, a tensor, a list. What a
/// Function saves, and what an archive keeps beside tensors. Errors: function.saved where it is
/// none of the kind that is asked for.
class IValue {
public:
    IValue() = default;
    template <class T>
        requires(!std::same_as<std::decay_t<T>, IValue>)
    IValue(T&& value) : value_(std::forward<T>(value)) {}
    IValue(const char* text) : value_(std::string(text)) {}

    template <class T>
    T to() const {
        if (const T* exact = std::any_cast<T>(&value_)) return *exact;
        if constexpr (std::is_arithmetic_v<T>) {
            if (const auto* x = std::any_cast<int>(&value_)) return static_cast<T>(*x);
            if (const auto* x = std::any_cast<int64_t>(&value_)) return static_cast<T>(*x);
            if (const auto* x = std::any_cast<size_t>(&value_)) return static_cast<T>(*x);
            if (const auto* x = std::any_cast<double>(&value_)) return static_cast<T>(*x);
            if (const auto* x = std::any_cast<float>(&value_)) return static_cast<T>(*x);
            if (const auto* x = std::any_cast<bool>(&value_)) return static_cast<T>(*x);
        }
        fail();
    }
    // LibTorch's names. NOLINTBEGIN
    int64_t toInt() const { return to<int64_t>(); }
    double toDouble() const { return to<double>(); }
    bool toBool() const { return to<bool>(); }
    Tensor toTensor() const { return to<Tensor>(); }
    std::string toStringRef() const { return to<std::string>(); }
    bool isNone() const { return !value_.has_value(); }
    bool isTensor() const { return is<Tensor>(); }
    bool isString() const { return is<std::string>(); }
    bool isBool() const { return is<bool>(); }
    bool isInt() const { return is<int>() || is<int64_t>() || is<size_t>(); }
    bool isDouble() const { return is<double>() || is<float>(); }
    // NOLINTEND

private:
    template <class T>
    bool is() const {
        return std::any_cast<T>(&value_) != nullptr;
    }
    [[noreturn]] static void fail();
    std::any value_;
};

}  // namespace lithe
