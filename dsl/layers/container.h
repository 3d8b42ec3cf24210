#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "dsl/any_module.h"
#include "dsl/ordered_dict.h"

namespace lithe::nn {

/// Modules in a row: each gets what the one before gives. The first may take several arguments.
class SequentialImpl : public Module {
public:
    using Iterator = std::vector<AnyModule>::iterator;
    using ConstIterator = std::vector<AnyModule>::const_iterator;

    SequentialImpl() = default;
    template <class Head, class... Tail>
        requires(std::constructible_from<AnyModule, Head> &&
                 (std::constructible_from<AnyModule, Tail> && ...) &&
                 !std::same_as<std::decay_t<Head>, SequentialImpl>)
    explicit SequentialImpl(Head&& head, Tail&&... tail) {
        push_back(std::forward<Head>(head));
        (push_back(std::forward<Tail>(tail)), ...);
    }
    explicit SequentialImpl(const OrderedDict<std::string, AnyModule>& modules);
    explicit SequentialImpl(std::initializer_list<NamedAnyModule> modules);

    /// Result is what the last module gives. Errors: sequential.empty.
    template <class Result = Tensor, class... Args>
    Result forward(Args&&... args) {
        AnyValue values[sizeof...(Args) + 1] = {AnyValue(std::forward<Args>(args))..., AnyValue()};
        return run({values, sizeof...(Args)}).template get<Result>();
    }

    template <class M>
        requires std::constructible_from<AnyModule, M>
    void push_back(M&& module) {
        push_back(std::to_string(modules_.size()), AnyModule(std::forward<M>(module)));
    }
    /// Errors: module.name, module.duplicate_name.
    void push_back(const std::string& name, AnyModule module);
    template <class M>
        requires(std::constructible_from<AnyModule, M> && !std::same_as<std::decay_t<M>, AnyModule>)
    void push_back(const std::string& name, M&& module) {
        push_back(name, AnyModule(std::forward<M>(module)));
    }
    template <class Modules>
    void extend(const Modules& modules) {
        for (const auto& module : modules) push_back(module);
    }

    size_t size() const { return modules_.size(); }
    bool is_empty() const { return modules_.empty(); }
    Iterator begin() { return modules_.begin(); }
    Iterator end() { return modules_.end(); }
    ConstIterator begin() const { return modules_.begin(); }
    ConstIterator end() const { return modules_.end(); }
    /// Errors: sequential.index, any_module.type.
    template <class M>
    M& at(size_t index) const {
        return checked(index).template get<M>();
    }
    ModulePtr ptr(size_t index) const { return checked(index).ptr(); }
    template <class M>
    std::shared_ptr<M> ptr(size_t index) const {
        return checked(index).template ptr<M>();
    }
    ModulePtr operator[](size_t index) const { return ptr(index); }

    void visit_members(FieldVisitor& visitor) override;
    bool replace_member(const std::string& name, const ModulePtr& module) override;

private:
    AnyValue run(std::span<AnyValue> values) const;
    const AnyModule& checked(size_t index) const;

    std::vector<AnyModule> modules_;
    std::vector<std::string> names_;
};

class Sequential : public ModuleHolder<SequentialImpl> {
public:
    using ModuleHolder<SequentialImpl>::ModuleHolder;
    Sequential() = default;
    /// `Sequential({{"fc", Linear(3, 4)}, {"relu", ReLU()}})`
    Sequential(std::initializer_list<NamedAnyModule> modules)
        : ModuleHolder(ModulePtrOf(modules)) {}

private:
    static std::shared_ptr<SequentialImpl> ModulePtrOf(
        std::initializer_list<NamedAnyModule> modules) {
        return std::make_shared<Called<SequentialImpl>>(modules);
    }
};

/// A list of modules, to be called by its owner.
class ModuleListImpl : public Module {
public:
    using Iterator = std::vector<ModulePtr>::iterator;
    using ConstIterator = std::vector<ModulePtr>::const_iterator;

    ModuleListImpl() = default;
    template <class Head, class... Tail>
        requires(!std::same_as<std::decay_t<Head>, ModuleListImpl>)
    explicit ModuleListImpl(Head&& head, Tail&&... tail) {
        push_back(std::forward<Head>(head));
        (push_back(std::forward<Tail>(tail)), ...);
    }
    ModuleListImpl(const ModuleListImpl& other);

    template <class M>
    void push_back(const M& module) {
        modules_.push_back(pointer_to(module));
    }
    template <class M>
    void insert(size_t index, const M& module) {
        modules_.insert(modules_.begin() + static_cast<std::ptrdiff_t>(index), pointer_to(module));
    }
    template <class Modules>
    void extend(const Modules& modules) {
        for (const auto& module : modules) push_back(module);
    }

    size_t size() const { return modules_.size(); }
    bool is_empty() const { return modules_.empty(); }
    Iterator begin() { return modules_.begin(); }
    Iterator end() { return modules_.end(); }
    ConstIterator begin() const { return modules_.begin(); }
    ConstIterator end() const { return modules_.end(); }
    /// Errors: module_list.index, any_module.type.
    ModulePtr ptr(size_t index) const;
    template <class M>
    std::shared_ptr<M> ptr(size_t index) const {
        return std::dynamic_pointer_cast<M>(ptr(index));
    }
    template <class M>
    M& at(size_t index) const {
        return dynamic_cast<M&>(*ptr(index));
    }
    ModulePtr operator[](size_t index) const { return ptr(index); }

    void visit_members(FieldVisitor& visitor) override;
    bool replace_member(const std::string& name, const ModulePtr& module) override;
    void pretty_print(std::ostream& stream) const override;

private:
    template <class M>
    static ModulePtr pointer_to(const M& module) {
        if constexpr (std::derived_from<M, Module>) {
            return std::make_shared<Called<M>>(module);
        } else if constexpr (requires { typename M::ContainedType; }) {
            return std::shared_ptr<typename M::ContainedType>(module);
        } else {
            return module;
        }
    }

    std::vector<ModulePtr> modules_;
};
LITHE_MODULE(ModuleList);

/// Modules by name, in the order of insertion.
class ModuleDictImpl : public Module {
public:
    using Items = OrderedDict<std::string, ModulePtr>;

    ModuleDictImpl() = default;
    explicit ModuleDictImpl(const std::vector<std::pair<std::string, ModulePtr>>& modules);
    explicit ModuleDictImpl(const Items& modules);
    ModuleDictImpl(const ModuleDictImpl& other);

    /// Inserts or replaces.
    template <class M>
    void insert(const std::string& key, const M& module) {
        if constexpr (requires { typename M::ContainedType; }) {
            put(key, std::shared_ptr<typename M::ContainedType>(module));
        } else {
            put(key, module);
        }
    }
    void update(const Items& modules);
    /// Removes a module and gives it. Errors: ordered_dict.unknown_key.
    ModulePtr pop(const std::string& key);
    void clear() { items_.clear(); }

    size_t size() const { return items_.size(); }
    bool empty() const { return items_.empty(); }
    bool contains(const std::string& key) const { return items_.contains(key); }
    std::vector<std::string> keys() const { return items_.keys(); }
    std::vector<ModulePtr> values() const { return items_.values(); }
    const Items& items() const { return items_; }
    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }
    ModulePtr operator[](const std::string& key) const { return items_[key]; }
    template <class M>
    M& at(const std::string& key) const {
        return dynamic_cast<M&>(*items_[key]);
    }

    void visit_members(FieldVisitor& visitor) override;
    bool replace_member(const std::string& name, const ModulePtr& module) override;

private:
    void put(const std::string& key, ModulePtr module);

    Items items_{"Module"};
};
LITHE_MODULE(ModuleDict);

/// A list of parameters.
class ParameterListImpl : public Module {
public:
    ParameterListImpl() = default;
    explicit ParameterListImpl(const Tensors& parameters) { extend(parameters); }
    template <std::convertible_to<Tensor>... Rest>
    explicit ParameterListImpl(const Tensor& first, const Rest&... rest) {
        append(first);
        (append(rest), ...);
    }

    void append(const Tensor& parameter);
    void extend(const Tensors& parameters);
    size_t size() const { return list_.size(); }
    bool is_empty() const { return list_.empty(); }
    /// Errors: parameter_list.index.
    Tensor& operator[](size_t index);
    Tensor& at(size_t index) { return (*this)[index]; }
    auto begin() { return list_.begin(); }
    auto end() { return list_.end(); }
    void visit_members(FieldVisitor& visitor) override;
    std::string extra_repr() const override;

private:
    Tensors list_;
};
LITHE_MODULE(ParameterList);

/// Parameters by name.
class ParameterDictImpl : public Module {
public:
    ParameterDictImpl() = default;
    explicit ParameterDictImpl(const NamedTensors& parameters) { update(parameters); }

    Tensor& insert(const std::string& key, const Tensor& parameter);
    void update(const NamedTensors& parameters);
    Tensor pop(const std::string& key);
    size_t size() const { return items_.size(); }
    bool contains(const std::string& key) const { return items_.contains(key); }
    std::vector<std::string> keys() const { return items_.keys(); }
    Tensors values() const { return items_.values(); }
    bool empty() const { return items_.is_empty(); }
    void clear() { items_.clear(); }
    /// Errors: ordered_dict.unknown_key.
    Tensor& operator[](const std::string& key) { return items_[key]; }
    Tensor& get(const std::string& key) { return items_[key]; }
    auto begin() { return items_.begin(); }
    auto end() { return items_.end(); }
    void visit_members(FieldVisitor& visitor) override;
    std::string extra_repr() const override;

private:
    NamedTensors items_{"Parameter"};
};
LITHE_MODULE(ParameterDict);

/// A function as a module: `Functional(relu)`, `Functional(flatten, 1, -1)`.
class FunctionalImpl : public Module {
public:
    using Function = std::function<Tensor(Tensor)>;

    explicit FunctionalImpl(Function function) : function_(std::move(function)) {}
    template <class F, class... Args>
        requires(sizeof...(Args) > 0)
    explicit FunctionalImpl(F function, Args... args)
        : function_(
              [function, args...](const Tensor& x) -> Tensor { return function(x, args...); }) {}
    Tensor forward(const Tensor& x) { return function_(x); }

private:
    Function function_;
};

class Functional : public ModuleHolder<FunctionalImpl> {
public:
    using ModuleHolder<FunctionalImpl>::ModuleHolder;
    /// Chooses the overload that takes one tensor: `Functional(relu)`.
    explicit Functional(Tensor (*function)(const Tensor&))
        : ModuleHolder(FunctionalImpl::Function(function)) {}
};

}  // namespace lithe::nn
