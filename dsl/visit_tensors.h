#pragma once

#include <concepts>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "dsl/aggregate.h"
#include "dsl/tensor.h"

namespace lithe {

namespace detail {

/// What names a part within its whole, where no key of a map does.
struct Content {};  ///< that of an optional
struct Position {   ///< in a container, pair or tuple
    size_t index;
};
struct Field {  ///< of a plain struct
    size_t index;
};

/// Calls `visit(part, name)` for every part of a value that may hold tensors, in order; `name` is a
/// key of a map or one of the above.
template <class T, class Visit>
void for_each_part(T& value, Visit&& visit) {
    [[maybe_unused]] size_t index = 0;
    if constexpr (requires { typename T::element_type; }) {
        return;  // a pointer or span belongs to someone else
    } else if constexpr (requires {
                             value.has_value();
                             *value;
                         }) {
        if (value.has_value()) visit(*value, Content{});
    } else if constexpr (requires {
                             typename T::mapped_type;
                             value.begin();
                         }) {
        for (auto& entry : value) visit(entry.second, entry.first);
    } else if constexpr (requires {
                             typename T::value_type;
                             value.begin();
                             value.end();
                         }) {
        if constexpr (std::is_class_v<typename T::value_type> &&
                      !std::same_as<typename T::value_type, T>) {
            for (auto& element : value) visit(element, Position{index++});
        }
    } else if constexpr (requires { std::tuple_size<T>::value; }) {
        std::apply([&](auto&... element) { (visit(element, Position{index++}), ...); }, value);
    } else if constexpr (PlainStruct<T>) {
        std::apply([&](auto&... field) { (visit(field, Field{index++}), ...); }, fields_of(value));
    }
}

}  // namespace detail

/// Calls `visit(Tensor&)` for every tensor in a value: a Tensor, or an optional, pointer-free
/// container, pair, tuple, map or plain struct of such values, in order. A class of the author's
/// takes part where its namespace has `visit_tensors(Class&, visit)`. Anything else holds no
/// tensor.
template <class T, class Visit>
void for_each_tensor(T& value, Visit& visit) {
    using Plain = std::remove_cv_t<T>;
    if constexpr (std::is_const_v<T>) {
        for_each_tensor(const_cast<Plain&>(value), visit);
    } else if constexpr (std::derived_from<Plain, Tensor>) {
        visit(static_cast<Tensor&>(value));
    } else if constexpr (requires { visit_tensors(value, visit); }) {
        visit_tensors(value, visit);
    } else {
        detail::for_each_part(value,
                              [&](auto& part, const auto&) { for_each_tensor(part, visit); });
    }
}

namespace detail {

/// The tensors in some values, in order.
template <class... T>
std::vector<Tensor*> tensors_in(T&... values) {
    std::vector<Tensor*> found;
    [[maybe_unused]] auto visit = [&](Tensor& tensor) { found.push_back(&tensor); };
    (for_each_tensor(values, visit), ...);
    return found;
}

}  // namespace detail
}  // namespace lithe
