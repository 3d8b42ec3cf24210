#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dsl/ordered_dict.h"
#include "dsl/tensor.h"

namespace lithe::nn {

/// The state of a module tree by dotted names, in PyTorch's order: `fc1.weight`, `fc1.bias`, ...
struct StateDict : OrderedDict<std::string, Tensor> {
    StateDict() : OrderedDict("Tensor") {}

    /// Version of each module's state by its path, parents first, as PyTorch's `_metadata`.
    OrderedDict<std::string, int64_t> metadata{"Module"};
};

struct LoadOptions {
    bool strict = true;   ///< missing and unexpected keys are errors
    bool assign = false;  ///< take the dict's tensors and dtypes instead of copying into one's own
};

/// The keys in which a state_dict and a module differ.
struct IncompatibleKeys {
    std::vector<std::string> missing_keys;
    std::vector<std::string> unexpected_keys;

    /// `<All keys matched successfully>`, or the lists, as PyTorch prints them.
    std::string str() const;
};

}  // namespace lithe::nn
