// Compiled models: inputs, outputs, weights, hooks, threads, the C interface, damaged tables.
#include "runtime/artifact_encode.h"
#include "runtime/c_abi.h"
#include "runtime/cpu.h"
#include "runtime/executor.h"
#include "runtime/session.h"
#include "runtime/size_code.h"
#include "tests/errors/cases.h"
#include "tests/runtime/toy_model.h"

namespace lithe::tests {
namespace {

const std::vector<float> numbers(64, 1.0f);

Model toy_model() { return Model(toy().table(), ToyWeights(2).dict()); }

void run(const std::vector<ConstTensorView>& inputs) {
    Session(toy_model()).run(std::span<const ConstTensorView>(inputs));
}
ConstTensorView rows(std::vector<int64_t> shape, DType dtype = DType::f32) {
    return {numbers.data(), dtype, std::move(shape)};
}

void run_into(const std::vector<TensorView>& outputs) {
    const ConstTensorView input = rows({2, 3});
    Session(toy_model()).run({&input, 1}, outputs);
}
TensorView out(std::vector<int64_t> shape, DType dtype = DType::f32) {
    static std::vector<double> memory(64);
    return {memory.data(), dtype, std::move(shape)};
}

/// Loads a toy whose tables were changed.
void load(const std::function<void(artifact::Artifact&)>& change) {
    artifact::Artifact changed = toy_artifact();
    change(changed);
    const Linked linked(changed, toy_kernels());
    Model(linked.table(), ToyWeights(2).dict());
}
/// Loads a toy, a byte of whose tables was changed.
void load_byte(size_t index, int value) {
    std::vector<std::byte> bytes = artifact::encode(toy_artifact());
    bytes[index] = static_cast<std::byte>(value);
    artifact::decode(bytes);
}

void load_state(const std::vector<NamedTensor>& weights) {
    toy_model().load_state_dict(std::span<const NamedTensor>(weights));
}

/// A hook on `fc` that puts `value` in place of output `index`.
void replace_output(size_t index, const ConstTensorView& value) {
    Model model = toy_model();
    auto handle = model.register_forward_hook(
        "fc", [&](HookContext& context) { context.replace_output(index, value); });
    Session session(model);
    session.run({rows({2, 3})});
}

/// A session that is called while it runs.
void run_twice() {
    Model model = toy_model();
    Session session(model);
    auto handle =
        model.register_forward_hook("fc", [&](HookContext&) { session.run({rows({2, 3})}); });
    session.run({rows({2, 3})});
}

/// What a C function reports, thrown.
void report(lithe_status status, const lithe_error& error) {
    if (status == lithe_status_ok) return;
    std::string text = error.text;
    text.erase(text.rfind(" ["));
    throw UserError(error.id, text);
}
void run_c(const lithe_tensor* inputs, size_t index = 0) {
    lithe_error error = {.struct_size = sizeof(lithe_error)};
    std::vector<lithe_named_tensor> weights;
    for (const NamedTensor& entry : ToyWeights(2).entries()) {
        static std::vector<std::vector<int64_t>> shapes;
        shapes.push_back(entry.tensor.shape);
        if (entry.name == "runs") continue;
        weights.push_back({.struct_size = sizeof(lithe_named_tensor),
                           .name = entry.name == "fc.bias" ? "fc.bias" : "fc.weight",
                           .tensor = {.struct_size = sizeof(lithe_tensor),
                                      .dtype = lithe_dtype_f32,
                                      .data = const_cast<float*>(numbers.data()),
                                      .shape = shapes.back().data(),
                                      .rank = shapes.back().size()}});
    }
    lithe_model* model = nullptr;
    report(lithe_model_create_from_tensors(&toy().table(), weights.data(), weights.size(), &model,
                                           &error),
           error);
    lithe_session* session = nullptr;
    report(lithe_session_create(model, &session, &error), error);
    int64_t sizes[1];
    size_t rank = 1;
    const lithe_status status =
        lithe_session_output_shape(session, inputs, 1, index, sizes, &rank, &error);
    lithe_session_destroy(session);
    lithe_model_destroy(model);
    report(status, error);
}
const int64_t c_shape[] = {2, 3};
const lithe_tensor c_input = {.struct_size = sizeof(lithe_tensor),
                              .dtype = lithe_dtype_f32,
                              .data = const_cast<float*>(numbers.data()),
                              .shape = c_shape,
                              .rank = 2};

const ErrorCases cases = {
    {"input.count", [] { run({}); }},
    {"input.dtype", [] { run({rows({1, 3}, DType::f64)}); }},
    {"input.rank", [] { run({rows({3})}); }},
    {"input.size", [] { run({rows({1, 4})}); }},
    {"input.size", [] { run({rows({-1, 3})}); }},
    {"input.range", [] { run({rows({9, 3})}); }},
    {"input.multiple",
     [] {
         artifact::Artifact even = toy_artifact();
         even.symbols[0].multiple_of = 2;
         const Linked linked(even, toy_kernels());
         Session(Model(linked.table(), ToyWeights(2).dict())).run({rows({3, 3})});
     }},
    {"input.null", [] { run({{nullptr, DType::f32, {1, 3}}}); }},
    {"output.count", [] { run_into({}); }},
    {"output.shape", [] { run_into({out({2, 3})}); }},
    {"output.dtype", [] { run_into({out({2, 2}, DType::i64)}); }},
    {"output.null", [] { run_into({{nullptr, DType::f32, {2, 2}}}); }},
    {"output.overlap",
     [] { run_into({{const_cast<float*>(numbers.data()) + 1, DType::f32, {2, 2}}}); }},
    {"session.busy", run_twice},
    {"model.moved",
     [] {
         Model model = toy_model();
         const Model other = std::move(model);
         Session session(model);  // NOLINT: what is tested
     }},
    {"session.moved",
     [] {
         Session session(toy_model());
         const Session other = std::move(session);
         session.run({rows({2, 3})});  // NOLINT: what is tested
     }},
    {"extract.unknown_module",
     [] {
         const ConstTensorView input = rows({2, 3});
         Session(toy_model()).extract("fk", {&input, 1});
     }},
    {"extract.no_call",
     [] {
         const ConstTensorView input = rows({2, 3});
         Session(toy_model()).extract("fc", {&input, 1}, {.call = 1});
     }},
    {"model.train",
     [] {
         artifact::Artifact only = toy_artifact();
         std::erase_if(only.plans, [](const auto& plan) { return plan.name == "forward_train"; });
         const Linked linked(only, toy_kernels());
         Model(linked.table(), ToyWeights(2).dict()).train();
     }},
    {"model.cpu", [] { check_cpu("x86-64-v9"); }},
    {"model.cpu", [] { check_cpu("host:sse9"); }},
    {"model.artifact",
     [] {
         lithe_artifact foreign = toy().table();
         foreign.magic = 0;
         Model(foreign, ToyWeights(2).dict());
     }},
    {"model.artifact",
     [] {
         const Linked linked(toy_artifact(), {});
         Model(linked.table(), ToyWeights(2).dict());
     }},
    {"artifact.truncated", [] { artifact::decode({}); }},
    {"artifact.format", [] { load_byte(0, 0); }},
    {"artifact.version", [] { load_byte(4, 99); }},
    {"artifact.invalid",
     [] { load([](artifact::Artifact& a) { a.plans[1].steps[0].index = 6; }); }},
    {"artifact.invalid", [] { load([](artifact::Artifact& a) { a.symbols[0].min = 9; }); }},
    {"size.division_by_zero",
     [] {
         artifact::SizeCode code = times(fixed(1), fixed(0));
         code.steps.back().kind = artifact::SizeCode::Kind::floor_div;
         artifact::evaluate(code, {});
     }},
    {"size.overflow", [] { artifact::evaluate(times(fixed(INT64_MAX), fixed(2)), {}); }},
    {"hook.unknown_module", [] { toy_model().register_forward_hook("fk", [](HookContext&) {}); }},
    {"hook.not_compiled",
     [] {
         artifact::Artifact bare = toy_artifact();
         std::erase_if(bare.plans, [](const auto& plan) { return plan.name == "forward_hooks"; });
         const Linked linked(bare, toy_kernels());
         Model(linked.table(), ToyWeights(2).dict()).register_forward_hook("fc", [](HookContext&) {
         });
     }},
    {"hook.index", [] { replace_output(3, rows({2, 2})); }},
    {"hook.type", [] { replace_output(0, rows({2, 3})); }},
    {"hook.type", [] { replace_output(0, {nullptr, DType::f32, {2, 2}}); }},
    {"state_dict.mismatch", [] { load_state({}); }},
    {"state_dict.mismatch",
     [] { load_state({{"fc.weight", {nullptr, DType::f32, {2, 3}}}, {"fc.bias", rows({2})}}); }},
    {"state_dict.mismatch",
     [] { load_state({{"fc.weight", rows({2, 4})}, {"fc.bais", rows({2})}}); }},
    {"state_dict.mismatch",
     [] { load_state({{"module.fc.weight", rows({2, 3})}, {"module.fc.bias", rows({2})}}); }},
    {"state_dict.mismatch",
     [] {
         static const int32_t whole[6] = {};
         load_state({{"fc.weight", {whole, DType::i32, {2, 3}}}, {"fc.bias", rows({2})}});
     }},
    {"state_dict.unknown_key", [] { toy_model().state_dict()["fc.wieght"]; }},
    {"executor.thread_count", [] { ThreadPool(0); }},
    {"executor.thread_count", [] { ThreadPool(1 << 20); }},
    {"abi.null", [] { run_c(nullptr); }},
    {"abi.struct_size",
     [] {
         lithe_tensor tensor = c_input;
         tensor.struct_size = 4;
         run_c(&tensor);
     }},
    {"abi.dtype",
     [] {
         lithe_tensor tensor = c_input;
         tensor.dtype = static_cast<lithe_dtype>(99);
         run_c(&tensor);
     }},
    {"abi.rank", [] { run_c(&c_input); }},
    {"abi.index", [] { run_c(&c_input, 7); }},
    {"size.too_large",
     [] {
         artifact::Artifact wide = toy_artifact();
         for (artifact::Plan& plan : wide.plans) {
             for (artifact::PlanValue& value : plan.values) {
                 if (value.space == artifact::Space::output && plan.name != "prepare") {
                     value.type.shape[1] = times(symbol(0), fixed(int64_t{1} << 31));
                 }
             }
         }
         wide.outputs[0].type.shape[1] = times(symbol(0), fixed(int64_t{1} << 31));
         const Linked linked(wide, toy_kernels());
         Session session(Model(linked.table(), ToyWeights(2).dict()));
         const ConstTensorView input = rows({1, 3});
         const TensorView output = out({1, int64_t{1} << 31});
         session.run({&input, 1}, {&output, 1});
     }},
};

}  // namespace
}  // namespace lithe::tests
