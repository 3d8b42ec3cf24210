// `check`: eager against compiled, at the outputs and at the results of every module.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "compiler/compiled_model.h"
#include "compiler/driver/inputs.h"
#include "dsl/autograd.h"
#include "dsl/random.h"

namespace lithe::driver {
namespace {

/// The largest difference, relative to the largest magnitude; equal NaN and infinities agree.
double difference(const Array& a, const Array& b) {
    double most = 0, scale = 1e-30;
    for (int64_t i = 0; i < a.count(); ++i) {
        const double x = a.at(i), y = b.at(i);
        if ((std::isnan(x) && std::isnan(y)) || x == y) continue;
        if (!std::isfinite(x) || !std::isfinite(y)) return INFINITY;
        most = std::max(most, std::abs(x - y));
    }
    for (int64_t i = 0; i < a.count(); ++i) {
        if (std::isfinite(a.at(i))) scale = std::max(scale, std::abs(a.at(i)));
    }
    return most / scale;
}

/// First results of the modules' calls, by path, in the order of the calls' ends.
using Results = std::vector<std::pair<std::string, Array>>;

/// Both begin each run from here: a model that draws gives one result.
constexpr uint64_t random_seed = 0;

Tensors eager_outputs(const Subject& subject, const Tensors& inputs) {
    const NoGradGuard no_grad;
    subject.module->eval();
    manual_seed(random_seed);
    return subject.forward(inputs);
}

Tensors compiled_outputs(CompiledModel& model, const Tensors& inputs) {
    model.session().set_seed(random_seed);
    return model(inputs);
}

/// What forward() refuses may be the random numbers.
void hint_at_inputs(const Options& o) {
    if (!o.input_file.empty()) return;
    fmt::print(stderr,
               "note: the inputs were random, floats around 0, integers 0 and 1; --in FILE gives "
               "others\n");
}

Results eager_results(const Subject& subject, const Tensors& inputs, Tensors& outputs) {
    Results results;
    std::vector<HookHandle> handles;
    for (const auto& [path, module] : subject.module->named_modules()) {
        handles.push_back(module->register_forward_hook(
            [&results, p = path](nn::Module&, const Tensors&, const Tensors& out) {
                if (!out.empty()) results.emplace_back(p, out[0].array().clone());
            }));
    }
    outputs = eager_outputs(subject, inputs);
    for (HookHandle& handle : handles) handle.remove();
    return results;
}

Results compiled_results(CompiledModel& model, const Tensors& inputs) {
    Results results;
    std::vector<ForwardHookHandle> handles;
    for (const artifact::Module& module : model.model().named_modules()) {
        handles.push_back(model.model().register_forward_hook(
            module.path, [&results, p = module.path](HookContext& call) {
                if (call.outputs().empty()) return;
                const TensorView& y = call.outputs()[0];
                results.emplace_back(p, Array::wrap(y.data, y.dtype, y.shape).clone());
            }));
    }
    compiled_outputs(model, inputs);
    for (ForwardHookHandle& handle : handles) handle.remove();
    return results;
}

constexpr double tolerance = 1e-4;  // f32 against f32: sums of thousands of terms in two orders

bool outputs_agree(const std::vector<artifact::Port>& ports, const Tensors& eager,
                   const Tensors& compiled) {
    bool agree = true;
    for (size_t i = 0; i < eager.size(); ++i) {
        const double d = difference(eager[i].array(), compiled[i].array());
        agree &= d <= tolerance;
        fmt::print("{} {}: relative difference {:.2e}\n", ports[i].name, eager[i].type().str(), d);
    }
    return agree;
}

/// Whether the buffers that forward() writes have become the same.
bool buffers_agree(const Subject& subject, CompiledModel& model,
                   const std::set<std::string>& written) {
    bool agree = true;
    std::map<std::string, Tensor> eager;
    for (const auto& [key, tensor] : subject.module->named_buffers()) eager[key] = tensor;
    for (const auto& [key, view] : model.model().named_buffers()) {
        if (!written.contains(key)) continue;
        const Array now = Array::wrap(const_cast<void*>(view.data), view.dtype, view.shape);
        const double d = difference(eager.at(key).array(), now);
        agree &= d <= tolerance;
        fmt::print("buffer {} {}: relative difference {:.2e}\n", key, eager.at(key).type().str(),
                   d);
    }
    return agree;
}

std::set<std::string> written_buffers(const ir::Program& program) {
    std::set<std::string> keys;
    for (const ir::Output& output : program.graph("forward")->outputs) {
        if (!output.buffer.empty()) keys.insert(output.buffer);
    }
    return keys;
}

/// Prints the modules' differences; false where one is over the limit.
bool modules_agree(const Results& modules, const Results& others, bool quiet) {
    for (size_t i = 0; i < std::min(modules.size(), others.size()); ++i) {
        const double d = difference(modules[i].second, others[i].second);
        if (!quiet) fmt::print("  {:40} {:.2e}\n", modules[i].first, d);
        if (d <= tolerance || modules[i].first != others[i].first) continue;
        fmt::print("first difference: module '{}', relative {:.2e}\n", modules[i].first, d);
        return false;
    }
    return true;
}

}  // namespace

int run_check(const Subject& subject, const Options& o) {
    ir::Program program = traced(subject, o);
    const Tensors inputs = make_inputs(program, o);
    const std::set<std::string> written = written_buffers(program);
    CompiledModel model = compile_program(std::move(program), compile_options(o));
    Tensors eager;
    Results modules;
    try {
        if (written.empty()) {
            modules = eager_results(subject, inputs, eager);
        } else {
            eager = eager_outputs(subject, inputs);
        }
    } catch (const std::exception&) {
        hint_at_inputs(o);
        throw;
    }
    bool agrees =
        outputs_agree(model.model().artifact().outputs, eager, compiled_outputs(model, inputs));
    if (!written.empty()) {  // the next run of either begins with what this one has written
        agrees &= buffers_agree(subject, model, written);
        modules = eager_results(subject, inputs, eager);
    }
    if (o.with_hooks && !modules_agree(modules, compiled_results(model, inputs), o.quiet)) return 1;
    fmt::print("{}\n", agrees ? "eager and compiled agree" : "eager and compiled differ");
    return agrees ? 0 : 1;
}

}  // namespace lithe::driver
