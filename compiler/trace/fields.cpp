#include "compiler/trace/fields.h"

#include <set>

namespace lithe::tracing {
namespace {

template <class Visit>
class TensorFields : public FieldVisitor {
public:
    explicit TensorFields(Visit visit) : visit_(std::move(visit)) {}
    void module(const std::string&, const nn::ModulePtr&) override {}
    void tensor(const std::string& name, Tensor& tensor, TensorFieldKind) override {
        visit_(name, tensor);
    }

private:
    Visit visit_;
};

template <class Visit>
void visit_tensor_fields(nn::Module& module, Visit visit) {
    TensorFields fields(std::move(visit));
    module.visit_members(fields);
    if (const ClassDescriptor* known = find_class(module.class_type())) {
        visit_fields(*known, dynamic_cast<void*>(&module), "", fields);
    }
}

ValuePtr value_in(const Tensor& tensor) {
    return tensor.defined() ? tensor.impl()->cell->value : nullptr;
}

std::string joined(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
}

}  // namespace

Fields::Fields(const nn::Module& root) {
    for (const auto& [path, module] : root.named_modules()) {
        Owner owner{path, module, {}};
        const auto keep = [&](const std::string& name, const Tensor& tensor) {
            owner.fields.try_emplace(name, Field{tensor, value_in(tensor)});
        };
        visit_tensor_fields(*module, keep);
        const nn::Members members = module->members();
        for (const nn::Members::State& state : members.parameters) keep(state.name, state.tensor);
        for (const nn::Members::State& state : members.buffers) keep(state.name, state.tensor);
        owners_.push_back(std::move(owner));
    }
}

/// Calls `visit(name, tensor)` for every field as it is now, and for what was registered without
/// being one.
template <class Visit>
void Fields::visit(const Owner& owner, Visit visit) {
    std::set<std::string> seen;
    visit_tensor_fields(*owner.module, [&](const std::string& name, Tensor& now) {
        seen.insert(name);
        visit(name, now);
    });
    for (const auto& [name, field] : owner.fields) {
        if (seen.contains(name)) continue;
        if (Tensor* now = owner.module->find_tensor(name)) visit(name, *now);
    }
}

std::vector<Fields::Change> Fields::changes() const {
    std::vector<Change> changes;
    for (const Owner& owner : owners_) {
        visit(owner, [&](const std::string& name, const Tensor& now) {
            const auto at = owner.fields.find(name);
            const Field before = at == owner.fields.end() ? Field() : at->second;
            if (now.impl() == before.tensor.impl() && value_in(now) == before.value) return;
            changes.push_back({joined(owner.path, name), before.tensor, now});
        });
    }
    return changes;
}

void Fields::put(const std::map<std::string, Tensor>& tensors) const {
    for (const Owner& owner : owners_) {
        visit(owner, [&](const std::string& name, Tensor& now) {
            const auto at = tensors.find(joined(owner.path, name));
            if (at != tensors.end()) now = at->second;
        });
    }
}

void Fields::restore() const {
    for (const Owner& owner : owners_) {
        visit(owner, [&](const std::string& name, Tensor& now) {
            const auto at = owner.fields.find(name);
            now = at == owner.fields.end() ? Tensor() : at->second.tensor;
            if (!now.defined() || value_in(now) == at->second.value) return;
            Cell& cell = *now.impl()->cell;
            cell.value = at->second.value;
            ++cell.version;
        });
    }
}

}  // namespace lithe::tracing
