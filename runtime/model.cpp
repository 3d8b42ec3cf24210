#include "runtime/model.h"

#include "runtime/error.h"
#include "runtime/model_state.h"
#include "runtime/module_tree.h"
#include "runtime/prepared_values.h"
#include "runtime/safetensors.h"
#include "runtime/text.h"

namespace lithe {
namespace {

/// The tensors of some slots under some names; the weights stay alive with them.
class Listing {
public:
    Listing(const ModelState& state, std::shared_ptr<const Weights> weights)
        : artifact_(state.code.artifact()), weights_(std::move(weights)) {}

    ConstTensorView view(size_t slot) const {
        const artifact::Slot& row = artifact_.slots[slot];
        return {weights_->slots[slot].data, row.dtype, row.shape};
    }
    void add(const std::string& name, size_t slot) { entries_.push_back({name, view(slot)}); }
    StateDict take() { return {std::move(entries_), weights_}; }

private:
    const artifact::Artifact& artifact_;
    std::shared_ptr<const Weights> weights_;
    std::vector<NamedTensor> entries_;
};

StateDict listed(const ModelState& state, bool parameters) {
    Listing listing(state, state.kept_weights());
    const std::vector<artifact::Slot>& slots = state.code.artifact().slots;
    for (size_t i = 0; i < slots.size(); ++i) {
        if (slots[i].is_parameter == parameters) listing.add(slots[i].key, i);
    }
    return listing.take();
}

StateDict state_dict_of(const ModelState& state, std::shared_ptr<const Weights> weights) {
    Listing listing(state, std::move(weights));
    for (const artifact::StateKey& key : state_keys(state.code.artifact())) {
        listing.add(key.key, static_cast<size_t>(key.slot));
    }
    return listing.take();
}

/// The weights of now with all of these prepared values.
std::shared_ptr<const Weights> weights_with(ModelState& state, const std::vector<bool>& needed) {
    for (;;) {
        state.refresh(needed);
        std::shared_ptr<const Weights> weights = state.kept_weights();
        bool is_stale = false;  // again, by a run that has ended since
        for (size_t i = 0; i < needed.size(); ++i)
            is_stale = is_stale || (needed[i] && weights->stale[i]);
        if (!is_stale) return weights;
    }
}

ForwardHookHandle add_hook(ModelState& state, HookRegistry::Kind kind, int32_t module,
                           ForwardHook hook, HookOptions options, std::string_view what) {
    if (state.code.plan("forward_hooks") == nullptr) {
        throw UserError("hook.not_compiled", concat({what, ": ", state.code.artifact().name,
                                                     " was compiled without hooks"}));
    }
    if (!hook) {
        throw UserError("hook.empty", concat({what,
                                              ": an empty std::function is registered, there "
                                              "is nothing to call"}));
    }
    return {state.hooks, state.hooks->add(kind, module, std::move(hook), options)};
}

/// What a model is made of; one that was moved from has nothing. Once in the code, for its size.
[[gnu::noinline]] ModelState& held(const std::shared_ptr<ModelState>& state) {
    if (!state) throw UserError("model.moved", "model: it was moved from, and holds nothing");
    return *state;
}

}  // namespace

Model::Model(const lithe_artifact& compiled, const std::string& weights_path, Executor* executor)
    : state_(std::make_shared<ModelState>(compiled)) {
    set_executor(executor);
    load_state_dict(weights_path);
}

Model::Model(const lithe_artifact& compiled, const StateDict& weights, Executor* executor)
    : state_(std::make_shared<ModelState>(compiled)) {
    set_executor(executor);
    load_state_dict(weights);
}

Model::Model(const lithe_artifact& compiled, std::span<const NamedTensor> weights,
             Executor* executor)
    : state_(std::make_shared<ModelState>(compiled)) {
    set_executor(executor);
    load_state_dict(weights);
}

Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

const std::string& Model::name() const { return artifact().name; }

const artifact::Artifact& Model::artifact() const { return held(state_).code.artifact(); }

std::vector<ConstTensorView> Model::parameters() const {
    std::vector<ConstTensorView> views;
    for (const NamedTensor& entry : named_parameters()) views.push_back(entry.tensor);
    return views;
}

StateDict Model::named_parameters() const { return listed(held(state_), true); }

StateDict Model::named_buffers() const { return listed(held(state_), false); }

StateDict Model::state_dict() const {
    const ModelState& state = held(state_);
    return state_dict_of(state, state.kept_weights());
}

const std::vector<artifact::Module>& Model::named_modules() const { return artifact().modules; }

std::string Model::text() const { return module_tree_text(named_modules()); }

LoadResult Model::load_state_dict(const std::string& path, LoadOptions options) {
    return held(state_).load(open_state_dict(path),
                             {.strict = options.strict, .one_alias_suffices = true});
}

LoadResult Model::load_state_dict(const StateDict& weights, LoadOptions options) {
    return held(state_).load(weights, {.strict = options.strict});
}

LoadResult Model::load_state_dict(std::span<const NamedTensor> weights, LoadOptions options) {
    return load_state_dict(StateDict({weights.begin(), weights.end()}, nullptr), options);
}

void Model::save_state_dict(const std::string& path, SaveOptions options) const {
    if (!options.with_prepared) return save_safetensors(path, state_dict().entries());
    ModelState& state = held(state_);
    const auto weights = weights_with(state, prepared_in_files(state.code));
    const PreparedTensor prepared = prepared_tensor(state.code, *weights);
    // First: its elements are among the largest, so that it lies where the data begin.
    std::vector<NamedTensor> tensors{{prepared.key, prepared.values}};
    const StateDict dict = state_dict_of(state, weights);
    tensors.insert(tensors.end(), dict.begin(), dict.end());
    save_safetensors(path, tensors, {}, prepared_alignment);
}

void Model::train(bool on) {
    if (on && held(state_).code.plan("forward_train") == nullptr) {
        throw UserError("model.train",
                        concat({"train: ", name(), " was compiled for evaluation alone"}));
    }
    held(state_).is_training.store(on, std::memory_order_relaxed);
}

bool Model::is_training() const { return held(state_).is_training.load(std::memory_order_relaxed); }

ForwardHookHandle Model::register_forward_pre_hook(std::string_view path, ForwardHook hook,
                                                   HookOptions options) {
    constexpr std::string_view what = "register_forward_pre_hook";
    const int32_t module = held(state_).code.module(path, "hook.unknown_module", what);
    return add_hook(held(state_), HookRegistry::Kind::forward_pre, module, std::move(hook), options,
                    what);
}

ForwardHookHandle Model::register_forward_hook(std::string_view path, ForwardHook hook,
                                               HookOptions options) {
    constexpr std::string_view what = "register_forward_hook";
    const int32_t module = held(state_).code.module(path, "hook.unknown_module", what);
    return add_hook(held(state_), HookRegistry::Kind::forward, module, std::move(hook), options,
                    what);
}

ForwardHookHandle Model::register_module_forward_pre_hook(ForwardHook hook, HookOptions options) {
    return add_hook(held(state_), HookRegistry::Kind::forward_pre, HookRegistry::every_module,
                    std::move(hook), options, "register_module_forward_pre_hook");
}

ForwardHookHandle Model::register_module_forward_hook(ForwardHook hook, HookOptions options) {
    return add_hook(held(state_), HookRegistry::Kind::forward, HookRegistry::every_module,
                    std::move(hook), options, "register_module_forward_hook");
}

void Model::set_warning_handler(WarningHandler handler) {
    held(state_).set_warning_handler(std::move(handler));
}

void Model::set_executor(Executor* executor) {
    held(state_).executor.store(executor, std::memory_order_release);
}

}  // namespace lithe
