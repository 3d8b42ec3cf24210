#pragma once

#include <array>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "compiler/result_names.h"
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

/// Whether a list of tensors can fill an argument of this type.
template <class T>
inline constexpr bool is_fillable =
    std::is_same_v<T, Tensor> || std::is_same_v<T, Tensors> || is_optional<T> || is_tensor_array<T>;
template <class... T>
inline constexpr bool is_fillable<std::tuple<T...>> = (is_fillable<T> && ...);
template <class A, class B>
inline constexpr bool is_fillable<std::pair<A, B>> = is_fillable<A> && is_fillable<B>;

/// Takes the arguments of forward() off a list of tensors, one after the other.
class ArgumentTaker {
public:
    explicit ArgumentTaker(const Tensors& inputs) : inputs_(inputs) {}

    bool is_empty() const { return at_ == inputs_.size(); }

    template <class T>
    T take() {
        if constexpr (std::is_same_v<T, Tensor>) {
            return next();
        } else if constexpr (std::is_same_v<T, std::optional<Tensor>>) {
            return is_empty() ? std::nullopt : std::optional<Tensor>(next());
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
        } else {
            return take_tuple<T>(std::make_index_sequence<std::tuple_size_v<T>>());
        }
    }

    void finish() const {
        if (!is_empty()) {
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
        if (is_empty()) {
            throw UserError("forward.arguments", "forward: takes more than the " +
                                                     std::to_string(inputs_.size()) +
                                                     " tensors given");
        }
        return inputs_[at_++];
    }

    const Tensors& inputs_;
    size_t at_ = 0;
};

/// The tensors in what forward() returned, in order, with the names that its type gives them: keys
/// of maps, fields of plain structs.  Errors: forward.results where there are none.
template <class Result>
NamedTensors results_of(Result result) {
    NamedTensors results;
    add_results(result, {}, results);
    if (results.empty()) {
        throw UserError("forward.results",
                        "forward: no tensor in what it gives; of classes that are no plain structs "
                        "or containers, visit_tensors(Class&, visit) names the tensors");
    }
    return results;
}

/// Calls forward(Arguments...) with the tensors as its arguments, from the first on; where they
/// end, the others keep the defaults that the author gave them.
template <class Model, class Impl, class... Arguments>
class ForwardCall {
public:
    ForwardCall(Model& model, const Tensors& inputs) : model_(model), taker_(inputs) {}

    /// `taken`: the arguments that are there already.
    template <class... Taken>
    NamedTensors run(Taken&... taken) {
        constexpr size_t count = sizeof...(Taken);
        constexpr bool may_end = can_call(std::make_index_sequence<count>());
        if constexpr (count == sizeof...(Arguments)) {
            return finish(std::index_sequence_for<Taken...>(), taken...);
        } else {
            using Next = std::decay_t<Argument<count>>;
            if constexpr (is_fillable<Next>) {
                if constexpr (may_end && !is_optional<Next>) {
                    if (taker_.is_empty())
                        return finish(std::index_sequence_for<Taken...>(), taken...);
                }
                Next next = taker_.template take<Next>();
                return run(taken..., next);
            } else {
                static_assert(may_end,
                              "forward() takes an argument that is no tensor and has no default; "
                              "wrap the call in a function from tensors to tensors");
                return finish(std::index_sequence_for<Taken...>(), taken...);
            }
        }
    }

private:
    template <size_t I>
    using Argument = std::tuple_element_t<I, std::tuple<Arguments...>>;

    template <size_t... I>
    static constexpr bool can_call(std::index_sequence<I...>) {
        return requires(Impl& impl) { impl.forward(std::declval<Argument<I>>()...); };
    }

    template <size_t... I, class... Taken>
    NamedTensors finish(std::index_sequence<I...>, Taken&... taken) {
        taker_.finish();
        return results_of(model_->forward(static_cast<Argument<I>>(taken)...));
    }

    Model& model_;
    ArgumentTaker taker_;
};

template <class Impl, class Model, class Class, class Result, class... Arguments>
NamedTensors call_forward(Model& model, Result (Class::*)(Arguments...), const Tensors& inputs) {
    return ForwardCall<Model, Impl, Arguments...>(model, inputs).run();
}
template <class Impl, class Model, class Class, class Result, class... Arguments>
NamedTensors call_forward(Model& model, Result (Class::*)(Arguments...) const,
                          const Tensors& inputs) {
    return ForwardCall<Model, Impl, Arguments...>(model, inputs).run();
}

}  // namespace detail

/// A model as the compiler takes it: its module tree and a forward() from tensors to tensors.
struct Subject {
    std::shared_ptr<nn::Module> module;
    Forward forward;
};

/// A holder (`Net`) or a shared pointer to a module as a Subject. The arguments of its forward()
/// may be tensors, optional tensors, arrays and tuples of tensors, and last a vector of tensors;
/// other optional arguments are left out, and so is what has a default and is given no tensor.
template <class Impl>
Subject subject_of(nn::ModuleHolder<Impl> model) {
    if constexpr (requires { &Impl::forward; }) {
        return {model.ptr(), [model](const Tensors& inputs) mutable {
                    return detail::call_forward<Impl>(model, &Impl::forward, inputs);
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

namespace detail {

template <class Model>
struct ImplOf {
    using type = Model;
};
template <class Model>
    requires requires { typename Model::ContainedType; }
struct ImplOf<Model> {
    using type = typename Model::ContainedType;
};

}  // namespace detail

/// The model of a default-constructed holder or Module class.
template <class Model>
Subject make_subject() {
    using Impl = typename detail::ImplOf<Model>::type;
    constexpr bool is_made_without_arguments = std::is_default_constructible_v<Impl>;
    static_assert(
        is_made_without_arguments,
        "the class that is compiled needs a constructor without arguments: derive one, as "
        "in struct SmallImpl : NetImpl { SmallImpl() : NetImpl(10) {} };");
    if constexpr (!is_made_without_arguments) {
        return {};
    } else if constexpr (std::is_same_v<Impl, Model>) {
        return subject_of(nn::ModuleHolder<Model>());
    } else {
        return subject_of(nn::ModuleHolder<Impl>(Model()));
    }
}

}  // namespace lithe
