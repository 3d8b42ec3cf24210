#pragma once

#include <string>
#include <vector>

#include "runtime/code.h"
#include "runtime/host_tensor.h"
#include "runtime/state_dict.h"
#include "runtime/weights.h"

// What `prepare` made of weights, kept in their file for the next program that loads them.
namespace lithe {

/// The values in one tensor behind each other, under a key that no state_dict has. The key names
/// the code whose `prepare` made them and the weights that it made them of.
struct PreparedTensor {
    std::string key;
    HostTensor values;
};

/// Which prepared values a file can have: floating-point numbers that `forward` reads, made of
/// nothing but what every state_dict has.
std::vector<bool> prepared_in_files(const Code& code);

/// Those values, none of which may be stale.
PreparedTensor prepared_tensor(const Code& code, const Weights& weights);

/// Takes them from a mapped file where it has them for this code and these weights: then they are
/// neither stale nor `wanted` any longer.
void take_prepared(const Code& code, const StateDict& file, Weights& weights,
                   std::vector<bool>& wanted);

}  // namespace lithe
