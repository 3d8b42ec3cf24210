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
    } else if constexpr (requires { typename Plain::element_type; }) {
        return;  // a pointer or span belongs to someone else
    } else if constexpr (requires {
                             value.has_value();
                             *value;
                         }) {
        if (value.has_value()) for_each_tensor(*value, visit);
    } else if constexpr (requires {
                             typename Plain::mapped_type;
                             value.begin();
                         }) {
        for (auto& entry : value) for_each_tensor(entry.second, visit);
    } else if constexpr (requires {
                             typename Plain::value_type;
                             value.begin();
                             value.end();
                         }) {
        if constexpr (std::is_class_v<typename Plain::value_type> &&
                      !std::same_as<typename Plain::value_type, Plain>) {
            for (auto& element : value) for_each_tensor(element, visit);
        }
    } else if constexpr (requires { std::tuple_size<Plain>::value; }) {
        std::apply([&](auto&... element) { (for_each_tensor(element, visit), ...); }, value);
    } else if constexpr (detail::PlainStruct<Plain>) {
        detail::for_each_field(value, [&](auto& field) { for_each_tensor(field, visit); });
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
