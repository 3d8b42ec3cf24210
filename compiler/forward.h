#pragma once

#include <array>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "compiler/trace/trace.h"
#include "dsl/holder.h"
#include "runtime/error.h"

namespace lithe {
namespace detail {

template <class T>
inline constexpr bool is_tensor_array = false;
template <size_t N>
inline constexpr bool is_tensor_array<std::array<Tensor, N>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_tuple = false;
template <class... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;
template <class A, class B>
inline constexpr bool is_tuple<std::pair<A, B>> = true;

/// Takes the arguments of forward() off a list of tensors, one after the other.
class ArgumentTaker {
public:
    explicit ArgumentTaker(const Tensors& inputs) : inputs_(inputs) {}

    template <class T>
    T take() {
        if constexpr (std::is_same_v<T, Tensor>) {
            return next();
        } else if constexpr (std::is_same_v<T, std::optional<Tensor>>) {
            return at_ < inputs_.size() ? std::optional<Tensor>(next()) : std::nullopt;
        } else if constexpr (std::is_same_v<T, Tensors>) {
            Tensors rest(inputs_.begin() + static_cast<std::ptrdiff_t>(at_), inputs_.end());
            at_ = inputs_.size();
            return rest;
        } else if constexpr (is_optional<T>) {
            return std::nullopt;  // an option of the call, such as an output size: no tensor sets
                                  // it
        } else if constexpr (is_tensor_array<T>) {
            T items;
            for (Tensor& item : items) item = next();
            return items;
        } else if constexpr (is_tuple<T>) {
            return take_tuple<T>(std::make_index_sequence<std::tuple_size_v<T>>());
        } else {
            static_assert(std::is_same_v<T, Tensor>,
                          "forward() takes an argument that is no tensor; wrap the call in a "
                          "function from tensors to tensors");
        }
    }

    void finish() const {
        if (at_ != inputs_.size()) {
            throw UserError("forward.arguments", "forward: takes " + std::to_string(at_) +
                                                     " tensors, got " +
                                                     std::to_string(inputs_.size()));
        }
    }

private:
    template <class T, size_t... I>
    T take_tuple(std::index_sequence<I...>) {
        return T{take<std::tuple_element_t<I, T>>()...};
    }

    const Tensor& next() {
        if (at_ >= inputs_.size()) {
            throw UserError("forward.arguments", "forward: takes more than the " +
                                                     std::to_string(inputs_.size()) +
                                                     " tensors given");
        }
        return inputs_[at_++];
    }

    const Tensors& inputs_;
    size_t at_ = 0;
};

/// The tensors in what forward() returned, in order.
template <class Result>
Tensors results_of(Result result) {
    Tensors results;
    for (Tensor* tensor : tensors_in(result)) results.push_back(*tensor);
    return results;
}

/// Calls forward() with the tensors as its arguments.
template <class Model, class Class, class Result, class... Arguments>
Tensors call_forward(Model& model, Result (Class::*)(Arguments...), const Tensors& inputs) {
    ArgumentTaker taker(inputs);
    std::tuple<std::decay_t<Arguments>...> arguments{taker.take<std::decay_t<Arguments>>()...};
    taker.finish();
    return results_of(std::apply(
        [&](auto&... argument) { return model->forward(static_cast<Arguments>(argument)...); },
        arguments));
}
template <class Model, class Class, class Result, class... Arguments>
Tensors call_forward(Model& model, Result (Class::*)(Arguments...) const, const Tensors& inputs) {
    return call_forward(model, static_cast<Result (Class::*)(Arguments...)>(nullptr), inputs);
}

}  // namespace detail

/// A model as the compiler takes it: its module tree and a forward() from tensors to tensors.
struct Subject {
    std::shared_ptr<nn::Module> module;
    Forward forward;
};

/// A holder (`Net`) or a shared pointer to a module as a Subject. The arguments of its forward()
/// may be tensors, optional tensors, arrays and tuples of tensors, and last a vector of tensors;
/// other optional arguments are left out.
template <class Impl>
Subject subject_of(nn::ModuleHolder<Impl> model) {
    if constexpr (requires { &Impl::forward; }) {
        return {model.ptr(), [model](const Tensors& inputs) mutable {
                    return detail::call_forward(model, &Impl::forward, inputs);
                }};
    } else {  // a template or an overload set: takes tensors
        return {model.ptr(), [model](const Tensors& inputs) mutable {
                    if (inputs.size() == 1) return detail::results_of(model->forward(inputs[0]));
                    if (inputs.size() == 2) {
                        return detail::results_of(model->forward(inputs[0], inputs[1]));
                    }
                    throw UserError(
                        "forward.arguments",
                        "forward: an overloaded forward() takes one or two tensors here");
                }};
    }
}

/// A module that a shared pointer holds; hooks fire inside it as in eager mode.
template <class Impl>
Subject subject_of(std::shared_ptr<Impl> model) {
    return subject_of(nn::ModuleHolder<Impl>(std::move(model)));
}
template <class Impl>
Subject subject_of(std::shared_ptr<nn::Called<Impl>> model) {
    return subject_of(nn::ModuleHolder<Impl>(std::move(model)));
}

/// The model of a default-constructed holder or Module class.
template <class Model>
Subject make_subject() {
    if constexpr (requires { typename Model::ContainedType; }) {
        return subject_of(nn::ModuleHolder<typename Model::ContainedType>(Model()));
    } else {
        return subject_of(nn::ModuleHolder<Model>());
    }
}

}  // namespace lithe
