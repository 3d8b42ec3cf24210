#pragma once

#include <utility>

/// A field of an options class with LibTorch's setter and getters of the same name; the setter does
/// `before_set` first.
#define LITHE_FIELD(T, name, before_set)               \
public:                                                \
    auto name(T new_##name) -> decltype(*this) {       \
        before_set;                                    \
        name##_ = std::move(new_##name);               \
        return *this;                                  \
    }                                                  \
    const T& name() const noexcept { return name##_; } \
    T& name() noexcept { return name##_; }             \
                                                       \
private:                                               \
    T name##_

/// `Conv2dOptions(1, 6, 5).stride(2)`, `options.stride()`.
#define LITHE_ARG(T, name) LITHE_FIELD(T, name, static_cast<void>(0))
