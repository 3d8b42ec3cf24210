// Walking the module tree.
#include <algorithm>
#include <set>

#include "dsl/module.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe::nn {
namespace {

std::string joined(const std::string& prefix, const std::string& name) {
    return prefix.empty() ? name : prefix + "." + name;
}

/// Calls `visit(path, module)` for a module and all below it, parents first.
template <class Visit>
class Walker {
public:
    Walker(bool remove_duplicate, Visit visit)
        : remove_duplicate_(remove_duplicate), visit_(std::move(visit)) {}

    void walk(const std::string& path, const ModulePtr& module, bool recurse) {
        if (remove_duplicate_ && !seen_.insert(module.get()).second) return;
        if (std::find(open_.begin(), open_.end(), module.get()) != open_.end()) {
            throw UserError("module.cycle",
                            "module: " + quote(path) + " (" + module->name() + ") contains itself");
        }
        visit_(path, module);
        if (!recurse) return;
        open_.push_back(module.get());
        for (const auto& [name, child] : module->members().children) {
            if (child) walk(joined(path, name), child, true);
        }
        open_.pop_back();
    }

private:
    bool remove_duplicate_;
    Visit visit_;
    std::set<const Module*> seen_;
    std::vector<const Module*> open_;
};

/// The tensors `pick` chooses of every module, by path.
template <class Pick>
NamedTensors collect(const ModulePtr& root, const WalkOptions& options, Pick pick) {
    NamedTensors result;
    std::set<const TensorImpl*> seen;
    Walker walker(options.remove_duplicate, [&](const std::string& path, const ModulePtr& module) {
        const Members members = module->members();
        for (const Members::State& state : pick(members)) {
            if (!state.tensor.defined()) continue;
            if (options.remove_duplicate && !seen.insert(state.tensor.impl()).second) continue;
            result.insert(joined(path, state.name), state.tensor);
        }
    });
    walker.walk(options.prefix, root, options.recurse);
    return result;
}

const std::vector<Members::State>& pick_parameters(const Members& m) { return m.parameters; }
const std::vector<Members::State>& pick_buffers(const Members& m) { return m.buffers; }

void apply_below(Module& module, const std::string& path,
                 const std::function<void(const std::string&, Module&)>& visit) {
    std::set<const Module*> seen;
    for (const auto& [name, child] : module.members().children) {
        if (!child || !seen.insert(child.get()).second) continue;
        apply_below(*child, joined(path, name), visit);
    }
    visit(path, module);
}

/// Splits `path` at a child's name and a dot; a child's own name may hold dots.
const Members::Child* child_on(const Members& members, const std::string& path) {
    const Members::Child* longest = nullptr;
    for (const Members::Child& child : members.children) {
        const bool fits = path == child.name || path.starts_with(child.name + ".");
        if (!child.module || !fits) continue;
        if (!longest || child.name.size() > longest->name.size()) longest = &child;
    }
    return longest;
}

[[noreturn]] void throw_unknown_path(const Module& root, const char* kind, const std::string& path,
                                     const std::vector<std::string>& known) {
    throw UserError("module.unknown_path", root.name() + " has no " + kind + " " + quote(path) +
                                               did_you_mean(path, known));
}

/// Puts a module into the field of that name.
class FieldReplacer : public FieldVisitor {
public:
    FieldReplacer(std::string name, ModulePtr module)
        : name_(std::move(name)), module_(std::move(module)) {}

    std::shared_ptr<Module> replacement(const std::string& name) override {
        if (name != name_) return nullptr;
        is_asked = is_done = true;
        return module_;
    }
    void refused(const std::string&) override { is_done = false; }
    void module(const std::string&, const ModulePtr&) override {}
    void tensor(const std::string&, Tensor&, TensorFieldKind) override {}

    bool is_asked = false, is_done = false;

private:
    std::string name_;
    ModulePtr module_;
};

}  // namespace

void Module::set_submodule(const std::string& path, const ModulePtr& module) {
    Members members;
    ModulePtr owner = self();
    std::string rest = path;
    for (;;) {  // down to the module that holds the last name
        members = owner->members();
        const Members::Child* child = child_on(members, rest);
        if (!child) throw_unknown_path(*this, "submodule", path, named_modules().keys());
        if (child->name == rest) break;
        rest.erase(0, child->name.size() + 1);
        owner = child->module;
    }
    FieldReplacer replacer(rest, module);
    if (const ClassDescriptor* known = find_class(owner->class_type())) {
        visit_fields(*known, dynamic_cast<void*>(owner.get()), "", replacer);
    }
    if (ModulePtr* registered = owner->children_.find(rest); registered && !replacer.is_asked) {
        *registered = module;  // no field carries the name
        replacer.is_done = true;
    }
    if (!replacer.is_done && !owner->replace_member(rest, module)) {
        throw UserError("module.replace",
                        "set_submodule: " + quote(path) + " cannot hold a " +
                            (module ? module->name() : "null") +
                            ": its field is of another class, or holds its module by value");
    }
}

std::vector<Tensor> Module::parameters(bool recurse) const {
    return named_parameters(recurse).values();
}
NamedTensors Module::named_parameters(bool recurse) const {
    return named_parameters(WalkOptions{.recurse = recurse});
}
NamedTensors Module::named_parameters(const WalkOptions& options) const {
    return collect(self(), options, pick_parameters);
}
std::vector<Tensor> Module::buffers(bool recurse) const { return named_buffers(recurse).values(); }
NamedTensors Module::named_buffers(bool recurse) const {
    return named_buffers(WalkOptions{.recurse = recurse});
}
NamedTensors Module::named_buffers(const WalkOptions& options) const {
    return collect(self(), options, pick_buffers);
}

NamedModules Module::named_children() const {
    NamedModules result;
    std::set<const Module*> seen;
    for (const auto& [name, child] : members().children) {
        if (child && seen.insert(child.get()).second) result.insert(name, child);
    }
    return result;
}
std::vector<ModulePtr> Module::children() const { return named_children().values(); }

NamedModules Module::named_modules(const WalkOptions& options) const {
    NamedModules result;
    Walker walker(options.remove_duplicate, [&](const std::string& path, const ModulePtr& module) {
        if (module.get() != this || options.include_self) result.insert(path, module);
    });
    walker.walk(options.prefix, self(), options.recurse);
    return result;
}
NamedModules Module::named_modules(const std::string& prefix, bool include_self) const {
    return named_modules(WalkOptions{.prefix = prefix, .include_self = include_self});
}
std::vector<ModulePtr> Module::modules(bool include_self) const {
    return named_modules("", include_self).values();
}

ModulePtr Module::get_submodule(const std::string& path) const {
    ModulePtr at = self();
    std::string rest = path;
    while (!rest.empty()) {
        const Members members = at->members();
        const Members::Child* child = child_on(members, rest);
        if (!child) throw_unknown_path(*this, "submodule", path, named_modules().keys());
        rest.erase(0, std::min(rest.size(), child->name.size() + 1));
        at = child->module;
    }
    return at;
}

Tensor Module::get_parameter(const std::string& path) const {
    const NamedTensors all = named_parameters(WalkOptions{.remove_duplicate = false});
    const Tensor* found = all.find(path);
    if (!found) throw_unknown_path(*this, "parameter", path, all.keys());
    return *found;
}

Tensor Module::get_buffer(const std::string& path) const {
    const NamedTensors all = named_buffers(WalkOptions{.remove_duplicate = false});
    const Tensor* found = all.find(path);
    if (!found) throw_unknown_path(*this, "buffer", path, all.keys());
    return *found;
}

Module& Module::apply(const std::function<void(Module&)>& visit) {
    apply_below(*this, "", [&](const std::string&, Module& module) { visit(module); });
    return *this;
}
Module& Module::apply(const std::function<void(const std::string&, Module&)>& visit,
                      const std::string& prefix) {
    apply_below(*this, prefix, visit);
    return *this;
}

void Module::train(bool on) {
    is_training_ = on;
    for (const auto& [name, child] : named_children()) child->train(on);
}

Module& Module::requires_grad_(bool on) {
    for (auto& [name, parameter] : named_parameters()) parameter.requires_grad_(on);
    return *this;
}

}  // namespace lithe::nn
