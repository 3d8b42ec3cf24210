#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <type_traits>
#include <typeindex>
#include <utility>

#include "dsl/called.h"

namespace lithe::nn {

namespace detail {

[[noreturn]] void throw_empty_holder(std::type_index type);

/// Copies a module while clone() runs: everything below it is copied too, once.
ModulePtr clone_child(const ModulePtr& module);
bool is_cloning();

}  // namespace detail

/// A shared reference to a module, as in LibTorch: `Linear fc(784, 128)`, `fc->forward(x)`,
/// `fc(x)`. A default-constructed one makes its module, one made of nullptr is empty.
template <class Contained>
class ModuleHolder {
public:
    using ContainedType = Contained;

    ModuleHolder() : impl_(make()) {}
    ModuleHolder(std::nullptr_t) {}
    template <class Derived>
        requires std::convertible_to<Derived*, Contained*>
    ModuleHolder(const std::shared_ptr<Derived>& module)
        : impl_(module, static_cast<Contained*>(module.get())) {}
    template <class Head, class... Tail>
        requires(sizeof...(Tail) > 0 ||
                 (!std::derived_from<std::remove_cvref_t<Head>, ModuleHolder> &&
                  !std::convertible_to<Head &&, std::shared_ptr<Contained>> &&
                  !std::same_as<std::remove_cvref_t<Head>, std::nullptr_t>))
    explicit ModuleHolder(Head&& head, Tail&&... tail)
        : impl_(make(std::forward<Head>(head), std::forward<Tail>(tail)...)) {}

    /// Another reference to the same module; a copy of the module while clone() runs.
    ModuleHolder(const ModuleHolder& other) : impl_(other.impl_) {
        if (!detail::is_cloning() || !impl_) return;
        const ModulePtr copy = detail::clone_child(ModulePtr(impl_, checked()));
        impl_ = {copy, static_cast<Contained*>(copy.get())};
    }
    template <class Derived>
        requires(!std::same_as<Derived, Contained> && std::convertible_to<Derived*, Contained*>)
    ModuleHolder(const ModuleHolder<Derived>& other)
        : ModuleHolder(other.is_empty() ? std::shared_ptr<Contained>()
                                        : std::shared_ptr<Contained>(other.ptr())) {}
    ModuleHolder(ModuleHolder&&) noexcept = default;
    ModuleHolder& operator=(const ModuleHolder&) = default;
    ModuleHolder& operator=(ModuleHolder&&) noexcept = default;
    ~ModuleHolder() = default;

    bool is_empty() const noexcept { return impl_ == nullptr; }
    bool empty() const noexcept { return is_empty(); }
    explicit operator bool() const noexcept { return !is_empty(); }

    /// The module. Errors: holder.empty.
    LITHE_NO_VPTR_CHECK auto* get() const { return static_cast<Object<>*>(checked()); }
    LITHE_NO_VPTR_CHECK auto* operator->() const { return get(); }
    /// A module as get() gives it, so that forward() fires hooks; null stays null.
    LITHE_NO_VPTR_CHECK static auto* called(Contained* module) {
        return static_cast<Object<>*>(module);
    }
    auto& operator*() const { return *get(); }
    LITHE_NO_VPTR_CHECK auto ptr() const {
        return std::shared_ptr<Object<>>(impl_, static_cast<Object<>*>(checked()));
    }
    template <class Base>
        requires std::convertible_to<Contained*, Base*>
    operator std::shared_ptr<Base>() const {
        return {impl_, static_cast<Contained*>(impl_.get())};
    }

    template <class... Args>
    auto operator()(Args&&... args) const {
        if constexpr (std::is_final_v<Contained>) {
            Contained& impl = *checked();
            return detail::call_module(
                impl,
                [&impl](auto&&... values) -> decltype(auto) {
                    return impl.forward(std::forward<decltype(values)>(values)...);
                },
                std::forward<Args>(args)...);
        } else {
            return get()->forward(std::forward<Args>(args)...);
        }
    }
    template <class T, class... Args>
    auto operator()(std::initializer_list<T> list, Args&&... args) const {
        return get()->forward(list, std::forward<Args>(args)...);
    }
    /// `module[0]`, `module["name"]` of the containers.
    template <class Index>
    decltype(auto) operator[](Index&& index) const {
        return (*get())[std::forward<Index>(index)];
    }

    friend bool operator==(const ModuleHolder& a, const ModuleHolder& b) {
        return a.impl_ == b.impl_;
    }

private:
    template <class C, bool is_final>
    struct Choose {
        using type = Called<C>;
    };
    template <class C>
    struct Choose<C, true> {
        using type = C;
    };
    // Late, so that a holder of a class that is only declared can be a member.
    template <class C = Contained>
    using Object = typename Choose<C, std::is_final_v<C>>::type;

    template <class... Args>
    static std::shared_ptr<void> make(Args&&... args) {
        static_assert(std::constructible_from<Object<>, Args...>,
                      "the module has no such constructor; a holder without a module is made of "
                      "nullptr");
        const auto made = std::make_shared<Object<>>(std::forward<Args>(args)...);
        return {made, static_cast<Contained*>(made.get())};
    }
    Contained* checked() const {
        if (!impl_) detail::throw_empty_holder(typeid(Contained));
        return static_cast<Contained*>(impl_.get());
    }

    // To the Contained. Of one type in all holders: a model's file would pay for 160 otherwise.
    std::shared_ptr<void> impl_;
};

template <class Contained>
std::ostream& operator<<(std::ostream& stream, const ModuleHolder<Contained>& holder) {
    return stream << static_cast<const Module&>(*holder);
}

}  // namespace lithe::nn

/// Defines the holder `Name` of the class `Impl`.
#define LITHE_MODULE_IMPL(Name, Impl)                        \
    class Name : public ::lithe::nn::ModuleHolder<Impl> {    \
    public:                                                  \
        using ::lithe::nn::ModuleHolder<Impl>::ModuleHolder; \
    }
/// Defines the holder `Name` of the class `NameImpl`.
#define LITHE_MODULE(Name) LITHE_MODULE_IMPL(Name, Name##Impl)
