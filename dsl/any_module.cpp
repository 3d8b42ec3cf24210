#include "dsl/any_module.h"

#include "runtime/error.h"

namespace lithe::nn {

void AnyValue::throw_type(const std::type_info& wanted) const {
    const std::string have = value_.has_value() ? class_name(value_.type()) : "nothing";
    throw UserError("any_value.type",
                    "module: expected a value of type " + class_name(wanted) + ", got " + have);
}

AnyValue AnyModule::run(std::span<AnyValue> values) const {
    if (!module_) throw UserError("any_module.empty", "module: an empty AnyModule is called");
    return call_(*module_, values);
}

const std::type_info& AnyModule::type_info() const {
    if (!module_) throw UserError("any_module.empty", "module: the class of an empty AnyModule");
    return *class_;
}

bool AnyModule::replace(const ModulePtr& module) {
    if (!module || !module_ || module->class_type() != module_->class_type()) return false;
    module_ = module;
    return true;
}

AnyModule AnyModule::clone() const {
    AnyModule copy = *this;
    if (module_) copy.module_ = module_->clone();
    return copy;
}

void AnyModule::throw_cast(const std::type_info& wanted) const {
    throw UserError("any_module.type", "module: asked for a " + class_name(wanted) +
                                           ", but it is " +
                                           (module_ ? "a " + module_->name() : "empty"));
}

}  // namespace lithe::nn
