#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dsl/expanding_array.h"

namespace lithe {

// Values as Python prints them: `True`, `1e-05`, `(2, 2)`.
std::string python_repr(bool value);
std::string python_repr(double value);
template <std::integral T>
    requires(!std::same_as<T, bool>)
std::string python_repr(T value) {
    return std::to_string(value);
}
std::string python_repr(const std::vector<int64_t>& tuple);
template <size_t D>
std::string python_repr(const ExpandingArray<D>& values) {
    return python_repr(values.list());
}
template <class T>
std::string python_repr(const std::optional<T>& value) {
    return value ? python_repr(*value) : "None";
}

/// One number where all are equal, else the tuple: how authors mostly wrote it.
template <size_t D>
std::string short_repr(const ExpandingArray<D>& values) {
    return values.all(values[0]) ? python_repr(values[0]) : python_repr(values.list());
}

/// Collects `a, b, name=value`.
class Repr {
public:
    template <class T>
    Repr& add(const T& value) {
        return append(python_repr(value));
    }
    template <class T>
    Repr& add(const char* name, const T& value) {
        return append(std::string(name) + "=" + python_repr(value));
    }
    template <size_t D>
    Repr& add_short(const char* name, const ExpandingArray<D>& values) {
        return append(std::string(name) + "=" + short_repr(values));
    }
    /// Text that is already as it should be.
    Repr& append(const std::string& text) {
        text_ += (text_.empty() ? "" : ", ") + text;
        return *this;
    }
    std::string str() const { return text_; }

private:
    std::string text_;
};

}  // namespace lithe
