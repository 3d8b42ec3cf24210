#include "compiler/trace/describe.h"

#include <map>
#include <set>

namespace lithe::tracing {
namespace {

/// Adds a tensor under a key, or the key to the tensor's further names.
class SlotTable {
public:
    explicit SlotTable(ir::Program& program) : program_(program) {}

    void add(const std::string& key, const Tensor& tensor, ir::Slot::Kind kind, bool persistent) {
        keys_.push_back(key);
        const auto [at, is_new] = index_.try_emplace(tensor.impl(), program_.slots.size());
        if (!is_new) {
            ir::Slot& slot = program_.slots[at->second];
            if (slot.key != key) slot.aliases.push_back(key);
            return;
        }
        ir::Slot slot;
        slot.key = key;
        slot.kind = kind;
        slot.persistent = persistent;
        slot.requires_grad = kind == ir::Slot::Kind::parameter && tensor.requires_grad();
        slot.type = tensor.type();
        slot.data = tensor.array().dense();
        program_.slots.push_back(std::move(slot));
    }

    /// A tensor that is registered twice has its second name where the module has it.
    void set_order() {
        const std::vector<std::string> plain = program_.keys_by_slot();
        const std::set<std::string> known(plain.begin(), plain.end());
        std::vector<std::string> keys;
        for (const std::string& key : keys_) {
            if (known.contains(key)) keys.push_back(key);
        }
        if (keys != plain) program_.state_keys = std::move(keys);
    }

private:
    ir::Program& program_;
    std::vector<std::string> keys_;  ///< in the order of the state_dict
    std::map<const TensorImpl*, size_t> index_;
};

void describe_state_of(const nn::Module& module, const std::string& prefix, SlotTable& table) {
    const nn::Members members = module.members();
    for (const auto& state : members.parameters) {
        if (state.tensor.defined()) {
            table.add(prefix + state.name, state.tensor, ir::Slot::Kind::parameter, true);
        }
    }
    for (const auto& state : members.buffers) {
        if (state.tensor.defined()) {
            table.add(prefix + state.name, state.tensor, ir::Slot::Kind::buffer, state.persistent);
        }
    }
    for (const auto& child : members.children) {
        if (child.module) describe_state_of(*child.module, prefix + child.name + ".", table);
    }
}

}  // namespace

void describe_modules(nn::Module& module, ir::Program& program) {
    std::map<const nn::Module*, size_t> index;
    for (const auto& [path, child] : module.named_modules()) {
        index[child.get()] = program.modules.size();
        program.modules.push_back({path, child->name(), child->extra_repr(), {}});
    }
    for (const auto& [path, child] : module.named_modules({.remove_duplicate = false})) {
        ir::ModuleInfo& known = program.modules[index.at(child.get())];
        if (known.path != path) known.aliases.push_back(path);
    }
}

void describe_state(nn::Module& module, ir::Program& program) {
    SlotTable table(program);
    describe_state_of(module, "", table);
    table.set_order();
}

}  // namespace lithe::tracing
