// state_dict() and load_state_dict().
#include <algorithm>
#include <set>

#include "dsl/autograd.h"
#include "dsl/module.h"
#include "runtime/error.h"
#include "runtime/nearest.h"

namespace lithe::nn {
namespace {

const char extra_state_name[] = "_extra_state";

std::string quoted_list(const std::vector<std::string>& keys) {
    std::string text;
    for (const std::string& key : keys) text += (text.empty() ? "\"" : ", \"") + key + "\"";
    return text;
}

std::string python_list(const std::vector<std::string>& keys) {
    std::string text;
    for (const std::string& key : keys) text += (text.empty() ? "'" : ", '") + key + "'";
    return "[" + text + "]";
}

std::string without_dot(const std::string& prefix) {
    return prefix.empty() ? prefix : prefix.substr(0, prefix.size() - 1);
}

class Saver {
public:
    explicit Saver(StateDict& dict) : dict_(dict) {}

    void save(Module& module, const std::string& prefix) {
        const detail::ModuleHooks* hooks = module.hooks();
        if (hooks) {
            for (const auto& entry : hooks->state_dict_pre.snapshot()) entry->hook(module, prefix);
        }
        dict_.metadata.set(without_dot(prefix), module.state_version());
        const Members members = module.members();
        for (const Members::State& state : members.parameters) add(prefix + state.name, state);
        for (const Members::State& state : members.buffers) {
            if (state.persistent) add(prefix + state.name, state);
        }
        if (const Tensor extra = module.get_extra_state(); extra.defined()) {
            dict_.set(prefix + extra_state_name, extra);
        }
        for (const auto& [name, child] : members.children) {
            if (child) save(*child, prefix + name + ".");
        }
        if (hooks) {
            for (const auto& entry : hooks->state_dict_post.snapshot()) {
                entry->hook(module, dict_, prefix);
            }
        }
    }

private:
    void add(const std::string& key, const Members::State& state) {
        if (state.tensor.defined()) dict_.set(key, state.tensor.detach());
    }

    StateDict& dict_;
};

/// Finds out all that is wrong, then writes.
class Loader {
public:
    Loader(StateDict& dict, const LoadOptions& options) : dict_(dict), options_(options) {}

    /// Parents first, as the keys come.
    void check(Module& module, const std::string& prefix) {
        const detail::ModuleHooks* hooks = module.hooks();
        if (hooks) {
            for (const auto& entry : hooks->load_pre.snapshot()) {
                entry->hook(module, dict_, prefix, errors_);
            }
        }
        const int64_t* version = dict_.metadata.find(without_dot(prefix));
        module.upgrade_state(dict_, prefix, version ? *version : 0);
        const Members members = module.members();
        for (const Members::State& state : members.parameters) check_state(prefix, state);
        for (const Members::State& state : members.buffers) {
            if (state.persistent) check_state(prefix, state);
        }
        check_extra_state(module, prefix);
        find_unexpected(module, members, prefix);
        for (const auto& [name, child] : members.children) {
            if (child) check(*child, prefix + name + ".");
        }
        if (hooks && !hooks->load_post.empty()) post_hooks_.push_back(&module);
    }

    IncompatibleKeys load(Module& root) {
        if (!errors_.empty() || (post_hooks_.empty() && is_refused())) throw_errors(root);
        std::vector<std::pair<Tensor, Tensor>> before;
        if (!post_hooks_.empty()) {
            for (const Write& write : writes_) {
                before.emplace_back(write.target, Tensor::from(write.target.array().clone()));
            }
        }
        for (const Write& write : writes_) store(write);
        for (Module* module : post_hooks_) {
            for (const auto& entry : module->hooks()->load_post.snapshot()) {
                entry->hook(*module, keys_);
            }
        }
        if (is_refused()) {  // a hook may have cleared the lists; here it has not
            for (const auto& [target, value] : before) target.set_data(value);
            throw_errors(root);
        }
        for (const auto& [module, state] : extra_states_) module->set_extra_state(state);
        return keys_;
    }

private:
    struct Write {
        Tensor target, source;
    };

    bool is_refused() const {
        return options_.strict && (!keys_.missing_keys.empty() || !keys_.unexpected_keys.empty());
    }

    void check_state(const std::string& prefix, const Members::State& state) {
        if (!state.tensor.defined()) return;
        const std::string key = prefix + state.name;
        const Tensor* source = dict_.find(key);
        if (!source || !source->defined()) {
            keys_.missing_keys.push_back(key);
            return;
        }
        if (is_floating(state.tensor.dtype()) && !is_floating(source->dtype())) {
            // Of another precision, weights are still weights; whole numbers are something else.
            errors_.push_back("dtype mismatch for " + key + ": copying a param of " +
                              std::string(lithe::name(source->dtype())) +
                              " from checkpoint, the dtype in current model is " +
                              std::string(lithe::name(state.tensor.dtype())) + ".");
            return;
        }
        const Shape theirs = source->sizes(), mine = state.tensor.sizes();
        const bool is_old_scalar = mine.empty() && theirs.size() == 1 && theirs[0].is_constant(1);
        if (!same(theirs, mine) && !is_old_scalar) {
            errors_.push_back("size mismatch for " + key +
                              ": copying a param with shape torch.Size(" + lithe::str(theirs) +
                              ") from checkpoint, the shape in current model is torch.Size(" +
                              lithe::str(mine) + ").");
            return;
        }
        writes_.push_back({state.tensor, *source});
    }

    void check_extra_state(Module& module, const std::string& prefix) {
        if (!module.get_extra_state().defined()) return;
        const std::string key = prefix + extra_state_name;
        if (const Tensor* state = dict_.find(key)) {
            extra_states_.emplace_back(&module, *state);
        } else {
            keys_.missing_keys.push_back(key);
        }
    }

    /// Keys below `prefix` that neither the module nor a child of it knows.
    void find_unexpected(Module& module, const Members& members, const std::string& prefix) {
        std::set<std::string> names;
        for (const Members::State& state : members.parameters) {
            if (state.tensor.defined()) names.insert(state.name);
        }
        for (const Members::State& state : members.buffers) {
            if (state.persistent && state.tensor.defined()) names.insert(state.name);
        }
        if (module.get_extra_state().defined()) names.insert(extra_state_name);
        for (const auto& [key, tensor] : dict_) {
            if (!key.starts_with(prefix)) continue;
            const std::string rest = key.substr(prefix.size());
            const bool is_child = std::any_of(
                members.children.begin(), members.children.end(),
                [&](const Members::Child& child) { return rest.starts_with(child.name + "."); });
            if (!is_child && !names.contains(rest)) keys_.unexpected_keys.push_back(key);
        }
    }

    void store(const Write& write) const {
        const Array source = write.source.array();
        const Array target = write.target.array();
        if (options_.assign && !write.target.impl()->base) {
            write.target.set_data(write.source.detach());
            return;
        }
        target.copy_from(source.to(target.dtype()).reshape(target.sizes()));
    }

    std::string hint() const {
        const std::string hint = key_hint(keys_.missing_keys, keys_.unexpected_keys);
        return hint.empty() ? hint : hint + " ";
    }

    [[noreturn]] void throw_errors(const Module& root) const {
        std::vector<std::string> lines;
        if (options_.strict && !keys_.missing_keys.empty()) {
            lines.push_back("Missing key(s) in state_dict: " + quoted_list(keys_.missing_keys) +
                            ". ");
        }
        if (options_.strict && !keys_.unexpected_keys.empty()) {
            lines.push_back("Unexpected key(s) in state_dict: " +
                            quoted_list(keys_.unexpected_keys) + ". " + hint());
        }
        lines.insert(lines.end(), errors_.begin(), errors_.end());
        std::string text = "Error(s) in loading state_dict for " + root.name() + ":";
        for (const std::string& line : lines) text += "\n\t" + line;
        throw UserError("load_state_dict.incompatible", text);
    }

    StateDict& dict_;
    const LoadOptions& options_;
    IncompatibleKeys keys_;
    std::vector<std::string> errors_;
    std::vector<Write> writes_;
    std::vector<std::pair<Module*, Tensor>> extra_states_;
    std::vector<Module*> post_hooks_;
};

}  // namespace

StateDict Module::state_dict(const std::string& prefix) const {
    StateDict dict;
    named_modules();  // refuses a module that contains itself
    Saver(dict).save(const_cast<Module&>(*this), prefix);
    return dict;
}

IncompatibleKeys Module::load_state_dict(const StateDict& dict, const LoadOptions& options) {
    StateDict editable = dict;
    const NoGradGuard no_grad;
    Loader loader(editable, options);
    loader.check(*this, "");
    return loader.load(*this);
}

std::string IncompatibleKeys::str() const {
    if (missing_keys.empty() && unexpected_keys.empty()) return "<All keys matched successfully>";
    return "_IncompatibleKeys(missing_keys=" + python_list(missing_keys) +
           ", unexpected_keys=" + python_list(unexpected_keys) + ")";
}

}  // namespace lithe::nn
