#include "dsl/layers/container.h"

#include <algorithm>
#include <ostream>

#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe::nn {
namespace {

void check_index(const char* what, size_t index, size_t size) {
    if (index < size) return;
    throw UserError(std::string(what) + ".index",
                    std::string(what) + ": index " + std::to_string(index) +
                        " is out of range, it has " + std::to_string(size) + " entries");
}

void check_key(const std::string& key) {
    if (key.empty() || key.find('.') != std::string::npos) {
        throw UserError("module.name",
                        "module: a name must not be empty or hold a dot, got " + quote(key));
    }
}

ModulePtr cloned(const ModulePtr& module) {
    return detail::is_cloning() ? detail::clone_child(module) : module;
}

Tensor as_parameter(const Tensor& tensor) {
    if (!tensor.is_leaf()) {
        throw UserError("module.not_leaf", "parameter: only a leaf can be a parameter, got a " +
                                               tensor.type().str() + " that was computed");
    }
    Tensor result = tensor;
    if (tensor.is_floating_point()) result.requires_grad_();
    return result;
}

/// Adds what Python prints of one parameter: `  (0): Parameter containing: [torch.float32 of size
/// 2x3]`.
void add_line(std::string& lines, const std::string& key, const std::string& type,
              const Tensor& parameter) {
    std::string size;
    for (const Dim& dim : parameter.sizes()) size += (size.empty() ? "" : "x") + dim.str();
    lines += (lines.empty() ? "" : "\n") + ("  (" + key + "): Parameter containing: [" + type) +
             " of size " + size + "]";
}

/// Python's older name of a dtype: `torch.FloatTensor`.
std::string torch_class(DType dtype) {
    const std::string storage(torch_storage_name(dtype));  // FloatStorage
    return "torch." + storage.substr(0, storage.size() - 7) + "Tensor";
}

/// The position that a name such as "3" stands for, or nothing.
std::optional<size_t> position(const std::string& name, size_t size) {
    for (size_t i = 0; i < size; ++i) {
        if (name == std::to_string(i)) return i;
    }
    return std::nullopt;
}

}  // namespace

SequentialImpl::SequentialImpl(const OrderedDict<std::string, AnyModule>& modules) {
    for (const auto& [name, module] : modules) push_back(name, module);
}

SequentialImpl::SequentialImpl(std::initializer_list<NamedAnyModule> modules) {
    for (const NamedAnyModule& item : modules) push_back(item.name(), item.module());
}

void SequentialImpl::push_back(const std::string& name, AnyModule module) {
    check_key(name);
    if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
        throw UserError("module.duplicate_name",
                        "module " + quote(name) + " already defined in " + this->name());
    }
    modules_.push_back(std::move(module));
    names_.push_back(name);
}

AnyValue SequentialImpl::run(std::span<AnyValue> values) const {
    if (modules_.empty()) {
        if (values.size() == 1) return values[0];
        throw UserError("sequential.empty",
                        "sequential: an empty one gives back one argument, got " +
                            std::to_string(values.size()));
    }
    AnyValue value = modules_[0].run(values);
    for (size_t i = 1; i < modules_.size(); ++i) value = modules_[i].run({&value, 1});
    return value;
}

const AnyModule& SequentialImpl::checked(size_t index) const {
    check_index("sequential", index, modules_.size());
    return modules_[index];
}

void SequentialImpl::visit_members(FieldVisitor& visitor) {
    for (size_t i = 0; i < modules_.size(); ++i) visitor.module(names_[i], modules_[i].ptr());
}

bool SequentialImpl::replace_member(const std::string& name, const ModulePtr& module) {
    const auto at = std::find(names_.begin(), names_.end(), name);
    return at != names_.end() && modules_[static_cast<size_t>(at - names_.begin())].replace(module);
}

ModuleListImpl::ModuleListImpl(const ModuleListImpl& other) : Module(other) {
    for (const ModulePtr& module : other.modules_) modules_.push_back(cloned(module));
}

ModulePtr ModuleListImpl::ptr(size_t index) const {
    check_index("module_list", index, modules_.size());
    return modules_[index];
}

void ModuleListImpl::visit_members(FieldVisitor& visitor) {
    for (size_t i = 0; i < modules_.size(); ++i) visitor.module(std::to_string(i), modules_[i]);
}

bool ModuleListImpl::replace_member(const std::string& name, const ModulePtr& module) {
    const auto at = position(name, modules_.size());
    if (at) modules_[*at] = module;
    return at.has_value();
}

void ModuleListImpl::pretty_print(std::ostream& stream) const {
    // Equal neighbours share a line, as in Python: `(0-2): 3 x Linear(...)`.
    stream << name() << '(';
    for (size_t i = 0; i < modules_.size();) {
        const std::string text = modules_[i]->str();
        size_t end = i + 1;
        while (end < modules_.size() && modules_[end]->str() == text) ++end;
        const size_t count = end - i;
        std::string lines;
        for (const char c : text) lines += c == '\n' ? "\n  " : std::string(1, c);
        stream << "\n  (" << i;
        if (count > 1) stream << '-' << end - 1;
        stream << "): ";
        if (count > 1) stream << count << " x ";
        stream << lines;
        i = end;
    }
    stream << (modules_.empty() ? ")" : "\n)");
}

ModuleDictImpl::ModuleDictImpl(const std::vector<std::pair<std::string, ModulePtr>>& modules) {
    for (const auto& [key, module] : modules) put(key, module);
}
ModuleDictImpl::ModuleDictImpl(const Items& modules) { update(modules); }
ModuleDictImpl::ModuleDictImpl(const ModuleDictImpl& other) : Module(other) {
    for (const auto& [key, module] : other.items_) items_.insert(key, cloned(module));
}

void ModuleDictImpl::put(const std::string& key, ModulePtr module) {
    check_key(key);
    items_.set(key, std::move(module));
}

void ModuleDictImpl::update(const Items& modules) {
    for (const auto& [key, module] : modules) put(key, module);
}

ModulePtr ModuleDictImpl::pop(const std::string& key) {
    ModulePtr module = items_[key];
    items_.erase(key);
    return module;
}

void ModuleDictImpl::visit_members(FieldVisitor& visitor) {
    for (const auto& [key, module] : items_) visitor.module(key, module);
}

bool ModuleDictImpl::replace_member(const std::string& name, const ModulePtr& module) {
    ModulePtr* known = items_.find(name);
    if (known) *known = module;
    return known != nullptr;
}

void ParameterListImpl::append(const Tensor& parameter) {
    list_.push_back(as_parameter(parameter));
}

void ParameterListImpl::extend(const Tensors& parameters) {
    for (const Tensor& parameter : parameters) append(parameter);
}

Tensor& ParameterListImpl::operator[](size_t index) {
    check_index("parameter_list", index, list_.size());
    return list_[index];
}

void ParameterListImpl::visit_members(FieldVisitor& visitor) {
    for (size_t i = 0; i < list_.size(); ++i) {
        visitor.tensor(std::to_string(i), list_[i], TensorFieldKind::parameter);
    }
}

std::string ParameterListImpl::extra_repr() const {
    std::string lines;
    for (size_t i = 0; i < list_.size(); ++i) {
        add_line(lines, std::to_string(i), "torch." + std::string(torch_name(list_[i].dtype())),
                 list_[i]);
    }
    return lines;
}

Tensor& ParameterDictImpl::insert(const std::string& key, const Tensor& parameter) {
    check_key(key);
    return items_.set(key, as_parameter(parameter));
}

void ParameterDictImpl::update(const NamedTensors& parameters) {
    for (const auto& [key, parameter] : parameters) insert(key, parameter);
}

Tensor ParameterDictImpl::pop(const std::string& key) {
    Tensor parameter = items_[key];
    items_.erase(key);
    return parameter;
}

void ParameterDictImpl::visit_members(FieldVisitor& visitor) {
    for (auto& [key, parameter] : items_) {
        visitor.tensor(key, parameter, TensorFieldKind::parameter);
    }
}

std::string ParameterDictImpl::extra_repr() const {
    std::string lines;
    for (const auto& [key, parameter] : items_) {
        add_line(lines, key, torch_class(parameter.dtype()), parameter);
    }
    return lines;
}

}  // namespace lithe::nn
