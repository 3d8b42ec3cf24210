#pragma once

// The least of lithe that lithe-reflect must recognise: input for its tests, which stay
// independent of the library's state. No behaviour beyond what the tests look at.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dsl/reflect.h"

namespace lithe {

struct TensorOptions {
    bool wanted = false;
    TensorOptions requires_grad(bool on = true) const { return {on}; }
};

class Tensor {
public:
    Tensor() = default;
    explicit Tensor(int id) : id(id) {}
    Tensor& requires_grad_(bool = true) { return *this; }
    Tensor& fill_(double) { return *this; }
    int id = 0;
};

Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, double b);
Tensor operator*(double a, const Tensor& b);
Tensor operator+(const Tensor& a, const Tensor& b);

Tensor randn(std::initializer_list<int64_t> sizes, TensorOptions options = {});
Tensor zeros(std::initializer_list<int64_t> sizes, TensorOptions options = {});
Tensor ones(std::initializer_list<int64_t> sizes, TensorOptions options = {});
Tensor empty(std::initializer_list<int64_t> sizes, TensorOptions options = {});
Tensor relu(const Tensor& x);

namespace nn {

class Module : public std::enable_shared_from_this<Module> {
public:
    virtual ~Module() = default;
    virtual std::type_index class_type() const { return typeid(*this); }

    template <class M>
    std::shared_ptr<M> register_module(std::string, std::shared_ptr<M> module) {
        return module;
    }
    template <class Holder>
        requires requires(Holder& holder) { holder.ptr(); }
    Holder register_module(std::string, Holder holder) {
        return holder;
    }
    Tensor& register_parameter(std::string name, Tensor value, bool requires_grad = true);
    Tensor& register_buffer(std::string name, Tensor value);
    void to(int device);
    std::vector<std::pair<std::string, Tensor>> state_dict() const;
};

/// What a holder keeps: its forward hides the author's, so that hooks fire.
template <class Impl>
class Called : public Impl {
public:
    using Impl::Impl;
    template <class... Args>
    auto forward(Args&&... args) {
        return Impl::forward(std::forward<Args>(args)...);
    }
    std::type_index class_type() const override { return typeid(Impl); }
};

template <class Impl, bool is_final>
struct Choose {
    using type = Called<Impl>;
};
template <class Impl>
struct Choose<Impl, true> {
    using type = Impl;
};

template <class Impl, class... Args>
std::shared_ptr<Called<Impl>> make_module(Args&&... args) {
    return std::make_shared<Called<Impl>>(std::forward<Args>(args)...);
}

template <class Impl>
class ModuleHolder {
    // Late, so that a holder of a class that is only declared can be a member.
    template <class C = Impl>
    using Object = typename Choose<C, std::is_final_v<C>>::type;

public:
    ModuleHolder() : impl_(std::make_shared<Object<>>()) {}
    ModuleHolder(std::nullptr_t) {}
    ModuleHolder(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
    template <class Head, class... Tail>
        requires(!std::derived_from<std::remove_cvref_t<Head>, ModuleHolder> &&
                 !std::convertible_to<Head, std::shared_ptr<Impl>>)
    explicit ModuleHolder(Head&& head, Tail&&... tail)
        : impl_(std::make_shared<Object<>>(std::forward<Head>(head), std::forward<Tail>(tail)...)) {
    }

    bool is_empty() const { return impl_ == nullptr; }
    auto ptr() const { return std::static_pointer_cast<Object<>>(impl_); }
    auto* operator->() const { return static_cast<Object<>*>(impl_.get()); }
    auto& operator*() const { return *operator->(); }
    template <class... Args>
    auto operator()(Args&&... args) {
        return impl_->forward(std::forward<Args>(args)...);
    }

private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace nn

#define LITHE_MODULE_OF(Name, Impl)                       \
    class Name : public ::lithe::nn::ModuleHolder<Impl> { \
    public:                                               \
        using ModuleHolder<Impl>::ModuleHolder;           \
    }
#define LITHE_MODULE(Name) LITHE_MODULE_OF(Name, Name##Impl)

namespace nn {

class Parameter : public Tensor {
public:
    static constexpr TensorFieldKind field_kind = TensorFieldKind::parameter;
    Parameter() = default;
    explicit Parameter(Tensor value) : Tensor(std::move(value)) {}
};

class Buffer : public Tensor {
public:
    static constexpr TensorFieldKind field_kind = TensorFieldKind::buffer;
    Buffer() = default;
    explicit Buffer(Tensor value) : Tensor(std::move(value)) {}
};

class LinearImpl : public Module {
public:
    explicit LinearImpl(int in = 1, int out = 1) : in(in), out(out) {}
    Tensor forward(Tensor x) { return x; }
    int in;
    int out;
    Tensor weight;
    Tensor bias;
};
LITHE_MODULE(Linear);

class ReLUImpl : public Module {
public:
    Tensor forward(Tensor x) { return x; }
};
LITHE_MODULE(ReLU);

class SequentialImpl : public Module {
public:
    template <class... Modules>
    explicit SequentialImpl(Modules&&...) {}
    Tensor forward(Tensor x) { return x; }
};
LITHE_MODULE(Sequential);

template <class M, class... Args>
auto call(M& module, Args&&... args) {
    return module.forward(std::forward<Args>(args)...);
}

namespace init {
Tensor xavier_uniform_(Tensor tensor);
Tensor zeros_(Tensor tensor);
}  // namespace init

}  // namespace nn

template <class Value>
void save(const Value& value, const std::string& path);

}  // namespace lithe
