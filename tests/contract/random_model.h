#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "dsl/nn.h"
#include "dsl/ops.h"
#include "dsl/random.h"

namespace lithe::tests {

inline constexpr int64_t random_model_features = 4;

/// A module whose forward() is a list of random steps over tensors of one shape, [N, 4]: plain ops,
/// in-place ops, and calls of its children, which are blocks again, layers, or containers, some
/// shared with other blocks. Takes and gives any number of tensors.
struct RandomBlockImpl : nn::Module {
    struct Child {
        size_t inputs, outputs;
        std::function<Tensors(const Tensors&)> call;
        nn::ModulePtr module;
    };
    struct Step {
        enum class Kind : uint8_t { add, half, relu, add_in_place, child } kind;
        std::vector<size_t> operands;
        size_t child = 0;
    };
    /// Children that are complete, for blocks that share one.
    using Pool = std::vector<Child>;

    RandomBlockImpl(std::mt19937_64& random, int depth, size_t inputs, size_t outputs, Pool& pool);
    Tensors forward(const Tensors& in);

    size_t outputs;
    std::vector<Child> called;
    std::vector<Step> steps;
    std::vector<size_t> results;
    nn::ModuleList list{nullptr};
};
LITHE_MODULE(RandomBlock);

/// Two tensors in, two out, in another way than a list.
struct CrossImpl : nn::Module {
    std::tuple<Tensor, Tensor> forward(const Tensor& a, const Tensor& b) { return {a + b, a * b}; }
};
LITHE_MODULE(Cross);

}  // namespace lithe::tests
