#include "compiler/trace/trace.h"

#include <algorithm>
#include <set>

#include "compiler/trace/branches.h"
#include "compiler/trace/check_sizes.h"
#include "compiler/trace/describe.h"
#include "compiler/trace/generalize.h"
#include "compiler/trace/graph_tracer.h"
#include "compiler/trace/sample_sizes.h"
#include "compiler/trace/slice_bounds.h"
#include "dsl/author_line.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe {
namespace {

using tracing::GraphTracer;
using tracing::Recording;
using tracing::Samples;
using tracing::Way;

/// Puts train or eval mode on for a trace and back afterwards, also when forward() throws. Modules
/// that are frozen in a model that is in train mode stay so.
class ModeScope {
public:
    ModeScope(nn::Module& module, bool train) {
        for (const auto& [path, child] : module.named_modules()) {
            before_.emplace_back(child.get(), child->is_training());
        }
        const bool keeps_frozen = train && module.is_training();
        module.train(train);
        if (!keeps_frozen) return;
        for (const auto& [child, training] : before_) {
            if (!training) child->set_training(false);
        }
    }
    ~ModeScope() {
        for (const auto& [child, training] : before_) child->set_training(training);
    }

private:
    std::vector<std::pair<nn::Module*, bool>> before_;
};

/// Traces at further sizes beside those that explain and the one that checks them.
constexpr int most_further_checks = 3;

class Session {
public:
    Session(nn::Module& module, const Forward& forward, const std::vector<InputSpec>& inputs)
        : module_(module), forward_(forward), inputs_(inputs) {}

    std::unique_ptr<ir::Graph> graph(ir::Program& program, const std::string& name, bool train) {
        const ModeScope mode(module_, train);
        record_creation_ = false;
        std::vector<std::string> names;
        for (const ir::Symbol& symbol : program.symbols) {
            if (symbol.min != symbol.max) names.push_back(symbol.name);
        }
        bool escaped = false;
        Recording first = record(program, name, tracing::base_samples(program), escaped);
        if (!escaped || names.empty()) return std::move(first.graph);
        try {
            return solved(program, names, std::move(first));
        } catch (const UserError& refusal) {
            if (refusal.id() != "trace.not_general") throw;
            // A mask or a grid made of integers that were sizes: recorded, it may generalise.
            return with_creation(program, names, name, refusal);
        }
    }

private:
    /// Where that does not generalise either, the error says why neither does.
    std::unique_ptr<ir::Graph> with_creation(ir::Program& program,
                                             const std::vector<std::string>& names,
                                             const std::string& name, const UserError& refusal) {
        bool escaped = false;
        program.calls.resize(first_calls_);
        record_creation_ = true;
        try {
            return solved(program, names,
                          record(program, name, tracing::base_samples(program), escaped));
        } catch (const UserError& second) {
            throw_both(refusal, second);
        }
    }

    [[noreturn]] static void throw_both(const UserError& first, const UserError& second) {
        const std::string_view whole = first.what(), other = second.what();
        if (whole == other) throw UserError(first);
        const std::string id = " [" + first.id() + "]";
        const size_t end = whole.find(id);
        std::string places(whole.substr(end + id.size()));
        if (places.starts_with('\n')) places = places.substr(1) + "\n";
        throw UserError(
            first.id(), whole.substr(0, end),
            places + "  with tensors made of sizes recorded as well: " + std::string(other));
    }

    /// With as many recordings as are usual, or with many where these do not explain an integer.
    std::unique_ptr<ir::Graph> solved(ir::Program& program, const std::vector<std::string>& names,
                                      Recording first) {
        const std::string name = first.graph->name;
        try {
            return generalize(program, names, std::move(first), 0);
        } catch (const tracing::Unsolved& refusal) {
            bool escaped = false;
            program.calls.resize(first_calls_);
            Recording base = record(program, name, tracing::base_samples(program), escaped);
            try {
                return generalize(program, names, std::move(base), tracing::least_for_parts);
            } catch (const UserError&) {
                throw UserError(refusal);
            }
        }
    }

    std::unique_ptr<ir::Graph> generalize(ir::Program& program,
                                          const std::vector<std::string>& names, Recording first,
                                          size_t least) {
        const std::string name = first.graph->name;
        std::vector<Recording> recordings;
        recordings.push_back(std::move(first));
        const Samples base = recordings[0].samples;
        Samples check = base;
        for (const std::string& symbol_name : names) {
            const ir::Symbol& symbol = *program.symbol(symbol_name);
            Samples changed = base;
            changed[symbol_name] = tracing::telling(symbol, base, recordings[0].escaped);
            check[symbol_name] =
                tracing::other(symbol, base.at(symbol_name), {changed[symbol_name]});
            recordings.push_back(again(program, name, changed));
        }
        recordings.push_back(again(program, name, check));
        add_checks(program, name, recordings);
        add_neighbours(program, name, recordings, least);
        set_samples(program, base);
        return tracing::generalize(program, names, std::move(recordings));
    }

    /// Where forward() fails at sizes far from the base, the checks stay near: a table may end, by
    /// which the range is narrowed later.
    void add_checks(ir::Program& program, const std::string& name,
                    std::vector<Recording>& recordings) {
        const std::vector<ir::ModuleCall> calls = program.calls;
        int64_t reach = 64;
        for (int i = 0; i < most_further_checks; ++i) {
            const Samples samples = tracing::with_other_residues(program, recordings, reach);
            if (samples == recordings[0].samples) return;
            try {
                recordings.push_back(again(program, name, samples));
            } catch (const UserError&) {
                if (reach == tracing::near_reach) throw;
                program.calls = calls;
                reach = tracing::near_reach;
                --i;
            }
        }
    }

    /// Recordings at further sizes near the base until there are so many; fewer where the ranges
    /// end or forward() fails.
    void add_neighbours(ir::Program& program, const std::string& name,
                        std::vector<Recording>& recordings, size_t least) {
        const std::vector<ir::ModuleCall> calls = program.calls;
        for (int64_t turn = 1; recordings.size() < least && turn < 64; ++turn) {
            const Samples samples = tracing::neighbour(program, recordings[0].samples, turn);
            const bool is_known =
                std::any_of(recordings.begin(), recordings.end(),
                            [&](const Recording& r) { return r.samples == samples; });
            if (is_known) continue;
            try {
                recordings.push_back(again(program, name, samples));
            } catch (const UserError&) {
                program.calls = calls;
            }
        }
    }

    static void set_samples(ir::Program& program, const Samples& samples) {
        for (ir::Symbol& symbol : program.symbols) symbol.sample = samples.at(symbol.name);
    }

    Recording record(ir::Program& program, const std::string& name, const Samples& samples,
                     bool& escaped) {
        set_samples(program, samples);
        Recording recording;
        recording.samples = samples;
        std::vector<Way> ways;
        explore(program, name, {}, ways, recording.escaped);
        escaped |= !recording.escaped.empty();
        recording.graph = ways[0].decisions.empty()
                              ? std::move(ways[0].graph)
                              : tracing::join_ways(program, ways, first_calls_);
        return recording;
    }

    /// Runs forward() with these answers to the bools that it asks for, then, for every bool that
    /// was asked for beyond them, with the other answer.
    void explore(ir::Program& program, const std::string& name, std::vector<bool> answers,
                 std::vector<Way>& ways, std::vector<Dim>& escaped) {
        program.calls.resize(first_calls_);
        const size_t known = answers.size();
        Way way;
        way.graph = std::make_unique<ir::Graph>();
        way.graph->name = name;
        GraphTracer tracer(program, *way.graph, module_, record_creation_);
        tracer.answer(std::move(answers));
        tracer.run(forward_, inputs_);
        refuse_lost_state(program, tracer);
        for (const Dim& size : tracer.escaped_sizes()) {
            const auto is_size = [&](const Dim& other) { return same(other, size); };
            if (std::none_of(escaped.begin(), escaped.end(), is_size)) escaped.push_back(size);
        }
        way.decisions = tracer.decisions();
        way.calls = program.calls;
        way.draws = tracer.draw_count();
        const std::vector<tracing::Decision> decisions = way.decisions;
        ways.push_back(std::move(way));
        std::vector<bool> next;
        for (size_t i = 0; i < decisions.size(); ++i) {
            if (i >= known) {
                check_ways(ways.size(), decisions[i]);
                next.push_back(false);
                explore(program, name, next, ways, escaped);
                next.pop_back();
            }
            next.push_back(decisions[i].answer);
        }
    }

    /// What forward() keeps in a field and reads in the next call would be lost: a buffer is not.
    void refuse_lost_state(ir::Program& program, const GraphTracer& tracer) {
        if (tracer.kept_fields().empty()) return;
        const std::vector<ir::ModuleCall> calls = program.calls;
        program.calls.resize(first_calls_);
        std::vector<bool> answers;
        for (const tracing::Decision& decision : tracer.decisions()) {
            answers.push_back(decision.answer);
        }
        ir::Graph graph;
        GraphTracer probe(program, graph, module_, record_creation_);
        probe.answer(std::move(answers));
        std::string path;
        try {
            path = probe.field_read_first(forward_, inputs_, tracer.kept_fields());
        } catch (const std::exception&) {
            // With what a first call leaves, forward() does what no trace follows.
        }
        program.calls = calls;
        if (path.empty()) return;
        throw UserError("trace.field_state",
                        "trace: forward() reads what the call before has left in the field " +
                            quote(path) + ", which a compiled model would forget; make it a " +
                            "nn::Buffer with a value from the constructor on");
    }

    static void check_ways(size_t count, const tracing::Decision& decision) {
        constexpr size_t most_ways = 64;
        if (count < most_ways) return;
        const std::string line = author_line(decision.stack);
        throw UserError("trace.too_many_branches",
                        "trace: forward() has more than " + std::to_string(most_ways) +
                            " ways through its bools that are known only when the model runs; "
                            "lithe::cond() keeps a branch to itself",
                        line.empty() ? "" : "  at " + line);
    }

    /// Records for comparison: the table of calls stays that of the first recording.
    Recording again(ir::Program& program, const std::string& name, const Samples& samples) {
        const std::vector<ir::ModuleCall> calls = program.calls;
        bool escaped = false;
        program.calls.resize(first_calls_);
        Recording recording = record(program, name, samples, escaped);
        program.calls = calls;
        return recording;
    }

public:
    void begin_calls(const ir::Program& program) { first_calls_ = program.calls.size(); }

private:
    nn::Module& module_;
    const Forward& forward_;
    const std::vector<InputSpec>& inputs_;
    size_t first_calls_ = 0;
    bool record_creation_ = false;
};

void add_symbols(ir::Program& program, const std::vector<InputSpec>& inputs) {
    for (const InputSpec& input : inputs) {
        for (const ir::Symbol& symbol : input.symbols) {
            if (const ir::Symbol* known = program.symbol(symbol.name)) {
                if (known->min == symbol.min && known->max == symbol.max) continue;
                throw UserError("input_spec.range",
                                "input: the size " + symbol.name + " is given two ranges");
            }
            program.symbols.push_back(symbol);
        }
    }
    for (const InputSpec& input : inputs) {
        for (const Dim& dim : input.type.shape) {
            for (const std::string& name : dim.symbols()) {
                if (program.symbol(name)) continue;
                throw UserError("input_spec.range", "input: the size " + name + " of '" +
                                                        input.name + "' has no range; say " + name +
                                                        "=min..max once");
            }
        }
    }
}

}  // namespace

ir::Program trace(nn::Module& module, const Forward& forward, const std::vector<InputSpec>& inputs,
                  std::string_view name, bool with_train) {
    ir::Program program;
    program.name = std::string(name);
    add_symbols(program, inputs);
    tracing::describe_modules(module, program);
    tracing::describe_state(module, program);
    Session session(module, forward, inputs);
    session.begin_calls(program);
    program.graphs.push_back(session.graph(program, "forward", /*train=*/false));
    if (with_train) {
        session.begin_calls(program);
        program.graphs.push_back(session.graph(program, "forward_train", /*train=*/true));
    }
    tracing::narrow_ranges(program);
    tracing::check_sizes(program);
    return program;
}

}  // namespace lithe
