// Writes the models of tests/support/level_models.h for another CPU, with inputs and what eager
// mode makes of them. usage: cross_emit TARGET FOLDER
#include <lithe/lithe.h>

#include <cstdio>
#include <fstream>

#include "runtime/error.h"
#include "runtime/safetensors.h"
#include "tests/support/level_models.h"

namespace {

using namespace lithe;
using namespace lithe::tests;

void save_example(const LevelModel& model, const std::string& path) {
    std::vector<Array> arrays;
    std::vector<std::string> names;
    Tensors inputs;
    for (const InputSpec& spec : parse_input_specs(model.inputs)) {
        Sizes sizes;
        for (const Dim& dim : spec.type.shape)
            sizes.push_back(dim.is_constant() ? dim.constant() : 7);
        manual_seed(static_cast<int64_t>(inputs.size()) + 11);
        inputs.push_back(randn(Shape(sizes.begin(), sizes.end())));
        names.push_back("in_" + spec.name);
        arrays.push_back(inputs.back().array().dense());
    }
    for (const Tensor& result : model.subject.forward(inputs)) {
        names.push_back("out_" + std::to_string(names.size() - inputs.size()));
        arrays.push_back(result.array().dense());
    }
    std::vector<NamedTensor> tensors;
    for (size_t i = 0; i < arrays.size(); ++i)
        tensors.push_back({names[i], {arrays[i].raw(), arrays[i].dtype(), arrays[i].sizes()}});
    save_safetensors(path, tensors);
}

void emit(const std::string& target, const std::string& folder) {
    std::ofstream list(folder + "/models.inc");
    for (const LevelModel& model : level_models()) {
        CompileOptions options;
        options.target = target;
        const ir::Program program = trace(*model.subject.module, model.subject.forward,
                                          parse_input_specs(model.inputs), model.name, false);
        emit_files(compile(program.copy(), options), folder);
        save_example(model, folder + "/" + model.name + ".example.safetensors");
        list << "LEVEL_MODEL(" << model.name << ", " << model.tolerance << ")\n";
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s TARGET FOLDER\n", argv[0]);
        return 2;
    }
    try {
        emit(argv[1], argv[2]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
    return 0;
}
