#include "compiler/compiled_model.h"

#include "compiler/jit/loaded_artifact.h"

namespace lithe {
namespace {

std::vector<NamedTensor> weights_of(const ir::Program& program) {
    std::vector<NamedTensor> weights;
    for (const ir::Slot& slot : program.slots) {
        if (!slot.persistent) continue;  // its value travels with the artifact
        const ConstTensorView view{slot.data.raw(), slot.data.dtype(), slot.data.sizes()};
        weights.push_back({slot.key, view});
        for (const std::string& alias : slot.aliases) weights.push_back({alias, view});
    }
    return weights;
}

}  // namespace

struct CompiledModel::State {
    State(Compiled c)
        : compiled(std::move(c)),
          loaded(compiled),
          model(loaded.table(), weights_of(compiled.program)),
          session(model) {}

    Compiled compiled;
    jit::LoadedArtifact loaded;
    Model model;
    Session session;
};

Tensors CompiledModel::operator()(const Tensors& inputs) {
    std::vector<Array> in;
    std::vector<ConstTensorView> in_views;
    for (const Tensor& input : inputs) {
        in.push_back(input.array().dense());
        in_views.push_back({in.back().raw(), in.back().dtype(), in.back().sizes()});
    }
    const auto shapes = state_->session.output_shapes(in_views);
    std::vector<Array> out;
    std::vector<TensorView> out_views;
    for (size_t i = 0; i < shapes.size(); ++i) {
        out.push_back(Array::empty(state_->compiled.artifact.outputs[i].type.dtype, shapes[i]));
        out_views.push_back({out.back().raw(), out.back().dtype(), shapes[i]});
    }
    state_->session.run(in_views, out_views);
    Tensors results;
    for (Array& array : out) results.push_back(Tensor::from(std::move(array)));
    return results;
}

Tensor CompiledModel::operator()(const Tensor& input) { return (*this)(Tensors{input})[0]; }

Model& CompiledModel::model() { return state_->model; }
Session& CompiledModel::session() { return state_->session; }
const Compiled& CompiledModel::compiled() const { return state_->compiled; }

CompiledModel compile_program(ir::Program program, const CompileOptions& options) {
    CompiledModel model;
    model.state_ = std::make_shared<CompiledModel::State>(compile(std::move(program), options));
    return model;
}

CompiledModel compile_subject(const Subject& subject, std::string_view inputs,
                              const CompileOptions& options) {
    return compile_program(trace(*subject.module, subject.forward, parse_input_specs(inputs),
                                 "model", options.with_train),
                           options);
}

}  // namespace lithe
