#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "dsl/tensor.h"

namespace lithe {

/// Where random tensors come from; copies draw from one state. Each draw has a stream of its own,
/// counted from 0 after the seed is set; element i of stream s depends on seed, s and i alone, so
/// any number of threads, eager and compiled, draw the same.
///
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011 (Philox4x32-10).
class Generator {
public:
    explicit Generator(uint64_t seed = 0) : state_(std::make_shared<State>(seed)) {}
    Generator(const Generator&) = default;  // no moves: one that was moved from has a state
    Generator& operator=(const Generator&) = default;

    uint64_t seed() const { return state_->seed; }
    void manual_seed(uint64_t seed) const { set_state({seed, 0}); }
    uint64_t next_stream() const { return state_->stream++; }
    /// Where the next draw begins, and how to go back there.
    std::pair<uint64_t, uint64_t> state() const { return {state_->seed, state_->stream}; }
    void set_state(std::pair<uint64_t, uint64_t> state) const {
        state_->seed = state.first;
        state_->stream = state.second;
    }
    /// One that goes on from here by itself.
    Generator clone() const {
        Generator copy;
        copy.set_state(state());
        return copy;
    }
    // LibTorch's names.
    uint64_t current_seed() const { return seed(); }
    void set_current_seed(uint64_t seed) const { manual_seed(seed); }
    bool defined() const { return true; }
    Device device() const { return kCPU; }
    /// For programs that lock it, as LibTorch asks; draws do not need it.
    std::mutex& mutex() const { return state_->mutex; }

private:
    struct State {
        explicit State(uint64_t first_seed) : seed(first_seed) {}
        std::atomic<uint64_t> seed, stream = 0;
        std::mutex mutex;
    };
    std::shared_ptr<State> state_;
};

const Generator& default_generator();
/// Makes what default_generator() draws from here on a function of the seed.
void manual_seed(uint64_t seed);

/// Evenly distributed in 0 <= x < 1.
Tensor rand(const ShapeArg& shape, const TensorOptions& options = {},
            const Generator& generator = default_generator());
/// Normally distributed with mean 0 and variance 1.
Tensor randn(const ShapeArg& shape, const TensorOptions& options = {},
             const Generator& generator = default_generator());
/// Integers, evenly distributed in low <= x < high. Errors: randint.range.
Tensor randint(int64_t low, int64_t high, const ShapeArg& shape, const TensorOptions& options = {},
               const Generator& generator = default_generator());
Tensor rand_like(const Tensor& x, const TensorOptions& options = {});
Tensor randn_like(const Tensor& x, const TensorOptions& options = {});
/// 1 with the probability that x holds, else 0, in x's dtype.
Tensor bernoulli(const Tensor& x, const Generator& generator = default_generator());
/// 1 with the probability p, else 0, in x's shape and dtype. Errors: bernoulli.probability.
Tensor bernoulli(const Tensor& x, double p, const Generator& generator = default_generator());
Tensor normal(double mean, double std, const ShapeArg& shape, const TensorOptions& options = {},
              const Generator& generator = default_generator());
/// The numbers 0..count-1 in random order.
Tensor randperm(int64_t count, const Generator& generator = default_generator());
Tensor randperm(int64_t count, const TensorOptions& options);
/// `count` indices for each row of probabilities. Errors: multinomial.count.
Tensor multinomial(const Tensor& probabilities, int64_t count, bool replacement = false,
                   const Generator& generator = default_generator());

/// Elements set to 0 with probability p, the others scaled by 1 / (1 - p); x itself where it is
/// not `training`. Errors: dropout.probability.
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true);
/// The same for whole channels: axes 0 and 1 decide.
Tensor feature_dropout(const Tensor& x, double p = 0.5, bool training = true);
/// Keeps mean and variance of what SELU makes.
Tensor alpha_dropout(const Tensor& x, double p = 0.5, bool training = true);
Tensor feature_alpha_dropout(const Tensor& x, double p = 0.5, bool training = true);

}  // namespace lithe
