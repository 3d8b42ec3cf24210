#include "dsl/io/optimizer_file.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <nlohmann/json.hpp>

#include "dsl/io/file_format.h"
#include "dsl/io/optimizer_key.h"
#include "runtime/error.h"
#include "runtime/safetensors.h"
#include "runtime/torch_zip.h"

namespace lithe {
namespace {

using optim::OptimizerState;
using optim::OptionValue;
using optim::OptionValues;

/// The entries of a file by path: `state.0.exp_avg`, `param_groups.0.lr`.
struct Entries {
    std::map<std::string, Array> arrays;
    std::map<std::string, OptionValue> scalars;
};

constexpr const char* caller = "load_optimizer";

[[noreturn]] void fail(const std::string& text) { optim::fail_load(caller, text); }

// --- writing

/// What an optimizer counts is a f32 tensor in PyTorch, but for what LBFGS keeps as plain numbers.
bool is_plain_number(const std::string& name) {
    return name == "func_evals" || name == "n_iter" || name == "t" || name == "prev_loss" ||
           name == "H_diag" || name.starts_with("ro.");
}

TorchTree to_tree(const OptionValue& value) {
    if (const auto* pair = std::get_if<std::vector<double>>(&value)) {
        TorchTree tuple(TorchTree::Kind::tuple);
        for (const double number : *pair) tuple.add(TorchScalar(number));
        return tuple;
    }
    TorchScalar scalar;
    std::visit(
        [&](const auto& held) {
            if constexpr (requires { scalar = held; }) scalar = held;
        },
        value);
    return scalar;
}

TorchTree number_tree(const std::string& name, double number, std::deque<Array>& kept) {
    if (name == "func_evals" || name == "n_iter") return TorchScalar(static_cast<int64_t>(number));
    if (is_plain_number(name)) return TorchScalar(number);
    kept.push_back(Array::full(DType::f32, {}, number));
    return ConstTensorView{kept.back().raw(), DType::f32, {}};
}

/// One parameter's state; `old_dirs.0`, `old_dirs.1` become a list.
TorchTree state_tree(const optim::ParamState& state, std::deque<Array>& kept) {
    TorchTree dict(TorchTree::Kind::dict);
    std::map<std::string, std::map<size_t, TorchTree>> lists;
    const auto add = [&](const std::string& name, TorchTree tree) {
        const size_t dot = name.find('.');
        if (dot == name.npos) {
            dict.add(name, std::move(tree));
        } else {
            lists[name.substr(0, dot)][std::stoul(name.substr(dot + 1))] = std::move(tree);
        }
    };
    for (const auto& [name, number] : state.numbers) add(name, number_tree(name, number, kept));
    for (const auto& [name, array] : state.arrays) {
        kept.push_back(array.dense());
        add(name, ConstTensorView{kept.back().raw(), kept.back().dtype(), kept.back().sizes()});
    }
    for (auto& [name, items] : lists) {
        TorchTree& list = dict.add(name, TorchTree(TorchTree::Kind::list));
        for (auto& [index, item] : items) list.add(std::move(item));
    }
    return dict;
}

TorchTree tree_of(const OptimizerState& state, std::deque<Array>& kept) {
    TorchTree root(TorchTree::Kind::dict);
    TorchTree params(TorchTree::Kind::dict), groups(TorchTree::Kind::list);
    for (size_t i = 0; i < state.params.size(); ++i) {
        if (state.params[i].arrays.empty() && state.params[i].numbers.empty()) continue;
        params.add(static_cast<int64_t>(i), state_tree(state.params[i], kept));
    }
    int64_t next = 0;
    for (size_t g = 0; g < state.groups.size(); ++g) {
        TorchTree& group = groups.add(TorchTree(TorchTree::Kind::dict));
        for (const auto& [name, value] : state.groups[g]) group.add(name, to_tree(value));
        TorchTree& indices = group.add("params", TorchTree(TorchTree::Kind::list));
        for (size_t i = 0; i < state.group_sizes[g]; ++i) indices.add(TorchScalar(next++));
    }
    root.add("state", std::move(params));
    root.add("param_groups", std::move(groups));
    return root;
}

nlohmann::json to_json(const OptionValue& value) {
    nlohmann::json json;  // null stands for none
    std::visit(
        [&](const auto& held) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(held)>, std::monostate>)
                json = held;
        },
        value);
    return json;
}

void save_safetensors_state(const OptimizerState& state, const std::string& path) {
    std::deque<Array> kept;
    std::vector<NamedTensor> tensors;
    const auto add = [&](const std::string& name, const Array& array) {
        kept.push_back(array.dense());
        tensors.push_back({name, {kept.back().raw(), kept.back().dtype(), kept.back().sizes()}});
    };
    for (size_t i = 0; i < state.params.size(); ++i) {
        const std::string start = "state." + std::to_string(i) + ".";
        for (const auto& [name, array] : state.params[i].arrays) add(start + name, array);
        for (const auto& [name, number] : state.params[i].numbers)
            add(start + name, Array::full(DType::f64, {}, number));
    }
    nlohmann::json groups = nlohmann::json::array();
    for (size_t g = 0; g < state.groups.size(); ++g) {
        nlohmann::json group = {{"params", state.group_sizes[g]}};
        for (const auto& [name, value] : state.groups[g]) group[name] = to_json(value);
        groups.push_back(std::move(group));
    }
    save_safetensors(path, tensors, {{"param_groups", groups.dump()}});
}

// --- reading

Array copied(const ConstTensorView& view) {
    const Array array = Array::empty(view.dtype, view.shape);
    if (array.count() > 0) std::memcpy(array.raw(), view.data, array.size_bytes());
    return array;
}

Entries read_torch(const TorchFile& file, const std::string& prefix) {
    const std::string start = prefix.empty() ? "" : prefix + ".";
    Entries entries;
    for (const NamedTensor& tensor : file.tensors()) {
        if (tensor.name.starts_with(start))
            entries.arrays[tensor.name.substr(start.size())] = copied(tensor.tensor);
    }
    for (const auto& [name, scalar] : file.scalars()) {
        if (!name.starts_with(start)) continue;
        std::visit([&](const auto& held) { entries.scalars[name.substr(start.size())] = held; },
                   scalar);
    }
    return entries;
}

/// The groups of a torch file: `betas.0`, `betas.1` join into a pair, `params.3` are counted.
void read_groups(const Entries& entries, OptimizerState& state) {
    constexpr const char* start = "param_groups.";
    for (const auto& [path, value] : entries.scalars) {
        if (!path.starts_with(start)) continue;
        const auto [group, name] = optim::indexed(caller, path, start);
        if (group >= 4096) fail("'" + path + "': too many parameter groups");
        if (state.groups.size() <= group) {
            state.groups.resize(group + 1);
            state.group_sizes.resize(group + 1, 0);
        }
        const size_t dot = name.find('.');
        if (name.starts_with("params.")) {
            ++state.group_sizes[group];
        } else if (dot == name.npos) {
            state.groups[group][name] = value;
        } else {  // sorted: the first comes before the second
            OptionValue& list = state.groups[group][name.substr(0, dot)];
            if (!std::holds_alternative<std::vector<double>>(list)) list = std::vector<double>();
            std::get<std::vector<double>>(list).push_back(optim::to_number(name, value));
        }
    }
}

OptionValue from_json(const nlohmann::json& json) {
    if (json.is_boolean()) return json.get<bool>();
    if (json.is_number_integer()) return json.get<int64_t>();
    if (json.is_number()) return json.get<double>();
    if (json.is_string()) return json.get<std::string>();
    if (!json.is_array()) return std::monostate();
    const auto is_number = [](const nlohmann::json& item) { return item.is_number(); };
    if (!std::all_of(json.begin(), json.end(), is_number)) fail("an option is no list of numbers");
    return json.get<std::vector<double>>();
}

Entries read_safetensors(const std::string& path, const std::string& prefix,
                         OptimizerState& state) {
    if (!prefix.empty()) fail("a safetensors file has no prefix '" + prefix + "'");
    const SafetensorsFile file = SafetensorsFile::open(path);
    Entries entries;
    for (const NamedTensor& tensor : file.tensors())
        entries.arrays[tensor.name] = copied(tensor.tensor);
    for (const auto& [key, text] : file.metadata()) {
        if (key != "param_groups") continue;
        const nlohmann::json groups =
            nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
        if (!groups.is_array()) fail("the metadata 'param_groups' is no list");
        for (const nlohmann::json& group : groups) {
            if (!group.is_object() || !group.contains("params") ||
                !group["params"].is_number_unsigned()) {
                fail("a parameter group without its number of parameters");
            }
            OptionValues values;
            for (const auto& [name, value] : group.items()) {
                if (name != "params") values[name] = from_json(value);
            }
            state.groups.push_back(std::move(values));
            state.group_sizes.push_back(group["params"].get<size_t>());
        }
    }
    return entries;
}

/// A tensor without axes is a number, unless the parameter has none either and it is a mean of its
/// gradients; both forms keep their value.
void read_params(const Entries& entries, const optim::Optimizer& optimizer, OptimizerState& state) {
    const Tensors params = optimizer.parameters();
    size_t count = 0;
    for (const size_t size : state.group_sizes) count += size;
    if (count != params.size()) {
        fail("the optimizer has " + std::to_string(params.size()) + " parameters, the file " +
             std::to_string(count));
    }
    state.params.resize(count);
    const auto at = [&](const std::string& path) -> std::pair<optim::ParamState&, std::string> {
        const auto [index, name] = optim::indexed(caller, path, "state.");
        if (index >= count)
            fail("'" + path + "': there are " + std::to_string(count) + " parameters");
        return {state.params[index], name};
    };
    constexpr const char* counters[] = {"step", "mu_product", "eta", "mu"};
    for (const auto& [path, array] : entries.arrays) {
        if (!path.starts_with("state.")) continue;
        auto [param, name] = at(path);
        const bool is_counter =
            std::find(std::begin(counters), std::end(counters), name) != std::end(counters);
        if (array.rank() == 0 && (is_counter || is_plain_number(name))) {
            param.numbers[name] = array.at(0);
        } else {
            param.arrays[name] = array;
        }
    }
    for (const auto& [path, value] : entries.scalars) {
        if (!path.starts_with("state.")) continue;
        auto [param, name] = at(path);
        if (std::holds_alternative<std::monostate>(value)) continue;  // SGD without momentum
        if (name.starts_with("al.")) continue;                        // scratch memory of LBFGS
        param.numbers[name] = optim::to_number(name, value);
    }
}

}  // namespace

void save_optimizer(const optim::Optimizer& optimizer, const std::string& path) {
    if (!is_torch_name(path)) return save_safetensors_state(optimizer.state_dict(), path);
    std::deque<Array> kept;
    save_torch_zip(path, tree_of(optimizer.state_dict(), kept));
}

void save_optimizer(const optim::Optimizer& optimizer, std::ostream& stream) {
    std::deque<Array> kept;
    write_stream(stream, torch_zip_bytes(tree_of(optimizer.state_dict(), kept)));
}

void load_optimizer(optim::Optimizer& optimizer, std::istream& stream) {
    const std::vector<std::byte> bytes = read_stream(stream);
    OptimizerState state;
    const Entries entries = read_torch(TorchFile::parse(bytes, "stream"), {});
    read_groups(entries, state);
    read_params(entries, optimizer, state);
    optimizer.load_state_dict(state);
}

void load_optimizer(optim::Optimizer& optimizer, const std::string& path,
                    const std::string& prefix) {
    OptimizerState state;
    Entries entries;
    if (has_zip_magic(path)) {
        entries = read_torch(TorchFile::open(path), prefix);
        read_groups(entries, state);
    } else {
        entries = read_safetensors(path, prefix, state);
    }
    read_params(entries, optimizer, state);
    optimizer.load_state_dict(state);
}

}  // namespace lithe
