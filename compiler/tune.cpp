#include "compiler/tune.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "compiler/ir/regions.h"
#include "compiler/lower/kernel.h"
#include "runtime/cpu.h"
#include "runtime/error.h"
#include "runtime/executor.h"

namespace lithe {
namespace {

/// A choice that is not faster by this much is noise.
constexpr double least_gain = 0.02;

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Takes the `round`-th candidate everywhere and remembers what there was.
class Round : public passes::Tuning {
public:
    Round(size_t round, size_t most) : round_(round), most_(most) {}

    size_t choose(const std::string& problem, const std::vector<std::string>& choices) override {
        auto& known = candidates[problem];
        known = choices;
        known.resize(std::min(choices.size(), most_));
        return std::min(round_, known.size() - 1);
    }
    bool marks_nodes() const override { return true; }

    std::map<std::string, std::vector<std::string>> candidates;

private:
    size_t round_, most_;
};

/// Kernels on the caller's inputs, with memory for the results.
class Timer {
public:
    Timer(CompiledModel model, const Tensors& inputs, Executor* executor)
        : model_(std::move(model)) {
        model_.session().set_executor(executor);
        for (const Tensor& input : inputs) {
            arrays_.push_back(input.array().dense());
            in_.push_back({arrays_.back().raw(), arrays_.back().dtype(), arrays_.back().sizes()});
        }
        results_ = model_.session().run(in_);
        for (HostTensor& result : results_) out_.push_back(result.view());
    }

    double run_us() {
        const auto begin = std::chrono::steady_clock::now();
        model_.session().run(in_, out_);
        return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
            .count();
    }

    /// Median time of what computes each problem, in us; its kernels together.
    std::map<std::string, double> step_us(int repetitions) {
        std::vector<std::vector<double>> times;
        for (int i = 0; i < repetitions + 2; ++i) {
            const std::vector<double> step_ns = model_.session().time_steps(in_, out_);
            if (i < 2) continue;
            times.resize(step_ns.size());
            for (size_t s = 0; s < step_ns.size(); ++s) times[s].push_back(step_ns[s]);
        }
        struct Sum {
            double us = 0, nodes = 0;
        };
        std::map<std::string, Sum> sums;
        const std::vector<Problem> problems = problems_of_steps();
        for (size_t s = 0; s < problems.size(); ++s) {
            if (problems[s].name.empty()) continue;
            Sum& sum = sums[problems[s].name];
            sum.us += median(times[s]) * 1e-3;
            sum.nodes += problems[s].is_part ? 0 : 1;
        }
        std::map<std::string, double> means;
        for (const auto& [problem, sum] : sums) means[problem] = sum.us / sum.nodes;
        return means;
    }

private:
    /// What a kernel computes, or one of several for one node; without name where there was no
    /// choice.
    struct Problem {
        std::string name;
        bool is_part = false;
    };

    /// By the names of kernels: steps of loops and branches are groups of inner graphs.
    std::vector<Problem> problems_of_steps() const {
        const Compiled& compiled = model_.compiled();
        std::map<std::string, Problem> of_kernels;
        ir::for_each_graph(compiled.program, [&](const ir::Graph& graph) {
            for (const auto& node : graph.nodes()) {
                if (node->is("group"))
                    of_kernels[lower::kernel_name(*node, compiled.target)] = problem_in(*node);
            }
        });
        std::vector<Problem> problems;
        for (const artifact::Plan& plan : compiled.artifact.plans) {
            if (plan.name != "forward") continue;
            for (const artifact::Step& step : plan.steps) {
                const bool is_kernel = step.kind == artifact::Step::Kind::kernel;
                const auto kernel = static_cast<size_t>(step.index);
                problems.push_back(is_kernel ? of_kernels.at(compiled.artifact.kernels[kernel])
                                             : Problem{});
            }
        }
        return problems;
    }

    static Problem problem_in(const ir::Node& group) {
        for (const auto& node : group.body()->nodes()) {
            for (const bool is_part : {false, true}) {
                const std::string mark = is_part ? "problem_part" : "problem";
                if (node->attrs().has(mark)) return {node->attrs().get_string(mark), is_part};
            }
        }
        return {};
    }

    CompiledModel model_;
    std::vector<Array> arrays_;
    std::vector<ConstTensorView> in_;
    std::vector<HostTensor> results_;
    std::vector<TensorView> out_;
};

class Tuner {
public:
    Tuner(const ir::Program& program, const Tensors& inputs, const TuneOptions& options)
        : program_(program), inputs_(inputs), options_(options), pool_(options.threads) {}

    TuneResult run(passes::TuningFile& file) {
        measure();
        TuneResult result;
        for (const auto& [problem, names] : candidates_) {
            const std::vector<double>& us = us_[problem];
            if (us.empty()) continue;
            ++result.problems;
            size_t best = 0;
            for (size_t i = 1; i < us.size(); ++i) {
                if (us[i] < us[best]) best = i;
            }
            if (us[best] > us[0] * (1 - least_gain)) best = 0;
            result.changed += best > 0 ? 1 : 0;
            file.set(problem, {names[best], times_text(us[best], us[0])});
        }
        compare(file, result);
        return result;
    }

private:
    static std::string times_text(double best, double first) {
        const auto text = [](double us) {
            const auto tenths = static_cast<int64_t>(us * 10 + 0.5);
            return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " us";
        };
        return " | " + text(best) + " | " + text(first);
    }

    Timer timer(std::shared_ptr<passes::Tuning> tuning) {
        CompileOptions compile = options_.compile;
        compile.tuning = std::move(tuning);
        compile.with_hooks = false;
        return {compile_program(program_.copy(), compile), inputs_,
                options_.threads > 1 ? &pool_ : nullptr};
    }

    void measure() {
        size_t rounds = 1;
        for (size_t round = 0; round < rounds; ++round) {
            const auto tuning =
                std::make_shared<Round>(round, static_cast<size_t>(options_.candidates));
            Timer timed = timer(tuning);
            candidates_ = tuning->candidates;
            for (const auto& [problem, names] : candidates_)
                rounds = std::max(rounds, names.size());
            if (options_.progress) {
                options_.progress("round " + std::to_string(round + 1) + " of " +
                                  std::to_string(rounds));
            }
            for (const auto& [problem, us] : timed.step_us(options_.repetitions)) {
                if (round < candidates_[problem].size()) us_[problem].push_back(us);
            }
        }
    }

    void compare(const passes::TuningFile& file, TuneResult& result) {
        Timer model = timer(nullptr), tuned = timer(std::make_shared<passes::TuningFile>(file));
        std::vector<double> model_us, tuned_us;
        for (int i = 0; i < options_.repetitions + 2; ++i) {
            const double first = model.run_us(), second = tuned.run_us();
            if (i < 2) continue;
            model_us.push_back(first);
            tuned_us.push_back(second);
        }
        result.model_us = median(model_us);
        result.tuned_us = median(tuned_us);
    }

    const ir::Program& program_;
    const Tensors& inputs_;
    const TuneOptions& options_;
    ThreadPool pool_;
    std::map<std::string, std::vector<std::string>> candidates_;
    std::map<std::string, std::vector<double>> us_;  ///< of the candidates, in their order
};

}  // namespace

TuneResult tune(const ir::Program& program, const Tensors& inputs, const TuneOptions& options,
                passes::TuningFile& file) {
    const std::vector<lower::Target> targets = lower::find_targets(options.compile.target);
    if (targets.size() > 1 || !runs_on_this_cpu(targets.front().name)) {
        throw UserError("tune.target", "tune: '" + options.compile.target +
                                           "' cannot be measured here; one target of this CPU can");
    }
    return Tuner(program, inputs, options).run(file);
}

}  // namespace lithe
