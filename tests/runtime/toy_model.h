#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/artifact.h"
#include "runtime/kernel_abi.h"
#include "runtime/state_dict.h"

// Models that are written by hand: tables and kernels as the compiler would emit them.
namespace lithe::tests {

artifact::SizeCode fixed(int64_t value);
artifact::SizeCode symbol(int64_t index);
artifact::SizeCode times(artifact::SizeCode a, artifact::SizeCode b);
artifact::SizeCode plus(artifact::SizeCode a, artifact::SizeCode b);

/// An artifact as a program links it.
class Linked {
public:
    Linked(const artifact::Artifact& artifact, std::vector<lithe_kernel> kernels);
    const lithe_artifact& table() const { return table_; }

private:
    std::vector<std::byte> memory_;
    std::vector<lithe_kernel> kernels_;
    lithe_artifact table_;
};

/// The element of a buffer at outermost-first indices.
template <typename T>
T& at(void* buffer, std::vector<int64_t> index) {
    const auto& b = *static_cast<KernelBuffer*>(buffer);
    int64_t offset = 0;
    for (size_t i = 0; i < index.size(); ++i) {
        offset += index[i] * b.dim[index.size() - 1 - i].stride;
    }
    return reinterpret_cast<T*>(b.host)[offset];
}

/// Toy: relu(fc(x)), x: f32[N, 3], N = 1..8 in steps of `multiple_of`; fc.weight f32[2, 3],
/// fc.bias f32[2]; buffer `runs` i64[] counts runs in training. Prepared: the weight's transpose,
/// and the number of runs as f32. Plans: all but `forward_train_hooks`.
artifact::Artifact toy_artifact();
std::vector<lithe_kernel> toy_kernels();
const Linked& toy();

/// A state_dict for it, with memory of its own.
class ToyWeights {
public:
    explicit ToyWeights(float weight, float bias = 0);
    const StateDict& dict() const { return dict_; }
    std::vector<NamedTensor> entries() const { return dict_.entries(); }

private:
    StateDict dict_;
};

/// relu(weight * sum(x) + bias), twice a row: what a Toy with ToyWeights computes.
std::vector<float> toy_result(const std::vector<float>& x, float weight, float bias = 0);

/// The message of the error that a call throws; "no error" without one.
template <typename Call>
std::string message_of(const Call& call) {
    try {
        call();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace lithe::tests
