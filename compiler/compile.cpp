#include "compiler/compile.h"

#include <atomic>
#include <chrono>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "compiler/ir/regions.h"
#include "compiler/lower/cache.h"
#include "compiler/plan/plan.h"
#include "runtime/artifact_encode.h"

namespace lithe {
namespace {

/// Every group of the program and which distinct kernel computes it.
struct KernelTable {
    std::vector<const ir::Node*> distinct;
    std::map<const ir::Node*, plan::KernelUse> uses;
    int groups = 0;
};

KernelTable collect(const ir::Program& program, const lower::Target& target) {
    KernelTable table;
    std::map<std::string, int> index_of;
    ir::for_each_graph(program, [&](const ir::Graph& graph) {
        for (const auto& node : graph.nodes()) {
            if (!node->is("group")) continue;
            ++table.groups;
            const auto [at, is_new] = index_of.try_emplace(lower::kernel_identity(*node, target),
                                                           static_cast<int>(table.distinct.size()));
            if (is_new) table.distinct.push_back(node.get());
            table.uses[node.get()] = {at->second, lower::symbols_of(*node)};
        }
    });
    return table;
}

std::vector<lower::Kernel> compile_kernels(const std::vector<const ir::Node*>& groups,
                                           const lower::Target& target,
                                           const CompileOptions& options) {
    std::vector<lower::Kernel> kernels(groups.size());
    std::atomic<size_t> next{0};
    std::atomic<int> done{0};
    std::exception_ptr failure;
    std::mutex mutex;
    auto work = [&] {
        for (size_t i = next++; i < groups.size(); i = next++) {
            try {
                kernels[i] = lower::cached_kernel(*groups[i], target, options.cache_folder);
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (!failure) failure = std::current_exception();
                next = groups.size();
                return;
            }
            const int count = ++done;
            const std::lock_guard lock(mutex);
            if (options.progress) {
                options.progress(count, static_cast<int>(groups.size()), kernels[i].name);
            }
        }
    };
    std::vector<std::thread> threads;
    for (int t = 1; t < options.threads; ++t) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
    if (failure) std::rethrow_exception(failure);
    return kernels;
}

void describe_state_keys(const ir::Program& program, artifact::Artifact& artifact) {
    std::map<std::string, int32_t> slot_of;
    for (size_t i = 0; i < program.slots.size(); ++i) {
        slot_of[program.slots[i].key] = static_cast<int32_t>(i);
        for (const std::string& alias : program.slots[i].aliases) {
            slot_of[alias] = static_cast<int32_t>(i);
        }
    }
    for (const std::string& key : program.state_keys) {
        artifact.state_keys.push_back({key, slot_of.at(key)});
    }
}

void describe(const ir::Program& program, artifact::Artifact& artifact) {
    artifact.name = program.name;
    for (const ir::Symbol& s : program.symbols) {
        artifact.symbols.push_back({s.name, s.min, s.max, s.multiple_of});
    }
    for (const ir::Slot& s : program.slots) {
        artifact.slots.push_back({s.key, s.aliases, s.kind == ir::Slot::Kind::parameter,
                                  s.persistent, s.requires_grad, s.type.dtype,
                                  constant_sizes(s.type.shape)});
        // Files from before batch norm counted its batches lack the counter; PyTorch lets that
        // pass.
        artifact.slots.back().optional = s.key.ends_with("num_batches_tracked");
        if (!s.persistent || artifact.slots.back().optional) {
            artifact.slots.back().initial_offset = plan::add_constant(artifact.constants, s.data);
        }
    }
    describe_state_keys(program, artifact);
    for (const ir::ModuleInfo& m : program.modules) {
        artifact.modules.push_back({m.path, m.class_name, m.extra, m.aliases});
    }
    for (const ir::ModuleCall& c : program.calls) artifact.calls.push_back({c.module, c.parent});
    const ir::Graph& forward = *program.graph("forward");
    for (const ir::Node* input : forward.inputs()) {
        artifact.inputs.push_back(
            {input->attrs().get_string("name"), plan::port_type(program, input->type())});
    }
    for (const ir::Output& output : forward.outputs) {
        if (!output.buffer.empty()) continue;  // becomes the model's, not the caller's
        artifact.outputs.push_back({output.name, plan::port_type(program, output.value.type())});
    }
    if (const ir::Graph* prepare = program.graph("prepare")) {
        for (const ir::Output& output : prepare->outputs) {
            artifact.prepared.push_back(plan::port_type(program, output.value.type()));
        }
    }
}

}  // namespace

namespace {

passes::Machine machine_of(const CompileOptions& options) {
    const lower::Target target = lower::find_targets(options.target).front();
    return {.vector_bytes = target.vector_bytes,
            .register_count = target.register_count,
            .l2_bytes = target.l2_bytes,
            .l3_bytes = target.l3_bytes,
            .exact = options.exact,
            .target = target.name,
            .tuning = options.tuning.get()};
}

/// Drops named sizes that no input has: nothing else can name them.
void drop_unused_symbols(ir::Program& program) {
    std::set<std::string> used;
    for (const ir::Node* input : program.graph("forward")->inputs()) {
        for (const Dim& dim : input->type().shape) {
            for (const std::string& name : dim.symbols()) used.insert(name);
        }
    }
    std::erase_if(program.symbols, [&](const ir::Symbol& s) { return !used.contains(s.name); });
}

}  // namespace

std::vector<const Compiled*> Compiled::levels() const {
    std::vector<const Compiled*> all{this};
    for (const Compiled& other : others) all.push_back(&other);
    return all;
}

passes::PipelineOptions pass_options(const CompileOptions& options) {
    return {.with_hooks = options.with_hooks,
            .disabled = options.disabled_passes,
            .dump_after = options.dump_after,
            .stop_after = options.stop_after,
            .machine = machine_of(options),
            .limit = options.pass_limit,
            .log = options.log};
}

namespace {

/// For one level of the CPU.
Compiled compile_level(ir::Program program, const CompileOptions& options) {
    const auto begin = std::chrono::steady_clock::now();
    Compiled result;
    result.target = lower::find_target(options.target);
    passes::run_pipeline(program, pass_options(options));

    const KernelTable table = collect(program, result.target);
    result.groups = table.groups;
    result.kernel_uses.resize(table.distinct.size());
    for (const auto& [group, use] : table.uses)
        ++result.kernel_uses[static_cast<size_t>(use.index)];
    result.kernels = compile_kernels(table.distinct, result.target, options);

    describe(program, result.artifact);
    result.artifact.target = result.target.name;
    for (const lower::Kernel& kernel : result.kernels) {
        result.artifact.kernels.push_back(kernel.name);
    }
    for (const auto& graph : program.graphs) {
        result.artifact.plans.push_back(
            plan::make_plan(program, *graph, table.uses, result.artifact.constants));
    }
    result.encoded = artifact::encode(result.artifact);
    result.program = std::move(program);
    result.compile_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return result;
}

}  // namespace

Compiled compile(ir::Program program, const CompileOptions& options) {
    drop_unused_symbols(program);
    const std::vector<lower::Target> targets = lower::find_targets(options.target);
    CompileOptions level = options;
    std::vector<Compiled> others;
    for (size_t i = 1; i < targets.size(); ++i) {
        level.target = targets[i].name;
        others.push_back(compile_level(program.copy(), level));
    }
    level.target = targets.front().name;
    Compiled result = compile_level(std::move(program), level);
    for (const Compiled& other : others) result.compile_s += other.compile_s;
    result.others = std::move(others);
    return result;
}

}  // namespace lithe
