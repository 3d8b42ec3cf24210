#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "compiler/forward.h"
#include "dsl/choice.h"
#include "dsl/expanding_array.h"
#include "dsl/nn.h"
#include "dsl/ops.h"
#include "tests/parity/recorded.h"

namespace lithe::tests::parity {

/// A case's options, under PyTorch's names.
class Options {
public:
    Options(const Json& row, std::map<std::string, Tensor> tensors)
        : row_(row), tensors_(std::move(tensors)) {}

    bool has(const char* name) const { return row_.contains(name) && !row_[name].is_null(); }
    bool is_none(const char* name) const { return row_.contains(name) && row_[name].is_null(); }
    template <class T>
    T get(const char* name) const {
        if constexpr (std::is_same_v<T, double>) {  // "inf"
            if (row_.at(name).is_string()) return std::stod(row_.at(name).get<std::string>());
        }
        return row_.at(name).get<T>();
    }
    template <class T>
    T get(const char* name, T other) const {
        return has(name) ? get<T>(name) : other;
    }
    int64_t integer(const char* name) const { return get<int64_t>(name); }
    bool flag(const char* name, bool other) const { return get<bool>(name, other); }
    double number(const char* name, double other) const {
        return has(name) ? scalar(name).to_double() : other;
    }
    bool is_list(const char* name) const { return has(name) && row_[name].is_array(); }
    /// A word that is no number: infinities are words too.
    bool is_word(const char* name) const {
        return has(name) && row_[name].is_string() && !str(name).ends_with("inf");
    }
    /// A whole number stays one.
    Scalar scalar(const char* name) const {
        if (row_.at(name).is_string()) return std::stod(str(name));
        if (row_[name].is_number_integer()) return integer(name);
        return get<double>(name);
    }
    Sizes list(const char* name) const {
        return row_.at(name).is_array() ? get<Sizes>(name) : Sizes{integer(name)};
    }
    template <size_t D>
    ExpandingArray<D> each(const char* name) const {
        return list(name);
    }
    Choice choice(const char* name, Choice other) const;
    /// Whether sizes are called so in the case: the values of options may be such names.
    std::optional<Dim> size_called(const Json& name) const {
        const auto at = name.is_string() ? sizes_.find(name.get<std::string>()) : sizes_.end();
        return at == sizes_.end() ? std::nullopt : std::optional(at->second);
    }
    const Json& row() const { return row_; }
    Options& with_sizes(std::map<std::string, Dim> sizes) {
        sizes_ = std::move(sizes);
        return *this;
    }
    Options inner(const char* name) const { return {row_.at(name), {}}; }
    /// Undefined where the case has none.
    Tensor tensor(const std::string& name) const {
        const auto at = tensors_.find(name);
        return at == tensors_.end() ? Tensor() : at->second;
    }

private:
    std::string str(const char* name) const { return get<std::string>(name); }

    Json row_;
    std::map<std::string, Tensor> tensors_;
    std::map<std::string, Dim> sizes_;
};

/// What a case's call gets: tensors by position, and options of the call by name.
struct Arguments {
    Tensors positional;
    Options named;
};

struct Built {
    std::shared_ptr<nn::Module> module;
    std::function<Tensors(const Arguments&)> forward;
    /// Has no parameters before the first call.
    bool is_lazy = false;
};

using Maker = std::function<Built(const Options&)>;

/// The runner of `nn.Linear`, `F.relu`, `torch.add`; null where there is none.
const Maker* find_runner(const std::string& kind, const std::string& call);
/// Adds a runner; called before main().
bool add_runner(const std::string& name, Maker maker);

/// A module whose forward takes the tensors in their order.
template <class Impl>
Built positional(const nn::ModuleHolder<Impl>& holder) {
    const Subject subject = subject_of(holder);
    return {subject.module,
            [subject](const Arguments& in) { return subject.forward(in.positional); }, false};
}

/// `target(value)` where the case has the option.
#define LITHE_OPTION(options, made, type, name) \
    if ((options).has(#name)) (made).name((options).get<type>(#name))

}  // namespace lithe::tests::parity
