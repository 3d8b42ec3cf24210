#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "dsl/dim.h"
#include "runtime/error.h"

namespace lithe {

/// One number for each of D spatial axes; a single one stands for all. LibTorch's way to write
/// kernel sizes and strides: `stride(2)`, `stride({2, 1})`.
template <size_t D, class T = int64_t>
class ExpandingArray {
public:
    ExpandingArray(std::initializer_list<T> list) : ExpandingArray(std::vector<T>(list)) {}
    /// Errors: expanding_array.size.
    ExpandingArray(const std::vector<T>& list) {
        if (list.size() == 1) {
            values_.fill(list[0]);
            return;
        }
        if (list.size() != D) {
            throw UserError(
                "expanding_array.size",
                "expected " + std::to_string(D) + " values, got " + std::to_string(list.size()));
        }
        for (size_t i = 0; i < D; ++i) values_[i] = list[i];
    }
    ExpandingArray(T single) { values_.fill(single); }
    /// The size of an axis.
    ExpandingArray(const Dim& single)
        requires std::same_as<T, int64_t>
        : ExpandingArray(static_cast<T>(single)) {}
    ExpandingArray(const std::array<T, D>& values) : values_(values) {}

    T operator[](size_t i) const { return values_[i]; }
    T& operator[](size_t i) { return values_[i]; }
    // LibTorch reads the numbers through `*`: `(*options.stride())[0]`, `options.stride()->at(0)`.
    const std::array<T, D>& operator*() const { return values_; }
    std::array<T, D>& operator*() { return values_; }
    const std::array<T, D>* operator->() const { return &values_; }
    std::array<T, D>* operator->() { return &values_; }
    auto begin() const { return values_.begin(); }
    auto end() const { return values_.end(); }
    static constexpr size_t size() { return D; }
    std::vector<T> list() const { return {values_.begin(), values_.end()}; }
    bool all(T value) const {
        for (const T& v : values_) {
            if (!(v == value)) return false;
        }
        return true;
    }
    bool operator==(const ExpandingArray&) const = default;

private:
    std::array<T, D> values_{};
};

}  // namespace lithe
