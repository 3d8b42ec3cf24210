#pragma once

#include <array>
#include <concepts>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "compiler/trace/trace.h"
#include "dsl/aggregate.h"
#include "dsl/visit_tensors.h"

namespace lithe::detail {

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif

template <class T>
struct Unmade {
    T value;
};
/// Is nowhere: only the addresses of its fields are asked for, while this is compiled.
template <class T>
extern const Unmade<T> unmade;

template <class T>
struct FieldAddress {
    const T* address;
};
template <class T>
FieldAddress(const T*) -> FieldAddress<T>;

/// What follows the last colon or point of an argument of a template that a compiler prints, as in
/// `[field = {&unmade.value.scores}]`; empty where that is no plain identifier.
consteval std::string_view last_name(std::string_view function) {
    constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    std::string_view text = function.substr(0, function.rfind('}'));
    if (text.ends_with(')')) text.remove_suffix(1);
    const size_t begin = text.find_last_not_of(letters) + 1;
    const bool is_whole = begin > 0 && (text[begin - 1] == '.' || text[begin - 1] == ':');
    return is_whole ? text.substr(begin) : std::string_view();
}

template <auto field>
consteval std::string_view field_name() {
    return last_name(__PRETTY_FUNCTION__);
}

/// The names of the fields of a plain struct.
template <class T, size_t... I>
consteval auto field_names(std::index_sequence<I...>) {
    return std::array<std::string_view, sizeof...(I)>{
        field_name<FieldAddress{&std::get<I>(fields_of(unmade<T>.value))}>()...};
}

#ifdef __clang__
#pragma clang diagnostic pop
#endif

/// How the author's result names one of its tensors: `scores`, `levels.2.box`.
class ResultName {
public:
    ResultName then(std::string_view key) const { return {joined(key), true}; }
    ResultName then(size_t position) const { return {joined(std::to_string(position)), is_given_}; }

    /// Empty where the author's type gives no name but positions.
    std::string text() const { return is_given_ ? text_ : std::string(); }

    ResultName() = default;

private:
    ResultName(std::string text, bool is_given) : text_(std::move(text)), is_given_(is_given) {}
    std::string joined(std::string_view part) const {
        return (text_.empty() ? text_ : text_ + '.') + std::string(part);
    }

    std::string text_;
    bool is_given_ = false;
};

/// The name of a part of `Whole`, from what for_each_part says of it.
template <class Whole, class Key>
ResultName named(const ResultName& whole, const Key& key) {
    if constexpr (std::same_as<Key, Content>) {
        return whole;
    } else if constexpr (std::same_as<Key, Position>) {
        return whole.then(key.index);
    } else if constexpr (std::same_as<Key, Field>) {
        static constexpr auto names =
            field_names<Whole>(std::make_index_sequence<field_count<Whole>()>());
        const std::string_view name = names[key.index];
        return name.empty() ? whole.then(key.index) : whole.then(name);
    } else if constexpr (std::convertible_to<Key, std::string_view>) {
        return whole.then(std::string_view(key));
    } else if constexpr (std::is_integral_v<Key>) {
        return whole.then(std::to_string(key));
    } else {
        return whole;
    }
}

/// Adds the tensors in a value, in the order of for_each_tensor.
template <class T>
void add_results(T& value, const ResultName& name, NamedTensors& results) {
    const auto add = [&](Tensor& tensor) {
        results.push_back(tensor);
        results.names.push_back(name.text());
    };
    if constexpr (std::derived_from<T, Tensor>) {
        add(value);
    } else if constexpr (requires { visit_tensors(value, add); }) {
        visit_tensors(value, add);
    } else {
        for_each_part(value, [&](auto& part, const auto& key) {
            add_results(part, named<T>(name, key), results);
        });
    }
}

}  // namespace lithe::detail
