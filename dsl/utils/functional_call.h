#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dsl/module.h"

namespace lithe::nn::utils {

/// Puts tensors in the place of a module's parameters and buffers while it lives. Errors:
/// module.unknown_path.
class SwappedTensors {
public:
    SwappedTensors(Module& module, const std::map<std::string, Tensor>& tensors);
    ~SwappedTensors();
    SwappedTensors(const SwappedTensors&) = delete;
    SwappedTensors& operator=(const SwappedTensors&) = delete;

private:
    std::vector<std::pair<Tensor*, Tensor>> before_;
};

/// Calls a model with other parameters and buffers, by their paths; those not named stay. Gradients
/// flow to the given tensors. Errors: module.unknown_path.
template <class Holder, class... Args>
auto functional_call(Holder& module, const std::map<std::string, Tensor>& tensors, Args&&... args) {
    const SwappedTensors swapped(*module, tensors);
    return module(std::forward<Args>(args)...);
}

/// PyTorch's older name.
namespace stateless {
using utils::functional_call;
}

}  // namespace lithe::nn::utils

/// PyTorch's newer name.
namespace lithe::func {
using nn::utils::functional_call;
}
