#include "runtime/convert.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <type_traits>

namespace lithe {
namespace {

// Elements pass through chunks of the widest type that both sides need: int64_t between integers,
// double otherwise.
constexpr int64_t chunk_size = 256;

enum class Coding { plain, boolean, half, bfloat };

template <typename T, Coding coding, typename Wide>
void widen(const std::byte* source, Wide* target, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        T value;
        std::memcpy(&value, source + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
        if constexpr (coding == Coding::half) {
            target[i] = static_cast<Wide>(half_to_float(value));
        } else if constexpr (coding == Coding::bfloat) {
            target[i] = static_cast<Wide>(bfloat16_to_float(value));
        } else if constexpr (coding == Coding::boolean) {
            target[i] = value != 0 ? Wide{1} : Wide{0};
        } else {
            target[i] = static_cast<Wide>(value);
        }
    }
}

template <typename T>
T clamped(double value) {
    if (std::isnan(value)) return 0;
    const double low = static_cast<double>(std::numeric_limits<T>::min());
    const double high = std::ldexp(1.0, std::numeric_limits<T>::digits);  // one above the largest
    if (value <= low) return std::numeric_limits<T>::min();
    return value >= high ? std::numeric_limits<T>::max() : static_cast<T>(value);
}

template <typename T, Coding coding, typename Wide>
T narrowed(Wide value) {
    if constexpr (coding == Coding::half) {
        return float_to_half(static_cast<float>(value));
    } else if constexpr (coding == Coding::bfloat) {
        return float_to_bfloat16(static_cast<float>(value));
    } else if constexpr (coding == Coding::boolean) {
        return value != 0;
    } else if constexpr (std::is_integral_v<T> && std::is_floating_point_v<Wide>) {
        return clamped<T>(value);
    } else {
        return static_cast<T>(value);
    }
}

template <typename T, Coding coding, typename Wide>
void narrow(const Wide* source, std::byte* target, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        const T value = narrowed<T, coding>(source[i]);
        std::memcpy(target + i * static_cast<int64_t>(sizeof(T)), &value, sizeof(T));
    }
}

/// Calls `use` with the element's type and coding.
template <typename Use>
void with_type(DType dtype, const Use& use) {
    switch (dtype) {
        case DType::f32:
            return use.template operator()<float, Coding::plain>();
        case DType::f64:
            return use.template operator()<double, Coding::plain>();
        case DType::i64:
            return use.template operator()<int64_t, Coding::plain>();
        case DType::i32:
            return use.template operator()<int32_t, Coding::plain>();
        case DType::i16:
            return use.template operator()<int16_t, Coding::plain>();
        case DType::i8:
            return use.template operator()<int8_t, Coding::plain>();
        case DType::u8:
            return use.template operator()<uint8_t, Coding::plain>();
        case DType::boolean:
            return use.template operator()<uint8_t, Coding::boolean>();
        case DType::f16:
            return use.template operator()<uint16_t, Coding::half>();
        case DType::bf16:
            return use.template operator()<uint16_t, Coding::bfloat>();
    }
}

template <typename Wide>
void convert_through(DType from, const std::byte* source, DType to, std::byte* target,
                     int64_t count) {
    Wide chunk[chunk_size];
    for (int64_t done = 0; done < count; done += chunk_size) {
        const int64_t part = std::min(chunk_size, count - done);
        with_type(from, [&]<typename T, Coding coding>() {
            widen<T, coding>(source + done * static_cast<int64_t>(sizeof(T)), chunk, part);
        });
        with_type(to, [&]<typename T, Coding coding>() {
            narrow<T, coding>(chunk, target + done * static_cast<int64_t>(sizeof(T)), part);
        });
    }
}

}  // namespace

void convert(DType from, const void* source, DType to, void* target, int64_t count) {
    if (count <= 0) return;
    const auto* in = static_cast<const std::byte*>(source);
    auto* out = static_cast<std::byte*>(target);
    if (from == to) {
        std::memcpy(out, in, static_cast<size_t>(count * size_bytes(from)));
    } else if (is_floating(from) || is_floating(to)) {
        convert_through<double>(from, in, to, out, count);
    } else {
        convert_through<int64_t>(from, in, to, out, count);
    }
}

float half_to_float(uint16_t bits) {
    const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16;
    const uint32_t exponent = bits >> 10 & 0x1F;
    const uint32_t fraction = bits & 0x3FF;
    if (exponent == 0x1F) return std::bit_cast<float>(sign | 0x7F800000 | fraction << 13);
    if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
}

uint16_t float_to_half(float value) {
    const auto bits = std::bit_cast<uint32_t>(value);
    const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
    const uint32_t magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) return sign | 0x7E00;   // NaN
    if (magnitude >= 0x477FF000) return sign | 0x7C00;  // rounds to 2^16: infinity
    if (magnitude < 0x38800000) {                       // below 2^-14: a multiple of 2^-24
        const float scaled = std::bit_cast<float>(magnitude) * 0x1p24f;
        return static_cast<uint16_t>(sign | static_cast<uint32_t>(std::nearbyint(scaled)));
    }
    const uint32_t rounded = magnitude + 0xFFF + (magnitude >> 13 & 1);
    return static_cast<uint16_t>(sign | (rounded - 0x38000000) >> 13);
}

float bfloat16_to_float(uint16_t bits) {
    return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

uint16_t float_to_bfloat16(float value) {
    const auto bits = std::bit_cast<uint32_t>(value);
    if ((bits & 0x7FFFFFFF) > 0x7F800000) return static_cast<uint16_t>(bits >> 16 | 0x40);  // NaN
    return static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

}  // namespace lithe
