#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

#include "dsl/cloneable.h"
#include "dsl/module.h"
#include "dsl/visit_tensors.h"

#if defined(__clang__) || defined(__GNUC__)
#define LITHE_NO_VPTR_CHECK __attribute__((no_sanitize("vptr")))
#else
#define LITHE_NO_VPTR_CHECK
#endif

namespace lithe::nn {

/// Whether holders of this class can be cloned by its copy constructor. Specialise as false for a
/// class that says it can be copied and cannot, such as one with a vector of unique_ptr.
template <class Impl>
inline constexpr bool is_cloneable = std::is_copy_constructible_v<Impl>;

namespace detail {

/// `arguments` are copies of what the caller gave; each goes on as it came, lvalue or rvalue.
template <class... Args, class Forward, class Copies, size_t... I>
decltype(auto) forward_copies(Forward& forward, Copies& copies, std::index_sequence<I...>) {
    return forward(
        static_cast<
            std::conditional_t<std::is_lvalue_reference_v<Args>, std::tuple_element_t<I, Copies>&,
                               std::tuple_element_t<I, Copies>&&>>(std::get<I>(copies))...);
}

/// Runs forward() inside of a frame that has begun.
template <class Result, class Forward>
Result finish_call(CallFrame& frame, Forward&& forward) {
    frame.enter();
    if constexpr (std::is_void_v<Result>) {
        forward();
        frame.end({});
    } else {
        Result result(forward());
        frame.end(lithe::detail::tensors_in(result));
        return result;
    }
}

/// A call with hooks that see all arguments: they get copies, and so does forward().
template <class Result, class Forward, class... Args>
Result call_with_arguments(Module& module, Forward& forward, Args&&... args) {
    std::tuple<std::decay_t<Args>...> copies(args...);
    return std::apply(
        [&](auto&... copy) -> Result {
            const Arguments arguments(std::in_place, copy...);
            const std::vector<Tensor*> tensors = lithe::detail::tensors_in(copy...);
            CallFrame frame(module, &arguments, &tensors);
            if (frame.begin(tensors)) frame.replace(tensors);
            return finish_call<Result>(frame, [&]() -> decltype(auto) {
                return forward_copies<Args...>(forward, copies, std::index_sequence_for<Args...>());
            });
        },
        copies);
}

template <class Forward, class... Args>
decltype(auto) forward_replaced(const CallFrame& frame, Forward& forward, Args&&... args) {
    if constexpr ((std::constructible_from<std::decay_t<Args>, Args&> && ...)) {
        std::tuple<std::decay_t<Args>...> copies(args...);
        std::apply([&](auto&... copy) { frame.replace(lithe::detail::tensors_in(copy...)); },
                   copies);
        return forward_copies<Args...>(forward, copies, std::index_sequence_for<Args...>());
    } else {
        frame.replace(lithe::detail::tensors_in(args...));
        return forward(std::forward<Args>(args)...);
    }
}

/// Runs `forward(args...)` as a call of `module`: hooks fire and a running trace is told.
template <class Forward, class... Args>
auto call_module(Module& module, Forward forward, Args&&... args)
    -> std::decay_t<std::invoke_result_t<Forward&, Args...>> {
    using Result = std::decay_t<std::invoke_result_t<Forward&, Args...>>;
    if (!is_observed(module)) return forward(std::forward<Args>(args)...);
    if constexpr ((std::constructible_from<std::decay_t<Args>, Args&> && ...)) {
        if (takes_arguments(module)) {
            return call_with_arguments<Result>(module, forward, std::forward<Args>(args)...);
        }
    }
    CallFrame frame(module);
    const bool is_replaced = frame.begin(lithe::detail::tensors_in(args...));
    return finish_call<Result>(frame, [&]() -> Result {
        return is_replaced ? Result(forward_replaced(frame, forward, std::forward<Args>(args)...))
                           : Result(forward(std::forward<Args>(args)...));
    });
}

/// Made of `{}` and of nothing else.
struct Braces {};

template <class... T>
concept HasBraces = (std::same_as<std::remove_cvref_t<T>, Braces> || ...);

template <class... Args>
struct ArgList {
    static constexpr size_t size = sizeof...(Args);
};

/// The types of forward()'s arguments.
template <class F>
struct ForwardArgs;
template <class M, class R, class... Args>
struct ForwardArgs<R (M::*)(Args...)> {
    using type = ArgList<std::decay_t<Args>...>;
};
template <class M, class R, class... Args>
struct ForwardArgs<R (M::*)(Args...) const> {
    using type = ArgList<std::decay_t<Args>...>;
};
template <class R, class... Args>
struct ForwardArgs<R (*)(Args...)> {
    using type = ArgList<std::decay_t<Args>...>;
};

/// Finishes a copy made by a copy constructor; runs the constructor with cloning switched on.
ModulePtr finish_clone(const Module& original, const std::function<ModulePtr()>& copy);

}  // namespace detail

/// What a holder keeps: the author's class with a forward() that fires hooks. Has no data of its
/// own, so an object of the author's class can be looked at as one.
template <class Impl>
class Called : public Impl {
public:
    using Impl::Impl;
    Called() = default;
    explicit Called(const Impl& other) : Impl(other) {}

    // The number keeps explicit template arguments for the overload below.
    template <int = 0, class... Args>
        requires requires(Impl& impl, Args&&... args) { impl.forward(std::forward<Args>(args)...); }
    LITHE_NO_VPTR_CHECK auto forward(Args&&... args) {
        Impl& impl = static_cast<Impl&>(*this);
        return detail::call_module(
            impl,
            [&impl](auto&&... values) -> decltype(auto) {
                return impl.forward(std::forward<decltype(values)>(values)...);
            },
            std::forward<Args>(args)...);
    }
    /// `forward<Result>(x)`, where forward is such a template.
    template <class Result, class... Args>
        requires requires(Impl& impl, Args&&... args) {
            impl.template forward<Result>(std::forward<Args>(args)...);
        }
    LITHE_NO_VPTR_CHECK auto forward(Args&&... args) {
        Impl& impl = static_cast<Impl&>(*this);
        return detail::call_module(
            impl,
            [&impl](auto&&... values) -> decltype(auto) {
                return impl.template forward<Result>(std::forward<decltype(values)>(values)...);
            },
            std::forward<Args>(args)...);
    }
    /// `forward({a, b})`, where forward takes a vector or a tuple.
    template <class T, class... Args>
    LITHE_NO_VPTR_CHECK auto forward(std::initializer_list<T> list, Args&&... args) {
        using List = std::vector<T>;
        if constexpr (requires(Impl& impl) {
                          impl.forward(List(list), std::forward<Args>(args)...);
                      }) {
            return forward(List(list), std::forward<Args>(args)...);
        } else {
            LITHE_ASSERT(list.size() == 2);
            return forward(std::tuple<T, T>(list.begin()[0], list.begin()[1]),
                           std::forward<Args>(args)...);
        }
    }

    /// `forward(x, {h, c})`.
    template <class A, class T, class... Args>
    LITHE_NO_VPTR_CHECK auto forward(A&& a, std::initializer_list<T> list, Args&&... args) {
        LITHE_ASSERT(list.size() == 2);
        return forward(std::forward<A>(a), std::tuple<T, T>(list.begin()[0], list.begin()[1]),
                       std::forward<Args>(args)...);
    }
    // `forward(q, k, v, {}, true)`: braces have no type, so they take the one that stands here, and
    // each count of arguments has an overload.
    template <int = 0, class A, class B = detail::Braces>
        requires detail::HasBraces<B>
    LITHE_NO_VPTR_CHECK auto forward(A&& a, B&& b) {
        return forward_filled(std::forward<A>(a), std::forward<B>(b));
    }
    template <int = 0, class A, class B = detail::Braces, class C = detail::Braces>
        requires detail::HasBraces<B, C>
    LITHE_NO_VPTR_CHECK auto forward(A&& a, B&& b, C&& c) {
        return forward_filled(std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
    }
    template <int = 0, class A, class B = detail::Braces, class C = detail::Braces,
              class D = detail::Braces>
        requires detail::HasBraces<B, C, D>
    LITHE_NO_VPTR_CHECK auto forward(A&& a, B&& b, C&& c, D&& d) {
        return forward_filled(std::forward<A>(a), std::forward<B>(b), std::forward<C>(c),
                              std::forward<D>(d));
    }
    template <int = 0, class A, class B = detail::Braces, class C = detail::Braces,
              class D = detail::Braces, class E = detail::Braces>
        requires detail::HasBraces<B, C, D, E>
    LITHE_NO_VPTR_CHECK auto forward(A&& a, B&& b, C&& c, D&& d, E&& e) {
        return forward_filled(std::forward<A>(a), std::forward<B>(b), std::forward<C>(c),
                              std::forward<D>(d), std::forward<E>(e));
    }
    template <int = 0, class A, class B = detail::Braces, class C = detail::Braces,
              class D = detail::Braces, class E = detail::Braces, class F = detail::Braces>
        requires detail::HasBraces<B, C, D, E, F>
    LITHE_NO_VPTR_CHECK auto forward(A&& a, B&& b, C&& c, D&& d, E&& e, F&& f) {
        return forward_filled(std::forward<A>(a), std::forward<B>(b), std::forward<C>(c),
                              std::forward<D>(d), std::forward<E>(e), std::forward<F>(f));
    }
    template <int = 0, class A, class B = detail::Braces, class C = detail::Braces,
              class D = detail::Braces, class E = detail::Braces, class F = detail::Braces,
              class G = detail::Braces>
        requires detail::HasBraces<B, C, D, E, F, G>
    LITHE_NO_VPTR_CHECK auto forward(A&& a, B&& b, C&& c, D&& d, E&& e, F&& f, G&& g) {
        return forward_filled(std::forward<A>(a), std::forward<B>(b), std::forward<C>(c),
                              std::forward<D>(d), std::forward<E>(e), std::forward<F>(f),
                              std::forward<G>(g));
    }

    std::type_index class_type() const override { return typeid(Impl); }

    ModulePtr clone() const override {
        if constexpr (!std::same_as<decltype(&Impl::clone), ModulePtr (Module::*)() const>) {
            return Impl::clone();  // the author's own, or that of Cloneable
        } else if constexpr (is_cloneable<Impl>) {
            return detail::finish_clone(*this, [this]() -> ModulePtr {
                return std::make_shared<Called>(static_cast<const Impl&>(*this));
            });
        } else {
            return Impl::clone();
        }
    }

private:
    template <class... Args>
    LITHE_NO_VPTR_CHECK auto forward_filled(Args&&... args) {
        return [&]<size_t... I>(std::index_sequence<I...>) {
            return forward(filled<I>(detail::ArgList<Args...>(), std::forward<Args>(args))...);
        }(std::index_sequence_for<Args...>());
    }
    /// The argument, or what `{}` makes of parameter I: where forward() is overloaded, an undefined
    /// tensor if that fits, else nothing.
    template <size_t I, class... Args, class Arg>
    static decltype(auto) filled(detail::ArgList<Args...>, Arg&& arg) {
        if constexpr (!detail::HasBraces<Arg>) {
            return std::forward<Arg>(arg);
        } else if constexpr (requires { &Impl::forward; }) {
            return parameter<I>(typename detail::ForwardArgs<decltype(&Impl::forward)>::type());
        } else if constexpr (requires(Impl& impl) {
                                 impl.forward(std::declval<Replaced<Args, Tensor>>()...);
                             }) {
            return Tensor();
        } else {
            return std::nullopt;
        }
    }
    template <size_t I, class... Parameters>
    static auto parameter(detail::ArgList<Parameters...>) {
        static_assert(I < sizeof...(Parameters), "forward() takes fewer arguments");
        return std::tuple_element_t<I, std::tuple<Parameters...>>{};
    }
    template <class Arg, class Other>
    using Replaced = std::conditional_t<detail::HasBraces<Arg>, Other, Arg>;
};

/// A module whose hooks fire for `->forward()` too: what `std::make_shared<Net>` cannot give.
template <class Impl, class... Args>
std::shared_ptr<Called<Impl>> make_module(Args&&... args) {
    return std::make_shared<Called<Impl>>(std::forward<Args>(args)...);
}

}  // namespace lithe::nn
