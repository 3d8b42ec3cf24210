#pragma once

#include <any>
#include <concepts>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "dsl/holder.h"

namespace lithe::nn {

/// A value of any type, as it goes from one module to the next.
class AnyValue {
public:
    AnyValue() = default;
    template <class T>
        requires(!std::same_as<std::decay_t<T>, AnyValue>)
    explicit AnyValue(T&& value) : value_(stored(std::forward<T>(value))) {}

    const std::type_info& type_info() const { return value_.type(); }
    template <class T>
    const T* try_get() const {
        return std::any_cast<T>(&value_);
    }
    /// The value as T; numbers and optionals convert. Errors: any_value.type.
    template <class T>
    T get() const {
        if (const T* exact = try_get<T>()) return *exact;
        if constexpr (std::is_arithmetic_v<T>) {
            if (const auto* x = try_get<int>()) return static_cast<T>(*x);
            if (const auto* x = try_get<int64_t>()) return static_cast<T>(*x);
            if (const auto* x = try_get<double>()) return static_cast<T>(*x);
            if (const auto* x = try_get<float>()) return static_cast<T>(*x);
            if (const auto* x = try_get<bool>()) return static_cast<T>(*x);
        } else if constexpr (requires {
                                 typename T::value_type;
                                 T(std::nullopt);
                             }) {
            return T(get<typename T::value_type>());
        }
        throw_type(typeid(T));
    }

private:
    template <class T>
    static std::any stored(T&& value) {
        using Plain = std::decay_t<T>;
        if constexpr (std::derived_from<Plain, Tensor>) {
            return std::any(static_cast<const Tensor&>(value));
        } else {
            return std::any(std::forward<T>(value));
        }
    }
    [[noreturn]] void throw_type(const std::type_info& wanted) const;

    std::any value_;
};

namespace detail {

/// The first `Count` of some types.
template <size_t Count, class Taken, class... Rest>
struct Take;
template <class... Taken, class... Rest>
struct Take<0, ArgList<Taken...>, Rest...> {
    using type = ArgList<Taken...>;
};
template <size_t Count, class... Taken, class Head, class... Rest>
    requires(Count > 0)
struct Take<Count, ArgList<Taken...>, Head, Rest...> {
    using type = typename Take<Count - 1, ArgList<Taken..., Head>, Rest...>::type;
};

template <class M>
class AnyForward {
public:
    /// Calls forward() with these values; arguments with defaults may be missing.
    static AnyValue call(Module& module, std::span<AnyValue> values) {
        M& impl = dynamic_cast<M&>(module);
        if constexpr (requires { &M::forward; }) {
            return by_signature(impl, values, typename ForwardArgs<decltype(&M::forward)>::type());
        } else {  // overloaded, or a template
            return by_signature(impl, values, ArgList<Tensor, Tensor, Tensor, Tensor>());
        }
    }

private:
    template <class... Args>
    static AnyValue by_signature(M& impl, std::span<AnyValue> values, ArgList<Args...>) {
        AnyValue result;
        const bool fits = try_counts<Args...>(impl, values, result,
                                              std::make_index_sequence<sizeof...(Args) + 1>());
        if (!fits) throw_argument_count(impl, values.size(), sizeof...(Args));
        return result;
    }
    template <class... Args, size_t... Count>
    static bool try_counts(M& impl, std::span<AnyValue> values, AnyValue& result,
                           std::index_sequence<Count...>) {
        return (
            (Count == values.size() &&
             try_call(impl, values, result, typename Take<Count, ArgList<>, Args...>::type())) ||
            ...);
    }
    template <class... Args>
    static bool try_call(M& impl, std::span<AnyValue> values, AnyValue& result, ArgList<Args...>) {
        if constexpr (requires(Args... args) { impl.forward(args...); }) {
            call_with<Args...>(impl, values, result, std::index_sequence_for<Args...>());
            return true;
        } else {
            return false;
        }
    }
    template <class... Args, size_t... I>
    static void call_with(M& impl, [[maybe_unused]] std::span<AnyValue> values, AnyValue& result,
                          std::index_sequence<I...>) {
        const auto forward = [&impl](auto&&... args) -> decltype(auto) {
            return impl.forward(std::forward<decltype(args)>(args)...);
        };
        using Result = std::invoke_result_t<decltype(forward)&, Args...>;
        if constexpr (std::is_void_v<Result>) {
            call_module(impl, forward, values[I].template get<Args>()...);
        } else {
            result = AnyValue(call_module(impl, forward, values[I].template get<Args>()...));
        }
    }
    [[noreturn]] static void throw_argument_count(const Module& module, size_t got, size_t most) {
        throw UserError("any_module.arguments",
                        module.name() + "'s forward() cannot be called with " +
                            std::to_string(got) + " arguments; it has " + std::to_string(most));
    }
};

}  // namespace detail

/// Any module, whatever its forward() takes and gives. Calls fire its hooks.
class AnyModule {
public:
    AnyModule() = default;
    template <class M>
        requires std::derived_from<M, Module>
    AnyModule(std::shared_ptr<M> module)
        : module_(std::move(module)), call_(&detail::AnyForward<M>::call), class_(&typeid(M)) {}
    template <class Impl>
    AnyModule(std::shared_ptr<Called<Impl>> module)
        : AnyModule(std::shared_ptr<Impl>(std::move(module))) {}
    template <class Holder>
        requires requires { typename Holder::ContainedType; }
    AnyModule(const Holder& holder)
        : AnyModule(std::shared_ptr<typename Holder::ContainedType>(holder)) {}
    /// Takes a module that was made by value.
    template <class M>
        requires std::derived_from<std::decay_t<M>, Module>
    explicit AnyModule(M&& module)
        : AnyModule(std::shared_ptr<std::decay_t<M>>(
              std::make_shared<Called<std::decay_t<M>>>(std::forward<M>(module)))) {}

    AnyModule(const AnyModule& other)
        : module_(detail::is_cloning() && other.module_ ? detail::clone_child(other.module_)
                                                        : other.module_),
          call_(other.call_),
          class_(other.class_) {}
    AnyModule(AnyModule&&) = default;
    AnyModule& operator=(const AnyModule&) = default;
    AnyModule& operator=(AnyModule&&) = default;

    template <class... Args>
    AnyValue any_forward(Args&&... args) const {
        AnyValue values[sizeof...(Args) + 1] = {AnyValue(std::forward<Args>(args))..., AnyValue()};
        return run({values, sizeof...(Args)});
    }
    template <class Result = Tensor, class... Args>
    Result forward(Args&&... args) const {
        return any_forward(std::forward<Args>(args)...).template get<Result>();
    }
    /// Calls with values that are wrapped already.
    AnyValue run(std::span<AnyValue> values) const;

    /// One that holds a copy of the module.
    AnyModule clone() const;

    /// Puts in another module of the same class. False, without change, for one of another class.
    bool replace(const ModulePtr& module);

    bool is_empty() const { return module_ == nullptr; }
    /// The module's class. Errors: any_module.empty.
    const std::type_info& type_info() const;
    const ModulePtr& ptr() const { return module_; }
    template <class M>
    std::shared_ptr<M> ptr() const {
        if constexpr (requires { typename M::ContainedType; }) {
            return checked_cast<typename M::ContainedType>();
        } else {
            return checked_cast<M>();
        }
    }
    /// The module of that class; for a holder's class, a holder of it. Errors: any_module.type.
    template <class M>
    decltype(auto) get() const {
        if constexpr (requires { typename M::ContainedType; }) {
            return M(checked_cast<typename M::ContainedType>());
        } else {
            return static_cast<M&>(*checked_cast<M>());
        }
    }

private:
    template <class M>
    std::shared_ptr<M> checked_cast() const {
        auto result = std::dynamic_pointer_cast<M>(module_);
        if (!result) throw_cast(typeid(M));
        return result;
    }
    [[noreturn]] void throw_cast(const std::type_info& wanted) const;

    ModulePtr module_;
    AnyValue (*call_)(Module& module, std::span<AnyValue> values) = nullptr;
    const std::type_info* class_ = nullptr;
};

/// A module with a name, for the list from which a Sequential is made.
class NamedAnyModule {
public:
    template <class M>
    NamedAnyModule(std::string name, M&& module)
        : name_(std::move(name)), module_(std::forward<M>(module)) {}
    const std::string& name() const { return name_; }
    AnyModule& module() { return module_; }
    const AnyModule& module() const { return module_; }

private:
    std::string name_;
    AnyModule module_;
};

}  // namespace lithe::nn
