#pragma once

#include <utility>

/// A field of an options class with LibTorch's setter and getters of the same name:
/// `Conv2dOptions(1, 6, 5).stride(2)`, `options.stride()`.
#define LITHE_ARG(T, name)                             \
public:                                                \
    auto name(T new_##name) -> decltype(*this) {       \
        name##_ = std::move(new_##name);               \
        return *this;                                  \
    }                                                  \
    const T& name() const noexcept { return name##_; } \
    T& name() noexcept { return name##_; }             \
                                                       \
private:                                               \
    T name##_
