#include <Halide.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "compiler/ir/kernel_key.h"
#include "compiler/lower/body.h"
#include "compiler/lower/collapse.h"
#include "compiler/lower/families.h"
#include "compiler/lower/group_channels.h"
#include "compiler/lower/kernel.h"
#include "compiler/lower/loop_analysis.h"
#include "compiler/lower/masked_stores.h"
#include "compiler/lower/min_max.h"
#include "compiler/lower/object.h"
#include "compiler/lower/prefetch.h"
#include "compiler/lower/rare_values.h"
#include "compiler/lower/stack_memory.h"
#include "compiler/lower/turn.h"
#include "dsl/lower_multiply_add.h"
#include "runtime/error.h"

namespace lithe::lower {
namespace {

/// Bumped when the same body and parameters give other code.
constexpr const char* generator_version = "53";

/// Halide's flags: no runtime, no checks (lithe has checked), a context for parallel loops, and
/// IEEE arithmetic unless the family needs fused multiply-adds.
Halide::Target halide_target(const Target& target, const Family& family) {
    return Halide::Target(target.halide + "-no_asserts-no_bounds_query-no_runtime-user_context" +
                          (family.fuses_multiply_add ? "" : "-strict_float"));
}

/// Halide reports through one global object; its errors become lithe's, its warnings are dropped.
class Reporter : public Halide::CompileTimeErrorReporter {
public:
    void warning(const char*) override {}
    void error(const char* message) override {
        throw InternalError("lower.halide", std::string("lower: Halide: ") + message);
    }
};

void install_reporter() {
    static Reporter reporter;
    static std::once_flag once;
    std::call_once(once, [] { Halide::set_custom_compile_time_error_reporter(&reporter); });
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return std::move(content).str();
}

struct Compiled {
    Halide::Module module;
    std::vector<std::string> symbols;
    bool fills_second_cache;  ///< by what it asks for ahead
};

/// `is_general` takes the last family whatever the others say.
Compiled to_module(const ir::Node& group, const Target& target, const std::string& name,
                   bool is_general = false) {
    install_reporter();
    const ir::Graph& whole = *group.body();
    std::unique_ptr<ir::Graph> collapsed = collapse_axes(whole);
    if (!collapsed) collapsed = collapse_rows(whole);
    if (!collapsed) collapsed = collapse_pixels(whole);
    if (!collapsed) collapsed = collapse_taps(whole);
    auto like = std::make_unique<ir::Graph>();  // a group node over the body that is compiled
    const ir::Graph& graph = collapsed ? *collapsed : whole;
    TensorTypes types;
    for (const ir::Output& output : graph.outputs) types.push_back(output.value.type());
    ir::Node* node = like->add_node(group.op(), {}, group.attrs(), types);
    node->add_body(graph.clone());

    Body body(*node->body(), target, ir::kernel_symbols(group));
    const Family& family = is_general ? generic_family : find_family(*node, target);
    family.schedule(*node, body);
    const std::vector<Halide::Func> results = body.results();
    Halide::Pipeline pipeline(results);
    share_prefetches(pipeline, graph, target);
    prefetch_taps(pipeline, graph);
    prefetch_operands(pipeline, results[0].name());
    keep_on_stack(pipeline);
    shuffle_group_channels(pipeline);
    shuffle_turns(pipeline);
    branch_on_rare_values(pipeline);
    use_min_max(pipeline, target);
    split_masked_stores(pipeline, target);
    skip_loop_analysis(pipeline);
    if (!target.has_multiply_add()) split_multiply_adds(pipeline);
    return {pipeline.compile_to_module(body.arguments(), name, halide_target(target, family),
                                       Halide::LinkageType::ExternalPlusArgv),
            body.symbol_names(),
            asks_for_next_panel(graph, target) && target.halide.starts_with("x86")};
}

std::string temporary_path(const std::string& name, const char* suffix) {
    return (std::filesystem::temp_directory_path() /
            (name + "." + std::to_string(getpid()) + suffix))
        .string();
}

std::string emit(Halide::Module module, const std::string& name, Halide::OutputFileType type,
                 const char* suffix) {
    const std::string path = temporary_path(name, suffix);
    module.compile({{type, path}});
    std::string content = read_file(path);
    std::remove(path.c_str());
    return content;
}

}  // namespace

std::string kernel_identity(const ir::Node& group, const Target& target) {
    return std::string("lithe ") + generator_version + "\n" + target.halide + "\n" +
           ir::kernel_key(group);
}

std::string kernel_name(const ir::Node& group, const Target& target) {
    return "lithe_k_" + content_hash(kernel_identity(group, target));
}

Kernel compile_kernel(const ir::Node& group, const Target& target) {
    const auto begin = std::chrono::steady_clock::now();
    Kernel kernel;
    kernel.name = kernel_name(group, target);
    const auto compile = [&](bool is_general) {
        const Compiled compiled = to_module(group, target, kernel.name, is_general);
        kernel.symbols = compiled.symbols;
        std::string object =
            emit(compiled.module, kernel.name, Halide::OutputFileType::object, ".o");
        if (compiled.fills_second_cache) object = prefetch_into_second_cache(std::move(object));
        kernel.object = finish_object(object, kernel.name);
    };
    try {
        compile(/*is_general=*/false);
    } catch (const InternalError& error) {
        // A family may need memory whose size depends on one that has a name, and kernels allocate
        // none: then every element is computed on its own.
        const bool needs_memory = error.id() == "lower.symbol" && !kernel.symbols.empty();
        if (!needs_memory) throw;
        compile(/*is_general=*/true);
    }
    kernel.compile_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return kernel;
}

std::string show_kernel(const ir::Node& group, const Target& target, Form form) {
    const std::string name = kernel_name(group, target);
    const bool wants_assembly = form == Form::assembly;
    const Compiled compiled = to_module(group, target, name);
    std::string text =
        emit(compiled.module, name,
             wants_assembly ? Halide::OutputFileType::assembly : Halide::OutputFileType::stmt,
             wants_assembly ? ".s" : ".stmt");
    return wants_assembly && compiled.fills_second_cache ? prefetch_text_into_second_cache(text)
                                                         : text;
}

}  // namespace lithe::lower
