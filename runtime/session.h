#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/host_tensor.h"
#include "runtime/model.h"
#include "runtime/tensor_view.h"

namespace lithe {

struct ExtractOptions {
    /// Which of the module's calls in forward(), from 0.
    int call = 0;
};

/// One caller's memory for running a model. Any number run at the same time, each on one thread.
class Session {
public:
    /// The session keeps the model's code and weights, also when the Model is gone.
    explicit Session(const Model& model);
    ~Session();
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;

    /// Runs the model's forward(). The outputs have the type of output_shapes() and do not overlap
    /// the inputs. Allocates nothing while the sizes are those of the run before and no hook is
    /// called. After an error the outputs may be partly written; the session can be used again.
    /// Errors: input.count, input.dtype, input.rank, input.size, input.range, input.multiple,
    /// input.null, output.count, output.dtype, output.shape, output.null, output.overlap,
    /// size.too_large, session.busy, model.train, hook.not_compiled, what hooks throw.
    void run(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs);
    /// The same, with new memory for the results.
    std::vector<HostTensor> run(std::span<const ConstTensorView> inputs);
    std::vector<HostTensor> run(std::initializer_list<ConstTensorView> inputs);

    /// Runs without hooks, a clock around every step of the plan: nanoseconds of each, in the order
    /// of Plan::steps, then those of the copies to the outputs. Errors: those of run.
    std::vector<double> time_steps(std::span<const ConstTensorView> inputs,
                                   std::span<const TensorView> outputs);

    /// The shapes of the results for such inputs; their data is not read. Errors: input.*.
    std::vector<std::vector<int64_t>> output_shapes(std::span<const ConstTensorView> inputs);

    /// What the module at `path` gives for these inputs; runs only the steps that it depends on,
    /// and the hooks on them.
    /// Errors: those of run, extract.unknown_module, extract.no_call.
    std::vector<HostTensor> extract(std::string_view path, std::span<const ConstTensorView> inputs,
                                    ExtractOptions options = {});

    /// Where random operations begin: with one seed, every run of a session draws numbers of its
    /// own, and sessions draw the same.
    void set_seed(uint64_t seed);
    /// Instead of the model's; null: the calling thread alone.
    void set_executor(Executor* executor);

    /// Bytes of the memory for intermediate results; also of what threads take rounds in.
    size_t arena_bytes() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace lithe
