// Tracing, the text form of the IR, passes, targets.
#include <lithe/lithe.h>
#include <cmath>

#include "compiler/compiled_model.h"
#include "compiler/driver/options.h"
#include "compiler/emit/file_set.h"
#include "compiler/lower/target.h"
#include "compiler/passes/pipeline.h"
#include "compiler/passes/tuning.h"
#include "runtime/safetensors.h"
#include "tests/errors/cases.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

/// A model whose forward() is a function.
struct OddImpl : nn::Module {
    std::function<Tensor(OddImpl&, const Tensor&)> body;
    Tensor weight = register_parameter("weight", ones({4}));
    Tensor kept;
    explicit OddImpl(std::function<Tensor(OddImpl&, const Tensor&)> of) : body(std::move(of)) {}
    Tensor forward(const Tensor& x) { return body(*this, x); }
};
LITHE_MODULE(Odd);

/// Goes on with what the call before has left.
struct KeeperImpl : nn::Module {
    Tensor state = zeros({4});
    void visit_members(FieldVisitor& visitor) override { visit_field(visitor, "state", state); }
    Tensor forward(const Tensor& x) { return state = state + x.sum(0); }
};
LITHE_MODULE(Keeper);

void trace_odd(std::function<Tensor(OddImpl&, const Tensor&)> body,
               const char* inputs = "x:f32[N=2..6,4]") {
    compile(Odd(std::move(body)), inputs);
}

/// Gives what holds no tensor.
struct NothingImpl : nn::Module {
    std::string forward(const Tensor&) { return "nothing"; }
};
LITHE_MODULE(Nothing);

void trace_linear(const char* inputs) { compile(nn::Linear(4, 2), inputs); }

/// The type of an op over x, n (f32), i (i64) and b (bool).
void infer(const std::string& node) {
    ir::parse_graph(
        "%x = input : f32[2, 3]\n%i = input : i64[2, 3]\n%b = input : bool[2, 3]\n"
        "%n = input : f32[2, 3, 4]\n%w = input : f32[3, 3, 4]\n%0 = " +
        node + "\nreturn %0\n");
}

/// Runs x * weight; the weight has no value.
void interpret(const std::vector<Array>& inputs) {
    const ir::Program program = ir::parse_program(
        "program \"net\"\nslot @weight = parameter : f32[3]\nmodule \"\" : Net\n\n"
        "graph forward\n%x = input : f32[3]\n@weight = parameter : f32[3]\n"
        "%0 = mul(%x, @weight)\nreturn output0 = %0\n");
    ir::Interpreter(program).run(*program.graphs[0], inputs);
}

void write_tensor(const std::string& name, DType dtype) {
    static const std::vector<float> values(8);
    const std::vector<NamedTensor> tensors = {{name, {values.data(), dtype, {2, 4}}}};
    save_safetensors(error_folder() / "in.safetensors", tensors);
}

/// A command of a model's program.
void run_driver(int (*command)(const Subject&, const driver::Options&), driver::Options options) {
    options.inputs = "x:f32[N=1..4,4]";
    options.quiet = true;
    command(subject_of(nn::Linear(4, 2)), options);
}

const ErrorCases cases = {
    {"input_spec.syntax", [] { trace_linear("x:f32"); }},
    {"input_spec.syntax", [] { trace_linear(""); }},
    {"input_spec.syntax", [] { trace_linear("x:f33[1,4]"); }},
    {"input_spec.syntax", [] { trace_linear("x:f32[N=8..1,4]"); }},
    {"input_spec.syntax", [] { trace_linear("x:f32[-2,4]"); }},
    {"input_spec.syntax", [] { trace_linear("x:f32[N=1..8,4 +]"); }},
    {"input_spec.syntax", [] { trace_linear("x:f32[N=9..15:8,4]"); }},
    {"input_spec.syntax", [] { trace_linear("x:f32[7=9..15,4]"); }},
    {"input_spec.syntax", [] { trace_linear("x:f32[1,4];x:f32[1,4]"); }},
    {"input_spec.syntax", [] { trace_linear(":f32[1,4]"); }},
    {"input_spec.syntax", [] { trace_linear("x:f32[N=1..8,4], y:f32[N]"); }},
    {"input_spec.range", [] { trace_linear("x:f32[N,4]"); }},
    {"input_spec.range", [] { trace_linear("x:f32[N=1..2,4];y:f32[N=1..3]"); }},
    {"forward.arguments", [] { trace_linear("x:f32[1,4];y:f32[1,4]"); }},
    {"forward.arguments", [] { subject_of(nn::Linear(4, 2)).forward({}); }},
    {"forward.results", [] { compile(Nothing(), "x:f32[1,4]"); }},
    {"trace.scalar",
     [] {
         trace_odd([](OddImpl&, const Tensor& x) { return x.sum().item<float>() > 0 ? x * 2 : x; });
     }},
    {"nonzero.symbolic", [] { trace_odd([](OddImpl&, const Tensor& x) { return x.nonzero(); }); }},
    {"masked_select.symbolic",
     [] { trace_odd([](OddImpl&, const Tensor& x) { return x.masked_select(x > 0); }); }},
    {"index.symbolic",
     [] { trace_odd([](OddImpl&, const Tensor& x) { return x.index({x > 0}); }); }},
    {"trace.exception",
     [] {
         trace_odd([](OddImpl&, const Tensor&) -> Tensor {
             throw std::runtime_error("no table for this language");
         });
     }},
    {"trace.unregistered_module",
     [] {
         nn::Linear other(4, 2);
         trace_odd([other](OddImpl&, const Tensor& x) mutable { return other(x); });
     }},
    {"trace.unregistered_parameter",
     [] {
         const Tensor scale = ones({4}).requires_grad_();
         trace_odd([scale](OddImpl&, const Tensor& x) { return x * scale; });
     }},
    {"trace.parameter_write",
     [] {
         trace_odd([](OddImpl& net, const Tensor& x) {
             const NoGradGuard no_grad;
             net.weight.add_(1);
             return x * net.weight;
         });
     }},
    {"trace.field_state", [] { compile(Keeper(), "x:f32[2,4]"); }},
    {"trace.buffer_type",
     [] {
         Keeper net;
         net->register_buffer("state", net->state);
         compile(net, "x:f32[2,3,4]");
     }},
    {"trace.output", [] { trace_odd([](OddImpl&, const Tensor&) { return Tensor(); }); }},
    {"trace.not_general",
     [] {
         trace_odd([](OddImpl&, const Tensor& x) {
             Tensor y = x;
             for (int64_t i = 0; i < static_cast<int64_t>(x.size(0)); ++i) y = y + 1;
             return y;
         });
     }},
    {"trace.not_general",
     [] {
         trace_odd([](OddImpl&, const Tensor& x) {
             Tensor row = zeros({4});
             for (int64_t i = 0; i < static_cast<int64_t>(x.size(0)); ++i) row = row + i;
             return x + row;
         });
     }},
    {"trace.not_general",
     [] {
         trace_odd([](OddImpl&, const Tensor& x) {
             const int64_t n = x.size(0);
             return x * std::sin(static_cast<double>(n));
         });
     }},
    {"trace.too_long",
     [] {
         trace_odd([](OddImpl&, const Tensor& x) {
             Tensor y = x;
             while (y.size(1) > 0) y = y + 1;
             return y;
         });
     }},
    {"slice.symbolic_range",
     [] { trace_odd([](OddImpl&, const Tensor& x) { return x.slice(0, 0, 9); }); }},
    {"tensor.symbolic",
     [] { trace_odd([](OddImpl&, const Tensor& x) { return Tensor::from(x.array()); }); }},
    {"tensor.trace_ended",
     [] {
         Odd net([](OddImpl& odd, const Tensor& x) { return odd.kept = x * 2; });
         compile(net, "x:f32[2,4]");
         net->kept + 1;
     }},
    {"lazy.uninitialized", [] { compile(nn::LazyLinear(4), "x:f32[2,3]"); }},
    {"ir.syntax", [] { ir::parse_program("graph forward\n%0 = relu(%1)\nreturn %0\n"); }},
    {"ir.syntax", [] { ir::parse_program("graph forward\n%0 = relu(\n"); }},
    {"ir.unknown_op", [] { ir::parse_program("graph forward\n%0 = rleu()\nreturn %0\n"); }},
    {"interpreter.inputs", [] { interpret({}); }},
    {"interpreter.input", [] { interpret({Array::empty(DType::f64, {3})}); }},
    {"interpreter.slot", [] { interpret({Array::empty(DType::f32, {3})}); }},
    {"arange.count", [] { infer("arange() {start = 0.0, step = 1.0, count = -1, dtype = f32}"); }},
    {"attr.missing", [] { infer("arange()"); }},
    {"attr.type", [] { infer("arange() {count = true}"); }},
    {"op.operands", [] { infer("relu()"); }},
    {"op.operands", [] { infer("add(%x, %x, %x)"); }},
    {"pad.axes", [] { infer("pad(%x) {begin = [1], end = [1], value = 0.0}"); }},
    {"exp.dtype", [] { infer("exp(%i)"); }},
    {"add.dtype", [] { infer("add(%x, %i)"); }},
    {"cumsum.dtype", [] { infer("cumsum(%b) {axis = 0}"); }},
    {"scatter.source", [] { infer("scatter(%x, %i, %i) {axis = 0}"); }},
    {"scatter_reduce.source",
     [] { infer("scatter_reduce(%x, %i, %i) {axis = 0, reduce = \"prod\"}"); }},
    {"linear_recurrence.operands", [] { infer("linear_recurrence(%x, %i) {axis = 0}"); }},
    {"scatter_add.source", [] { infer("scatter_add(%x, %i, %i) {axis = 0}"); }},
    {"where.condition", [] { infer("where(%x, %x, %x)"); }},
    {"where.dtype", [] { infer("where(%b, %x, %i)"); }},
    {"slice.range", [] { infer("slice(%x) {axis = 0, begin = 1, size = 3, step = 1}"); }},
    {"avg_pool_gradient.rank", [] { infer("avg_pool_gradient(%x) {image = [4]}"); }},
    {"conv_weight_gradient.rank",
     [] { infer("conv_weight_gradient(%x, %x) {kernel = [3], groups = 1}"); }},
    {"conv_weight_gradient.shape",
     [] {
         infer(
             "conv_weight_gradient(%n, %n) {kernel = [2], groups = 1, stride = [1], "
             "pad_begin = [0], pad_end = [0], dilation = [1]}");
     }},
    {"avg_pool_gradient.shape",
     [] {
         infer(
             "avg_pool_gradient(%n) {image = [9], kernel = [2], stride = [1], pad_begin = [0], "
             "pad_end = [0], dilation = [1], count_include_pad = true, divisor = 0, "
             "ceil_mode = false}");
     }},
    {"conv_transpose.output_padding",
     [] {
         infer(
             "conv_transpose(%n, %w) {groups = 1, stride = [1], pad_begin = [0], pad_end = [0], "
             "dilation = [1], output_padding = [0, 0]}");
     }},
    {"expand.write",
     [] {
         trace_odd([](OddImpl&, const Tensor& x) {
             Tensor y = x.sum(0).expand({3, 4});
             y.add_(1);
             return y;
         });
     }},
    {"trace.symbol",
     [] {
         trace_odd([](OddImpl&, const Tensor& x) {
             return x + static_cast<double>(static_cast<int64_t>(Dim::symbol("Q")));
         });
     }},
    {"lower.dtype", [] { compile(nn::ReLU(), "x:f16[2,4]"); }},
    {"driver.prepared",
     [] { run_driver(driver::run_compile, {.target = "aarch64", .with_prepared = true}); }},
    {"dump.kernel", [] { run_driver(driver::run_dump, {.kernel = "nothing"}); }},
    {"driver.sizes", [] { run_driver(driver::run_check, {.sizes = {"M=3"}}); }},
    {"driver.input",
     [] {
         write_tensor("y", DType::f32);
         run_driver(driver::run_run, {.input_file = error_folder() / "in.safetensors"});
     }},
    {"driver.input",
     [] {
         write_tensor("x", DType::i32);
         run_driver(driver::run_run, {.input_file = error_folder() / "in.safetensors"});
     }},
    {"driver.sizes", [] { run_driver(driver::run_check, {.sizes = {"N=three"}}); }},
    {"emit.name", [] { run_driver(driver::run_compile, {.name = "up/net"}); }},
    {"emit.write",
     [] { run_driver(driver::run_compile, {.output = error_file("no_folder", "") + "/out"}); }},
    {"passes.needed", [] { run_driver(driver::run_check, {.disabled_passes = {"group"}}); }},
    {"passes.unknown", [] { passes::find_pass("fold_constant"); }},
    {"target.mixed", [] { lower::find_targets("x86-64-v3+aarch64"); }},
    {"tune.file", [] { run_driver(driver::run_tune, {}); }},
    {"tune.target",
     [] {
         run_driver(driver::run_tune,
                    {.tuning_file = error_folder() / "kept.txt", .target = "aarch64"});
     }},
    {"tuning.syntax", [] { passes::TuningFile::parse("cpu | node\n", "kept.txt"); }},
    {"linalg.size",
     [] { trace_odd([](OddImpl&, const Tensor& x) { return linalg::inv(matmul(x, x.t())); }); }},
    {"bincount.length",
     [] {
         trace_odd(
             [](OddImpl&, const Tensor& x) { return bincount(x.reshape({-1}).to(DType::i64)); });
     }},
    {"target.unknown", [] { lower::find_target("x86-64-v9"); }},
    {"emit.write",
     [] {
         emit::FileSet files;
         files.add(error_folder() / ".", [](const std::string&) {});
     }},
};

}  // namespace
}  // namespace lithe::tests
