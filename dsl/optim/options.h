#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "dsl/arg.h"

namespace lithe::optim {

using Betas = std::tuple<double, double>;

/// The value of an option: none, a flag, an integer, a number, a word, or a tuple of numbers.
using OptionValue =
    std::variant<std::monostate, bool, int64_t, double, std::string, std::vector<double>>;

/// The options of a parameter group under PyTorch's names.
using OptionValues = std::map<std::string, OptionValue>;

/// A value as a number. Errors: optim.option_type where it is none.
double to_number(const std::string& name, const OptionValue& value);

/// Base of SGDOptions, AdamOptions, ...
class OptimizerOptions {
public:
    virtual ~OptimizerOptions() = default;
    virtual std::unique_ptr<OptimizerOptions> clone() const = 0;
    virtual double get_lr() const = 0;
    virtual void set_lr(double lr) = 0;
    virtual OptionValues values() const = 0;
    /// The values of options that nobody has set.
    virtual OptionValues initial_values() const = 0;
    /// Takes the values whose names it knows. Errors: optim.option_type.
    virtual void set_values(const OptionValues& values) = 0;
    /// Whether a setter was called for the option, maybe with its default.
    bool is_set(const std::string& name) const { return set_.contains(name); }

protected:
    void mark_set(const char* name) { set_.insert(name); }

private:
    std::set<std::string> set_;
};

namespace detail {

OptionValue get_option(bool value);
OptionValue get_option(int64_t value);
OptionValue get_option(double value);
OptionValue get_option(const std::string& value);
OptionValue get_option(const Betas& value);
template <class T>
OptionValue get_option(const std::optional<T>& value) {
    return value ? get_option(*value) : OptionValue();
}

void set_option(const std::string& name, const OptionValue& from, bool& to);
void set_option(const std::string& name, const OptionValue& from, int64_t& to);
void set_option(const std::string& name, const OptionValue& from, double& to);
void set_option(const std::string& name, const OptionValue& from, std::string& to);
void set_option(const std::string& name, const OptionValue& from, Betas& to);
template <class T>
void set_option(const std::string& name, const OptionValue& from, std::optional<T>& to) {
    if (std::holds_alternative<std::monostate>(from)) return to.reset();
    set_option(name, from, to.emplace());
}

/// Errors: optim.differentiable.
void check_differentiable(bool on);
/// Errors: optim.options.
void check_option(const char* optimizer, const char* name, double value, bool is_valid);

}  // namespace detail

/// The functions of an options class, made from its `visit(visitor)`, which shows each option.
template <class Derived>
class OptionsOf : public OptimizerOptions {
public:
    std::unique_ptr<OptimizerOptions> clone() const override {
        return std::make_unique<Derived>(static_cast<const Derived&>(*this));
    }
    // Python's options that say how a step runs, not what it computes: without effect.
    Derived& foreach (std::optional<bool>) { return self(); }
    Derived& fused(std::optional<bool>) { return self(); }
    Derived& capturable(bool) { return self(); }
    /// Errors: optim.differentiable where it is on: a step writes parameters beside the tape.
    Derived& differentiable(bool on) {
        detail::check_differentiable(on);
        return self();
    }
    double get_lr() const override { return static_cast<const Derived&>(*this).lr(); }
    void set_lr(double lr) override { static_cast<Derived&>(*this).lr(lr); }
    OptionValues values() const override {
        OptionValues result;
        auto& options = const_cast<Derived&>(static_cast<const Derived&>(*this));
        options.visit(
            [&](const char* name, auto& value) { result[name] = detail::get_option(value); });
        return result;
    }
    OptionValues initial_values() const override { return Derived().values(); }
    void set_values(const OptionValues& values) override {
        const auto differentiable = values.find("differentiable");
        if (differentiable != values.end())
            detail::check_differentiable(differentiable->second == OptionValue(true));
        static_cast<Derived&>(*this).visit([&](const char* name, auto& value) {
            const auto at = values.find(name);
            if (at != values.end()) detail::set_option(name, at->second, value);
        });
    }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

/// Checks a class's options and makes them what an optimizer is built from. Errors: optim.options.
template <class Options>
std::unique_ptr<OptimizerOptions> checked(const Options& options) {
    options.check();
    return options.clone();
}

}  // namespace lithe::optim

/// LITHE_ARG for options of an optimizer: a group keeps what was set on its own.
#define LITHE_OPTION(T, name) LITHE_FIELD(T, name, this->mark_set(#name))
