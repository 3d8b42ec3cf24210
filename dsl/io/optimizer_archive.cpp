// An optimizer's state in an archive: options and counters are tensors as well, so that they lie
// beside a model's in one file.
#include <cstring>

#include "dsl/io/archive.h"
#include "dsl/io/optimizer_key.h"
#include "dsl/optim/optimizer.h"
#include "runtime/error.h"

namespace lithe::optim {
namespace {

constexpr const char* caller = "load";

[[noreturn]] void fail(const std::string& text) { fail_load(caller, text); }

Array one(DType dtype, double value) { return Array::full(dtype, {}, value); }

/// Undefined for an option without a value.
Array to_array(const OptionValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return one(DType::boolean, *flag ? 1 : 0);
    if (const auto* count = std::get_if<int64_t>(&value))
        return one(DType::i64, static_cast<double>(*count));
    if (const auto* number = std::get_if<double>(&value)) return one(DType::f64, *number);
    Array list;
    const auto fill = [&](DType dtype, const auto& items) {
        list = Array::empty(dtype, {static_cast<int64_t>(items.size())});
        if (!items.empty()) std::memcpy(list.raw(), items.data(), list.size_bytes());
    };
    if (const auto* numbers = std::get_if<std::vector<double>>(&value)) fill(DType::f64, *numbers);
    if (const auto* text = std::get_if<std::string>(&value)) fill(DType::u8, *text);
    return list;
}

OptionValue to_option(const Array& array) {
    if (array.rank() == 0) {
        if (array.dtype() == DType::boolean) return array.at(0) != 0;
        if (array.dtype() == DType::i64) return static_cast<int64_t>(array.at(0));
        return array.at(0);
    }
    const Array dense = array.dense();
    const auto count = static_cast<size_t>(dense.count());
    if (dense.dtype() == DType::u8) return std::string(dense.data<char>(), count);
    if (dense.dtype() != DType::f64) fail("an option is no list of numbers");
    return std::vector<double>(dense.data<double>(), dense.data<double>() + count);
}

double number_in(const std::string& key, const Array& array) {
    if (array.count() != 1) fail("'" + key + "' is no number");
    return array.at(0);
}

size_t size_in(const std::string& key, const Array& array) {
    const double size = number_in(key, array);
    if (!(size >= 0 && size < 1e9)) fail("'" + key + "' is no number of parameters");
    return static_cast<size_t>(size);
}

}  // namespace

void Optimizer::save(serialize::OutputArchive& archive) const {
    const OptimizerState state = state_dict();
    const auto write = [&](const std::string& key, const Array& array) {
        if (array.defined()) archive.write(key, Tensor::from(array));
    };
    for (size_t i = 0; i < state.params.size(); ++i) {
        const std::string start = "state." + std::to_string(i) + ".";
        for (const auto& [name, array] : state.params[i].arrays) write(start + name, array);
        for (const auto& [name, number] : state.params[i].numbers)
            write(start + "numbers." + name, one(DType::f64, number));
    }
    for (size_t g = 0; g < state.groups.size(); ++g) {
        const std::string start = "param_groups." + std::to_string(g) + ".";
        for (const auto& [name, value] : state.groups[g]) write(start + name, to_array(value));
        write(start + "params", one(DType::i64, static_cast<double>(state.group_sizes[g])));
    }
}

void Optimizer::load(serialize::InputArchive& archive) {
    OptimizerState state;
    state.params.resize(size());
    state.groups.resize(groups_.size());
    state.group_sizes.resize(groups_.size());
    size_t found = 0;
    for (const auto& [key, tensor] : archive.content()) {
        if (key.starts_with("state.")) {
            const auto [index, name] = indexed(caller, key, "state.");
            if (index >= state.params.size())
                fail("'" + key + "': there are " + std::to_string(size()) + " parameters");
            if (name.starts_with("numbers.")) {
                state.params[index].numbers[name.substr(8)] = number_in(key, tensor.array());
            } else {
                state.params[index].arrays[name] = tensor.array().clone();
            }
        } else if (key.starts_with("param_groups.")) {
            const auto [index, name] = indexed(caller, key, "param_groups.");
            if (index >= state.groups.size())
                fail("'" + key + "': there are " + std::to_string(groups_.size()) + " groups");
            if (name == "params") {
                state.group_sizes[index] = size_in(key, tensor.array());
                ++found;
            } else {
                state.groups[index][name] = to_option(tensor.array());
            }
        }
    }
    if (found != groups_.size()) {
        fail("the archive has " + std::to_string(found) + " parameter groups, the optimizer " +
             std::to_string(groups_.size()));
    }
    load_state_dict(state);
}

}  // namespace lithe::optim
