#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

namespace lithe::detail {

/// Stands for a value of any type where it is only asked whether something could be made of it.
struct AnyField {
    template <class T>
    operator T() const;
};

/// Stands for a value of any class from which Whole is derived.
template <class Whole>
struct AnyBase {
    template <class T>
        requires(std::is_base_of_v<T, Whole> && !std::is_same_v<T, Whole>)
    operator T() const;
};

/// How many fields a plain struct has: how many values in braces can make one.
template <class T, class... Fields>
consteval size_t field_count() {
    if constexpr (requires { T{Fields{}..., AnyField{}}; }) {
        return field_count<T, Fields..., AnyField>();
    } else {
        return sizeof...(Fields);
    }
}

/// A struct without constructors and bases, whose fields can be named from outside.
template <class T>
concept PlainStruct = std::is_class_v<T> && std::is_aggregate_v<T> && !requires {
    T{AnyBase<T>{}};
} && field_count<T>() >= 1 && field_count<T>() <= 12;

/// References to the fields of a plain struct, in order.
template <PlainStruct T>
constexpr auto fields_of(T& value) {
    constexpr size_t count = field_count<T>();
    if constexpr (count == 1) {
        auto& [f1] = value;
        return std::tie(f1);
    } else if constexpr (count == 2) {
        auto& [f1, f2] = value;
        return std::tie(f1, f2);
    } else if constexpr (count == 3) {
        auto& [f1, f2, f3] = value;
        return std::tie(f1, f2, f3);
    } else if constexpr (count == 4) {
        auto& [f1, f2, f3, f4] = value;
        return std::tie(f1, f2, f3, f4);
    } else if constexpr (count == 5) {
        auto& [f1, f2, f3, f4, f5] = value;
        return std::tie(f1, f2, f3, f4, f5);
    } else if constexpr (count == 6) {
        auto& [f1, f2, f3, f4, f5, f6] = value;
        return std::tie(f1, f2, f3, f4, f5, f6);
    } else if constexpr (count == 7) {
        auto& [f1, f2, f3, f4, f5, f6, f7] = value;
        return std::tie(f1, f2, f3, f4, f5, f6, f7);
    } else if constexpr (count == 8) {
        auto& [f1, f2, f3, f4, f5, f6, f7, f8] = value;
        return std::tie(f1, f2, f3, f4, f5, f6, f7, f8);
    } else if constexpr (count == 9) {
        auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9] = value;
        return std::tie(f1, f2, f3, f4, f5, f6, f7, f8, f9);
    } else if constexpr (count == 10) {
        auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10] = value;
        return std::tie(f1, f2, f3, f4, f5, f6, f7, f8, f9, f10);
    } else if constexpr (count == 11) {
        auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11] = value;
        return std::tie(f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11);
    } else if constexpr (count == 12) {
        auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12] = value;
        return std::tie(f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12);
    }
}

}  // namespace lithe::detail
