#include "dsl/cloneable.h"

#include "dsl/autograd.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe::nn {
namespace {

/// Copies values by name.
void copy_tensors(const Module& original, const NamedTensors& from, const NamedTensors& to) {
    for (const auto& [name, source] : from) {
        const Tensor* target = to.find(name);
        if (!target) {
            throw UserError("module.clone",
                            "clone: " + original.name() + " has " + quote(name) +
                                ", its copy has not after reset(); register it in reset(), not in "
                                "the constructor");
        }
        target->set_data(Tensor::from(source.array().clone()));
        if (source.is_leaf()) Tensor(*target).requires_grad_(source.requires_grad());
    }
    if (from.size() == to.size()) return;
    throw UserError("module.clone", "clone: " + original.name() + " has " +
                                        std::to_string(from.size()) + " tensors, its copy has " +
                                        std::to_string(to.size()) + " after reset()");
}

}  // namespace

void CloneableBase::rebuild(CloneableBase& copy) const {
    copy.parameters_ = OrderedDict<std::string, Tensor>("Parameter");
    copy.buffers_ = OrderedDict<std::string, std::pair<Tensor, bool>>("Buffer");
    copy.children_ = OrderedDict<std::string, ModulePtr>("Submodule");
    copy.reset();
    const NoGradGuard no_grad;
    const WalkOptions every_name{.remove_duplicate = false};
    copy_tensors(*this, named_parameters(every_name), copy.named_parameters(every_name));
    copy_tensors(*this, named_buffers(every_name), copy.named_buffers(every_name));
    for (const auto& [path, module] : named_modules(every_name)) {
        copy.get_submodule(path)->set_training(module->is_training());
    }
}

}  // namespace lithe::nn
