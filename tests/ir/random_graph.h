#pragma once

#include <optional>
#include <random>

#include "compiler/ir/program.h"

namespace lithe::tests {

/// A call of `op` on some of `values` that its `infer` accepts. Operands, attributes and their
/// values are found by trying: infer names the attribute that it misses. None after `tries`.
struct FoundCall {
    const Op* op = nullptr;
    std::vector<ir::Value> inputs;
    Attrs attrs;
};
std::optional<FoundCall> find_call(const Op& op, const std::vector<ir::Value>& values,
                                   std::mt19937_64& random, int tries);

/// A program with a graph of `size` random nodes over inputs, parameters and constants in f64,
/// i64 and bool. `batch` is the value that its size `N` has in random_inputs().
ir::Program random_program(std::mt19937_64& random, int size);

/// Arrays for the inputs of a graph at N = `batch`.
std::vector<Array> random_inputs(const ir::Graph& graph, std::mt19937_64& random, int64_t batch);

Array random_array(const TensorType& type, std::mt19937_64& random);

/// Whether both hold the same values: exactly, or within `tolerance` relative to the largest
/// element where one is given. NaN equals NaN.
bool agree(const Array& a, const Array& b, double tolerance);

}  // namespace lithe::tests
