#pragma once

#include <lithe/lithe.h>

#include "compiler/compiled_model.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {

/// A module whose forward() is a function, with parameters for it to read.
struct FunctionModule : nn::Module {
    Tensor parameter(const std::string& name, const Tensor& value) {
        return register_parameter(name, value);
    }
};

/// A function of tensors, eager and compiled.
class CompiledFunction {
public:
    CompiledFunction(std::shared_ptr<nn::Module> module, Forward forward, std::string_view inputs,
                     const CompileOptions& options = compile_without_hooks())
        : forward_(std::move(forward)),
          model_(compile_subject({std::move(module), forward_}, inputs, options)) {}
    CompiledFunction(Forward forward, std::string_view inputs)
        : CompiledFunction(std::make_shared<FunctionModule>(), std::move(forward), inputs) {}

    CompiledModel& model() { return model_; }
    Tensors eager(const Tensors& inputs) const { return forward_(inputs); }

    /// Compiled results against eager ones; twice, since memory is used again.
    void check(const Tensors& inputs, double tolerance) {
        const NoGradGuard no_grad;
        const Tensors want = forward_(inputs);
        for (int run = 0; run < 2; ++run) {
            const Tensors got = model_(inputs);
            BOOST_REQUIRE_EQUAL(got.size(), want.size());
            for (size_t i = 0; i < want.size(); ++i) check_equal(got[i], want[i], tolerance);
        }
    }

private:
    Forward forward_;
    CompiledModel model_;
};

}  // namespace lithe::tests
