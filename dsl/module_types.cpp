// What a module does to all its tensors: gradients and dtypes.
#include "dsl/module.h"
#include "runtime/error.h"

namespace lithe::nn {
namespace {

Tensor converted(const Tensor& tensor, DType dtype) {
    return Tensor::from(tensor.array().to(dtype));
}

}  // namespace

void Module::zero_grad(bool set_to_none) {
    for (auto& [name, parameter] : named_parameters()) {
        Tensor& gradient = parameter.grad();
        if (!gradient.defined()) continue;
        if (set_to_none) {
            gradient = Tensor();
        } else {
            const Array old = gradient.array();
            gradient = Tensor::from(Array::zeros(old.dtype(), old.sizes()));
        }
    }
}

void Module::to(DType dtype) {
    if (!is_floating(dtype)) {
        throw UserError("module.to", "to: a module only accepts floating-point dtypes, but got " +
                                         std::string(lithe::name(dtype)));
    }
    for (const NamedTensors& tensors : {named_parameters(), named_buffers()}) {
        for (const auto& [name, tensor] : tensors) {
            if (!tensor.is_floating_point() || tensor.dtype() == dtype) continue;
            tensor.set_data(converted(tensor.detach(), dtype));
            Tensor& gradient = tensor.grad();
            if (gradient.defined()) gradient = converted(gradient, dtype);
        }
    }
}

}  // namespace lithe::nn
