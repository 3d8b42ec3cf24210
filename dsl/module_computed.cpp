// Fields that are computed before each call: what nn::utils is made of.
#include <algorithm>

#include "dsl/module.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe::nn {
namespace {

class TensorFinder : public FieldVisitor {
public:
    explicit TensorFinder(const std::string& name) : name_(name) {}
    void module(const std::string&, const ModulePtr&) override {}
    void tensor(const std::string& name, Tensor& tensor, TensorFieldKind) override {
        if (name == name_) found = &tensor;
    }
    Tensor* found = nullptr;

private:
    const std::string& name_;
};

}  // namespace

Tensor* Module::find_tensor(const std::string& name) {
    TensorFinder finder(name);
    visit_members(finder);
    if (const ClassDescriptor* known = find_class(class_type())) {
        visit_fields(*known, dynamic_cast<void*>(this), "", finder);
    }
    if (finder.found) return finder.found;
    if (Tensor* parameter = parameters_.find(name)) return parameter;
    auto* buffer = buffers_.find(name);
    return buffer ? &buffer->first : nullptr;
}

void Module::compute_field(const std::string& name, const std::string& kind, FieldFormula formula) {
    Tensor* field = find_tensor(name);
    if (!field || parameters_.contains(name) || buffers_.contains(name)) {
        std::vector<std::string> known;
        for (const Members::State& state : members().parameters) known.push_back(state.name);
        throw UserError("module.unknown_name", this->name() + " has no field " + quote(name) +
                                                   " that could be computed before each call" +
                                                   did_you_mean(name, known));
    }
    const bool is_first = computed_.empty();
    computed_[name] = {kind, std::move(formula)};
    *field = computed_[name].second(*this);
    if (!is_first || computed_hook_) return;
    computed_hook_ = true;
    register_forward_pre_hook([](Module& module, const Tensors&) { module.refresh_fields(); },
                              {.prepend = true});
}

void Module::stop_computing(const std::string& name, Tensor tensor) {
    if (computed_.erase(name) == 0) {
        throw UserError("module.unknown_name", this->name() + " computes no field " + quote(name));
    }
    *find_tensor(name) = std::move(tensor);
}

std::string Module::computed_kind(const std::string& name) const {
    const auto at = computed_.find(name);
    return at == computed_.end() ? "" : at->second.first;
}

void Module::refresh_fields() {
    for (const auto& [name, entry] : computed_) *find_tensor(name) = entry.second(*this);
}

void Module::register_part(const std::string& name, Tensor tensor, TensorFieldKind kind) {
    if (kind == TensorFieldKind::parameter) {
        register_parameter(name, std::move(tensor));
    } else {
        register_buffer(name, std::move(tensor));
    }
    parts_.insert(name);
}

void Module::unregister_part(const std::string& name) {
    parameters_.erase(name);
    buffers_.erase(name);
    parts_.erase(name);
}

}  // namespace lithe::nn
