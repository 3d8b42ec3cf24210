#pragma once

#include <memory>

#include "dsl/module.h"

namespace lithe::nn {

/// What Cloneable does whatever the class.
class CloneableBase : public Module {
public:
    using Module::Module;
    /// Makes and registers all parameters, buffers and submodules; the constructor calls it.
    virtual void reset() = 0;

protected:
    /// `copy` came from the copy constructor and refers to the members of this module: gives it its
    /// own by reset(), and copies their values.
    void rebuild(CloneableBase& copy) const;
};

/// A module that says by reset() how it is made, so that clone() needs to know no fields. In lithe
/// a module that a holder keeps can be cloned without it; this is for LibTorch's sources.
///
///     struct NetImpl : nn::Cloneable<NetImpl> {
///         NetImpl() { reset(); }
///         void reset() override { fc = register_module("fc", nn::Linear(3, 4)); }
///         nn::Linear fc{nullptr};
///     };
template <class Derived>
class Cloneable : public CloneableBase {
public:
    using CloneableBase::CloneableBase;

    /// Errors: module.clone, where reset() does not register what the module has.
    ModulePtr clone() const override {
        auto copy = std::make_shared<Derived>(static_cast<const Derived&>(*this));
        rebuild(*copy);
        return copy;
    }
};

}  // namespace lithe::nn
