#pragma once

#include <memory>
#include <string_view>

#include "compiler/compile.h"
#include "compiler/forward.h"
#include "runtime/model.h"
#include "runtime/session.h"

namespace lithe {

/// A model compiled and loaded into this process: the same kernels, tables and runtime as in a
/// static library.
class CompiledModel {
public:
    /// Runs the forward of the mode that train()/eval() chose. Errors: those of Session::run.
    Tensors operator()(const Tensors& inputs);
    Tensor operator()(const Tensor& input);

    /// The runtime's model: hooks, weights, modules.
    Model& model();
    Session& session();
    const Compiled& compiled() const;

private:
    friend CompiledModel compile_program(ir::Program program, const CompileOptions& options);
    struct State;
    std::shared_ptr<State> state_;
};

CompiledModel compile_program(ir::Program program, const CompileOptions& options);
CompiledModel compile_subject(const Subject& subject, std::string_view inputs,
                              const CompileOptions& options);

/// Traces and compiles a model for inputs such as `x:f32[N=1..64,3,224,224]`.
/// Errors: input_spec.*, trace.*, lower.*.
template <class Impl>
CompiledModel compile(const nn::ModuleHolder<Impl>& model, std::string_view inputs,
                      const CompileOptions& options = {}) {
    return compile_subject(subject_of(model), inputs, options);
}
template <std::derived_from<nn::Module> Impl>
CompiledModel compile(const std::shared_ptr<Impl>& model, std::string_view inputs,
                      const CompileOptions& options = {}) {
    return compile_subject(subject_of(model), inputs, options);
}

}  // namespace lithe
