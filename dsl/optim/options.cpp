#include "dsl/optim/options.h"

#include "runtime/error.h"

namespace lithe::optim {
namespace {

[[noreturn]] void fail(const std::string& name, const char* wanted) {
    throw UserError("optim.option_type", "optimizer: option '" + name + "' is no " + wanted);
}

}  // namespace

double to_number(const std::string& name, const OptionValue& value) {
    if (const auto* number = std::get_if<double>(&value)) return *number;
    if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
    fail(name, "number");
}

namespace detail {

OptionValue get_option(bool value) { return value; }
OptionValue get_option(int64_t value) { return value; }
OptionValue get_option(double value) { return value; }
OptionValue get_option(const std::string& value) { return value; }
OptionValue get_option(const Betas& value) {
    return std::vector<double>{std::get<0>(value), std::get<1>(value)};
}

void set_option(const std::string& name, const OptionValue& from, bool& to) {
    to = to_number(name, from) != 0;
}
void set_option(const std::string& name, const OptionValue& from, int64_t& to) {
    to = static_cast<int64_t>(to_number(name, from));
}
void set_option(const std::string& name, const OptionValue& from, double& to) {
    to = to_number(name, from);
}
void set_option(const std::string& name, const OptionValue& from, std::string& to) {
    const auto* text = std::get_if<std::string>(&from);
    if (!text) fail(name, "word");
    to = *text;
}
void set_option(const std::string& name, const OptionValue& from, Betas& to) {
    const auto* pair = std::get_if<std::vector<double>>(&from);
    if (!pair || pair->size() != 2) fail(name, "pair of numbers");
    to = {(*pair)[0], (*pair)[1]};
}

void check_differentiable(bool on) {
    if (!on) return;
    throw UserError("optim.differentiable",
                    "optim: differentiable steps are not supported: step() writes the parameters "
                    "beside the tape; write the update with tensor operations instead");
}

void check_option(const char* optimizer, const char* name, double value, bool is_valid) {
    if (is_valid) return;
    throw UserError("optim.options",
                    std::string(optimizer) + ": invalid " + name + ": " + std::to_string(value));
}

}  // namespace detail
}  // namespace lithe::optim
