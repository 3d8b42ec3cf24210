#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/artifact.h"
#include "runtime/executor.h"
#include "runtime/hooks.h"
#include "runtime/state_dict.h"
#include "runtime/warning.h"

namespace lithe {

class ModelState;

/// A compiled model: code that never changes and weights that can be swapped while it runs.
///
/// Runs happen in Sessions, any number at once, each on its own thread. All members may be called
/// from any thread at any time.
class Model {
public:
    /// Loads the weights from a file, or from tensors, which are copied. `compiled` is what the
    /// object file of the model exports; it outlives the model and its sessions. `executor` is that
    /// of set_executor(), whose threads pack the weights as well.
    /// Errors: model.artifact, model.cpu, artifact.*, state_dict.mismatch, those of
    /// open_state_dict.
    Model(const lithe_artifact& compiled, const std::string& weights_path,
          Executor* executor = nullptr);
    Model(const lithe_artifact& compiled, const StateDict& weights, Executor* executor = nullptr);
    Model(const lithe_artifact& compiled, std::span<const NamedTensor> weights,
          Executor* executor = nullptr);
    ~Model();
    Model(Model&&) noexcept;
    Model& operator=(Model&&) noexcept;

    const std::string& name() const;
    /// The tables: inputs, outputs, symbols, plans.
    const artifact::Artifact& artifact() const;

    /// Valid until other weights are loaded.
    std::vector<ConstTensorView> parameters() const;
    /// What the author's model has under these names, in PyTorch's order. The values are those of
    /// the weights at the time of the call, and stay as they are when others are loaded.
    StateDict named_parameters() const;
    StateDict named_buffers() const;
    StateDict state_dict() const;
    /// Root first.
    const std::vector<artifact::Module>& named_modules() const;
    /// The module tree as PyTorch prints it.
    std::string text() const;

    /// Replaces the weights. Everything is checked before anything changes; runs that are under way
    /// end with the weights that they began with, and later ones have the new ones. Elements are
    /// converted to the model's dtype, as in PyTorch.
    /// Errors: state_dict.mismatch, those of open_state_dict.
    LoadResult load_state_dict(const std::string& path, LoadOptions options = {});
    LoadResult load_state_dict(const StateDict& weights, LoadOptions options = {});
    LoadResult load_state_dict(std::span<const NamedTensor> weights, LoadOptions options = {});
    /// Writes state_dict() as safetensors. Errors: file.write.
    void save_state_dict(const std::string& path, SaveOptions options = {}) const;

    /// Chooses between the graph that was compiled for training and the one for evaluation.
    /// Errors: model.train where the first was not compiled in.
    void train(bool on = true);
    void eval() { train(false); }
    bool is_training() const;

    /// Calls `hook` before or after every call of the module at `path` (any of its names), on the
    /// thread of the run. While a model has hooks, runs use a plan in which every module's inputs
    /// and outputs exist; without hooks they cost one load. As in PyTorch: a call fires the hooks
    /// that are there when the first of them begins, so that a hook may remove itself and others.
    /// Errors: hook.unknown_module with the nearest path, hook.not_compiled, hook.empty.
    ForwardHookHandle register_forward_pre_hook(std::string_view path, ForwardHook hook,
                                                HookOptions options = {});
    ForwardHookHandle register_forward_hook(std::string_view path, ForwardHook hook,
                                            HookOptions options = {});

    /// The same for the calls of every module; these hooks come before those of a module itself.
    /// Errors: hook.not_compiled.
    ForwardHookHandle register_module_forward_pre_hook(ForwardHook hook, HookOptions options = {});
    ForwardHookHandle register_module_forward_hook(ForwardHook hook, HookOptions options = {});

    /// Who is told that a hook with always_call threw while another error ended the run; null, as
    /// at first: standard error.
    void set_warning_handler(WarningHandler handler);

    /// The threads that runs and loads of weights use from now on; null, as at first: the calling
    /// thread alone. The executor outlives its use. Results do not depend on it.
    void set_executor(Executor* executor);

private:
    friend class Session;
    std::shared_ptr<ModelState> state_;
};

}  // namespace lithe
