// Registration, and reading what a module holds through its fields.
#include "dsl/module.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>

#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe::nn {
namespace {

std::string demangled(const char* mangled) {
    int status = 0;
    char* text = abi::__cxa_demangle(mangled, nullptr, nullptr, &status);
    std::string result = status == 0 ? text : mangled;
    std::free(text);
    return result;
}

/// `Net<int>` of `a::(anonymous namespace)::Net<int>`: what follows the last `::` outside of
/// brackets.
std::string without_scope(const std::string& name) {
    size_t start = 0;
    int depth = 0;
    for (size_t i = 0; i + 1 < name.size(); ++i) {
        if (name[i] == '<' || name[i] == '(') ++depth;
        if (name[i] == '>' || name[i] == ')') --depth;
        if (depth == 0 && name[i] == ':' && name[i + 1] == ':') start = i + 2;
    }
    return name.substr(start);
}

template <class List>
auto* find_name(List& list, const std::string& name) {
    const auto at =
        std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.name == name; });
    return at == list.end() ? nullptr : &*at;
}

}  // namespace

std::string class_name(std::type_index type) {
    const ClassDescriptor* known = find_class(type);
    std::string name = without_scope(known ? known->name : demangled(type.name()));
    if (name.size() > 4 && name.ends_with("Impl")) name.resize(name.size() - 4);
    return name;
}

/// Merges registrations and fields into Members.
class MemberReader : public FieldVisitor {
public:
    explicit MemberReader(const Module& module) : module_(module) {}

    Members read() {
        auto& self = const_cast<Module&>(module_);
        self.visit_members(*this);
        for (const auto& [name, tensor] : module_.parameters_) {
            members_.parameters.push_back({name, tensor, true});
        }
        for (const auto& [name, entry] : module_.buffers_) {
            members_.buffers.push_back({name, entry.first, entry.second});
        }
        for (const auto& [name, child] : module_.children_) {
            members_.children.push_back({name, child});
        }
        if (const ClassDescriptor* known = find_class(module_.class_type())) {
            visit_fields(*known, dynamic_cast<void*>(&self), "", *this);
        }
        const auto is_own = [&](const Members::State& state) {
            return !module_.parts_.contains(state.name);
        };
        if (!module_.parts_.empty()) {
            std::stable_partition(members_.parameters.begin(), members_.parameters.end(), is_own);
            std::stable_partition(members_.buffers.begin(), members_.buffers.end(), is_own);
        }
        return std::move(members_);
    }

    void module(const std::string& name, const ModulePtr& child) override {
        if (Members::Child* known = find_name(members_.children, name)) {
            known->module = child;
        } else if (!is_registered(child)) {
            if (find_name(members_.parameters, name) || find_name(members_.buffers, name)) {
                module_.throw_taken(name);
            }
            members_.children.push_back({name, child});
        }
    }

    void tensor(const std::string& name, Tensor& tensor, TensorFieldKind kind) override {
        if (module_.computed_.contains(name)) return;
        if (Members::State* known = find_name(members_.parameters, name)) {
            known->tensor = tensor;
        } else if (Members::State* buffer = find_name(members_.buffers, name)) {
            buffer->tensor = tensor;
        } else if (!is_registered(tensor)) {
            add(name, tensor, kind);
        }
    }

private:
    void add(const std::string& name, Tensor& tensor, TensorFieldKind kind) {
        if (kind == TensorFieldKind::buffer) {
            check_no_module(name);
            members_.buffers.push_back({name, tensor, true});
            return;
        }
        if (kind == TensorFieldKind::declared_buffer) {
            check_no_module(name);
            const auto& buffer = static_cast<const Buffer&>(tensor);
            members_.buffers.push_back({name, tensor, buffer.is_persistent()});
            return;
        }
        const bool is_trained = tensor.defined() && tensor.is_leaf() && tensor.requires_grad();
        if (kind == TensorFieldKind::plain) {
            if (is_trained) module_.known_parameters_.insert(name);
            if (!module_.known_parameters_.contains(name)) return;
        }
        check_no_module(name);
        members_.parameters.push_back({name, tensor, true});
    }

    /// A field and a registration of the same kind may share a name; of two kinds they may not.
    void check_no_module(const std::string& name) {
        if (find_name(members_.children, name)) module_.throw_taken(name);
    }
    /// Registered explicitly, under whatever name.
    bool is_registered(const ModulePtr& child) const {
        if (!child) return false;
        for (const auto& [name, known] : module_.children_) {
            if (known == child) return true;
        }
        return false;
    }
    bool is_registered(const Tensor& tensor) const {
        if (!tensor.defined()) return false;
        for (const auto& [name, known] : module_.parameters_) {
            if (known.is_same(tensor)) return true;
        }
        for (const auto& [name, known] : module_.buffers_) {
            if (known.first.is_same(tensor)) return true;
        }
        return false;
    }

    const Module& module_;
    Members members_;
};

Module::Module(const Module& other)
    : std::enable_shared_from_this<Module>(other),
      name_(other.name_),
      is_training_(other.is_training_),
      parameters_(other.parameters_),
      buffers_(other.buffers_),
      children_(other.children_),
      known_parameters_(other.known_parameters_),
      computed_(other.computed_),
      computed_hook_(other.computed_hook_),
      parts_(other.parts_) {
    if (other.hooks_) {
        made_hooks().append(*other.hooks_);
        hooks_->state_dict_pre.append(other.hooks_->state_dict_pre);
        hooks_->state_dict_post.append(other.hooks_->state_dict_post);
        hooks_->load_pre.append(other.hooks_->load_pre);
        hooks_->load_post.append(other.hooks_->load_post);
    }
}

Module& Module::operator=(const Module& other) {
    if (this == &other) return *this;
    Module copy(other);
    std::swap(name_, copy.name_);
    std::swap(is_training_, copy.is_training_);
    std::swap(parameters_, copy.parameters_);
    std::swap(buffers_, copy.buffers_);
    std::swap(children_, copy.children_);
    std::swap(known_parameters_, copy.known_parameters_);
    std::swap(computed_, copy.computed_);
    std::swap(computed_hook_, copy.computed_hook_);
    std::swap(parts_, copy.parts_);
    std::swap(hooks_, copy.hooks_);
    return *this;
}

Module::~Module() = default;

std::type_index Module::class_type() const { return typeid(*this); }

std::string Module::name() const { return name_.empty() ? class_name(class_type()) : name_; }

ModulePtr Module::self() const {
    auto* unconst = const_cast<Module*>(this);
    if (ModulePtr owned = unconst->weak_from_this().lock()) return owned;
    return {std::shared_ptr<void>(), unconst};
}

Members Module::members() const { return MemberReader(*this).read(); }

void Module::throw_taken(const std::string& taken) const {
    throw UserError("module.duplicate_name",
                    name() + ": attribute " + quote(taken) + " already exists");
}

void Module::check_new_name(const std::string& kind, const std::string& name) const {
    if (name.empty()) {
        throw UserError("module.name", kind + " name can't be empty string \"\"");
    }
    if (name.find('.') != std::string::npos) {
        throw UserError("module.name",
                        kind + " name can't contain \".\" (got " + quote(name) + ")");
    }
    // Fields are not read: in a constructor they may not be made yet.
    const Tensor* parameter = parameters_.find(name);
    const auto* buffer = buffers_.find(name);
    const ModulePtr* child = children_.find(name);
    if ((parameter && parameter->defined()) || (buffer && buffer->first.defined()) ||
        (child && *child)) {
        throw UserError("module.duplicate_name",
                        kind + " " + quote(name) + " already defined in " + this->name());
    }
    if ((kind != "parameter" && parameter) || (kind != "buffer" && buffer) ||
        (kind != "module" && child)) {
        throw_taken(name);
    }
}

Tensor& Module::register_parameter(const std::string& name, Tensor tensor, bool requires_grad) {
    check_new_name("parameter", name);
    tensor = detail::run_parameter_registration(*this, name, std::move(tensor));
    if (tensor.defined()) {
        if (!tensor.is_leaf()) {
            throw UserError("module.not_leaf",
                            "register_parameter: " + quote(name) +
                                " was computed from other tensors; only a leaf can be a "
                                "parameter: detach() it, or compute it in forward()");
        }
        tensor.requires_grad_(requires_grad);
    }
    return parameters_.set(name, std::move(tensor));
}

Tensor& Module::register_buffer(const std::string& name, Tensor tensor, bool persistent) {
    check_new_name("buffer", name);
    tensor = detail::run_buffer_registration(*this, name, std::move(tensor));
    return buffers_.set(name, {std::move(tensor), persistent}).first;
}

void Module::add_child(const std::string& name, ModulePtr module) {
    check_new_name("module", name);
    if (module.get() == this) {
        throw UserError("module.cycle",
                        "register_module: " + this->name() + " is made a child of itself");
    }
    children_.set(name, detail::run_module_registration(*this, name, std::move(module)));
}

void Module::unregister_module(const std::string& name) {
    if (!children_.erase(name)) {
        throw UserError("module.unknown_name", "unregister_module: no registered submodule " +
                                                   quote(name) + " in " + this->name() +
                                                   did_you_mean(name, children_.keys()));
    }
}

void Module::unregister_for_replacement(const std::string& name) {
    if (ModulePtr* known = children_.find(name)) {
        *known = nullptr;
        return;
    }
    throw UserError("module.unknown_name", "replace_module: no registered submodule " +
                                               quote(name) + " in " + this->name() +
                                               did_you_mean(name, children_.keys()));
}

}  // namespace lithe::nn
