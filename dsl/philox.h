#pragma once

// Philox4x32-10 over plain integers and over Halide's, in one text.

#include <array>
#include <cstdint>

#include "dsl/lowering.h"
#include "dsl/random.h"

namespace lithe::philox {

inline uint32_t high_word(uint32_t a, uint32_t b) {
    return static_cast<uint32_t>((uint64_t{a} * b) >> 32);
}
inline Halide::Expr high_word(uint32_t a, const Halide::Expr& b) {
    using Halide::cast;
    return cast<uint32_t>((cast<uint64_t>(b) * Halide::Expr(uint64_t{a})) >> 32);
}
inline uint32_t low_word(uint32_t a, uint32_t b) { return a * b; }
inline Halide::Expr low_word(uint32_t a, const Halide::Expr& b) { return Halide::Expr(a) * b; }

/// Four random words for a counter and a key.
template <class Word>
[[gnu::always_inline]] inline std::array<Word, 4> block(std::array<Word, 4> counter,
                                                        std::array<Word, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const Word high0 = high_word(0xD2511F53u, counter[0]),
                   low0 = low_word(0xD2511F53u, counter[0]);
        const Word high1 = high_word(0xCD9E8D57u, counter[2]),
                   low1 = low_word(0xCD9E8D57u, counter[2]);
        counter = {high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0};
        key = {key[0] + Word(0x9E3779B9u), key[1] + Word(0xBB67AE85u)};
    }
    return counter;
}

/// What a draw begins with. Eager: attributes `seed` and `stream`. In a graph operand 0 is
/// i64[2] {seed, how often the graph has run before}, `draws` is the number of draws of one run,
/// and `stream` counts within it: so a graph goes on where the run before has ended, as eager mode
/// does.
struct Start {
    uint64_t seed = 0, stream = 0;
};
Start start(const OpCall& call, std::span<const Array> in);

/// The words of element `index` of a draw.
inline std::array<uint32_t, 4> element(const Start& start, uint64_t index) {
    const auto low = [](uint64_t x) { return static_cast<uint32_t>(x); };
    const auto high = [](uint64_t x) { return static_cast<uint32_t>(x >> 32); };
    return block<uint32_t>({low(index), high(index), low(start.stream), high(start.stream)},
                           {low(start.seed), high(start.seed)});
}

/// The same at the coordinate of a kernel.
inline std::array<Halide::Expr, 4> element(const LowerCall& call) {
    using Halide::cast;
    Halide::Expr index = cast<uint64_t>(0);
    const Shape& shape = call.out_types[0].shape;
    for (size_t i = 0; i < shape.size(); ++i) {
        index = index * cast<uint64_t>(call.size(shape[i])) + cast<uint64_t>(call.at[i]);
    }
    const auto word = [](uint64_t value) {
        return Halide::Internal::make_const(Halide::UInt(64), static_cast<int64_t>(value));
    };
    const bool in_graph = call.call.input_count() > 0;
    const auto attr = [&](const char* name) {
        return static_cast<uint64_t>(call.call.attrs.get_int(name));
    };
    const Halide::Expr seed = in_graph ? cast<uint64_t>(call.in(0, {0})) : word(attr("seed"));
    Halide::Expr stream = word(attr("stream"));
    if (in_graph) stream = cast<uint64_t>(call.in(0, {1})) * word(attr("draws")) + stream;
    return block<Halide::Expr>({cast<uint32_t>(index), cast<uint32_t>(index >> 32),
                                cast<uint32_t>(stream), cast<uint32_t>(stream >> 32)},
                               {cast<uint32_t>(seed), cast<uint32_t>(seed >> 32)});
}

/// 0 <= x < 1 of one word with 24 bits, or of two with 53.
inline float uniform(uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }
inline double uniform(uint32_t high, uint32_t low) {
    return static_cast<double>(((uint64_t{high} << 32) | low) >> 11) * 0x1p-53;
}
inline Halide::Expr lower_uniform(const Halide::Expr& high, const Halide::Expr& low, DType dtype) {
    using Halide::cast;
    if (dtype == DType::f32) return cast<float>(high >> 8) * constant(DType::f32, 0x1p-24);
    const Halide::Expr bits = ((cast<uint64_t>(high) << 32) | cast<uint64_t>(low)) >> 11;
    return cast<double>(bits) * constant(DType::f64, 0x1p-53);
}

/// {shape, dtype, seed, stream}, or with the operand {shape, dtype, draws, stream}.
/// Errors: <op>.dtype, <op>.size, <op>.state.
TensorTypes infer(const OpCall& call);
Attrs attrs(const Shape& shape, const TensorOptions& options, const Generator& generator);

}  // namespace lithe::philox
