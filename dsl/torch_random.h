// Generators where LibTorch has them: `torch::rand({2}, generator, options)`.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include "dsl/ops.h"
#include "dsl/random.h"

namespace lithe {

/// A generator, or none for the default one.
template <class G>
concept GeneratorOrNone = std::same_as<G, Generator> || std::same_as<G, std::optional<Generator>> ||
                          std::same_as<G, std::nullopt_t>;

namespace detail {

template <GeneratorOrNone G>
Generator generator_of(const G& generator) {
    if constexpr (std::same_as<G, Generator>) {
        return generator;
    } else {
        return std::optional<Generator>(generator).value_or(default_generator());
    }
}

inline Generator createCPUGenerator(uint64_t seed = 67280421310721) {  // NOLINT
    return Generator(seed);
}
inline const Generator& getDefaultCPUGenerator() { return default_generator(); }  // NOLINT

}  // namespace detail

/// The kind of generator that there is, for `make_generator<CPUGeneratorImpl>(seed)`.
class CPUGeneratorImpl {};
template <std::same_as<CPUGeneratorImpl>>
Generator make_generator(uint64_t seed = 67280421310721) {
    return Generator(seed);
}

template <GeneratorOrNone G>
Tensor rand(const ShapeArg& shape, const G& generator, const TensorOptions& options = {}) {
    return rand(shape, options, detail::generator_of(generator));
}
template <GeneratorOrNone G>
Tensor randn(const ShapeArg& shape, const G& generator, const TensorOptions& options = {}) {
    return randn(shape, options, detail::generator_of(generator));
}
template <GeneratorOrNone G>
Tensor randint(int64_t low, int64_t high, const ShapeArg& shape, const G& generator,
               const TensorOptions& options = {}) {
    return randint(low, high, shape, options, detail::generator_of(generator));
}
template <GeneratorOrNone G>
Tensor randint(int64_t high, const ShapeArg& shape, const G& generator,
               const TensorOptions& options = {}) {
    return randint(0, high, shape, generator, options);
}
template <GeneratorOrNone G>
Tensor normal(double mean, double std, const ShapeArg& shape, const G& generator,
              const TensorOptions& options = {}) {
    return normal(mean, std, shape, options, detail::generator_of(generator));
}
/// An element for each mean and standard deviation.
inline Tensor normal(const Tensor& mean, const Tensor& std,
                     const Generator& generator = default_generator()) {
    const Shape shape = broadcast("normal", mean.sizes(), std.sizes());
    return mean + std * randn(shape, mean.dtype(), generator);
}
inline Tensor normal(const Tensor& mean, double std = 1,
                     const Generator& generator = default_generator()) {
    return mean + std * randn(mean.sizes(), mean.dtype(), generator);
}
template <GeneratorOrNone G>
Tensor randperm(int64_t count, const G& generator, const TensorOptions& options) {
    const DType dtype = options.dtype_or(DType::i64);
    return with_options(randperm(count, detail::generator_of(generator)).to(dtype), options);
}

}  // namespace lithe
