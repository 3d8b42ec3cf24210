#include "dsl/utils/functional_call.h"

#include "runtime/error.h"

namespace lithe::nn::utils {

SwappedTensors::SwappedTensors(Module& module, const std::map<std::string, Tensor>& tensors) {
    std::vector<std::pair<Tensor*, Tensor>> slots;
    for (const auto& [path, tensor] : tensors) {
        const size_t dot = path.rfind('.');
        const ModulePtr owner =
            dot == path.npos ? nullptr : module.get_submodule(path.substr(0, dot));
        Module& holder = owner ? *owner : module;
        Tensor* slot = holder.find_tensor(path.substr(dot == path.npos ? 0 : dot + 1));
        if (!slot) module.get_parameter(path);  // throws, with the nearest name
        if (!slot)
            throw UserError("module.unknown_path", module.name() + " has no tensor '" + path + "'");
        slots.emplace_back(slot, tensor);
    }
    for (const auto& [slot, tensor] : slots) {
        before_.emplace_back(slot, *slot);
        *slot = tensor;
    }
}

SwappedTensors::~SwappedTensors() {
    for (auto& [slot, tensor] : before_) *slot = tensor;
}

}  // namespace lithe::nn::utils
