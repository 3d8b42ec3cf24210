#include "tests/parity/counter.h"

namespace lithe::tests::parity {
namespace {

uint64_t seed_of(std::string_view text) {  // FNV-1a
    uint64_t value = 0xCBF29CE484222325U;
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return value;
}

uint64_t bits(uint64_t seed, int64_t i) {  // splitmix64
    uint64_t z = seed + (static_cast<uint64_t>(i) + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

}  // namespace

Array uniform(std::string_view text, const Sizes& sizes, double low, double high, DType dtype) {
    Array array = Array::empty(DType::f64, sizes);
    const uint64_t seed = seed_of(text);
    for (int64_t i = 0; i < array.count(); ++i) {
        const double unit = static_cast<double>(bits(seed, i) >> 40) * 0x1p-24;
        array.data<double>()[i] = static_cast<float>(low + (high - low) * unit);
    }
    return array.to(dtype);
}

Array integers(std::string_view text, const Sizes& sizes, int64_t low, int64_t high, DType dtype) {
    Array array = Array::empty(DType::i64, sizes);
    const uint64_t seed = seed_of(text);
    for (int64_t i = 0; i < array.count(); ++i) {
        array.data<int64_t>()[i] = static_cast<int64_t>(bits(seed, i) >> 33) % (high - low) + low;
    }
    return array.to(dtype);
}

}  // namespace lithe::tests::parity
