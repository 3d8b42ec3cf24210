#include "compiler/passes/pipeline.h"

#include "compiler/ir/sample_scope.h"
#include "compiler/passes/passes.h"

namespace lithe::passes {

std::vector<std::string> run_pipeline(ir::Program& program, const PipelineOptions& options) {
    const ir::SampleScope scope(program);
    if (options.with_hooks) {
        auto hooks = program.graph("forward")->clone();
        hooks->name = "forward_hooks";
        program.graphs.push_back(std::move(hooks));
    }
    for (const auto& graph : program.graphs) {
        if (graph->name != "forward_hooks") drop_module_boundaries(*graph);
        graph->erase_dead();
        group(*graph);
        graph->number();
    }
    return {};
}

}  // namespace lithe::passes
