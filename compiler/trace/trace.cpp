#include "compiler/trace/trace.h"

#include <algorithm>
#include <set>

#include "compiler/trace/branches.h"
#include "compiler/trace/check_sizes.h"
#include "compiler/trace/describe.h"
#include "compiler/trace/generalize.h"
#include "compiler/trace/graph_tracer.h"
#include "compiler/trace/slice_bounds.h"
#include "dsl/author_line.h"
#include "runtime/error.h"

namespace lithe {
namespace {

using tracing::GraphTracer;
using tracing::Recording;
using tracing::Samples;
using tracing::Way;

int64_t nearest_in_range(const ir::Symbol& symbol, int64_t wanted) {
    const int64_t m = symbol.multiple_of;
    int64_t value = std::clamp((wanted + m - 1) / m * m, symbol.min, symbol.max);
    if (value % m != 0) value = value / m * m;
    return std::max(value, symbol.min);
}

/// Puts train or eval mode on for a trace and back afterwards, also when forward() throws.
class ModeScope {
public:
    ModeScope(nn::Module& module, bool train) : module_(module) {
        for (const auto& [path, child] : module.named_modules()) {
            before_.emplace_back(child.get(), child->is_training());
        }
        module_.train(train);
    }
    ~ModeScope() {
        for (const auto& [child, training] : before_) child->set_training(training);
    }

private:
    nn::Module& module_;
    std::vector<std::pair<nn::Module*, bool>> before_;
};

/// Traces at further sizes beside those that explain and the one that checks them.
constexpr int most_further_checks = 3;
constexpr int64_t near_reach = 8;

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
        Recording first = record(program, name, base_samples(program), escaped);
        if (!escaped || names.empty()) return std::move(first.graph);
        try {
            return generalize(program, names, std::move(first));
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
            Recording first = record(program, name, base_samples(program), escaped);
            return generalize(program, names, std::move(first));
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

    std::unique_ptr<ir::Graph> generalize(ir::Program& program,
                                          const std::vector<std::string>& names, Recording first) {
        const std::string name = first.graph->name;
        std::vector<Recording> recordings;
        recordings.push_back(std::move(first));
        const Samples base = recordings[0].samples;
        Samples check = base;
        for (const std::string& symbol_name : names) {
            const ir::Symbol& symbol = *program.symbol(symbol_name);
            Samples changed = base;
            changed[symbol_name] = telling(symbol, base, recordings[0].escaped);
            check[symbol_name] = other(symbol, base.at(symbol_name), {changed[symbol_name]});
            recordings.push_back(again(program, name, changed));
        }
        recordings.push_back(again(program, name, check));
        add_checks(program, name, recordings);
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
            const Samples samples = with_other_residues(program, recordings, reach);
            if (samples == recordings[0].samples) return;
            try {
                recordings.push_back(again(program, name, samples));
            } catch (const UserError&) {
                if (reach == near_reach) throw;
                program.calls = calls;
                reach = near_reach;
                --i;
            }
        }
    }

    static Samples base_samples(const ir::Program& program) {
        // Small primes, one a symbol: sizes that differ by name differ by value.
        constexpr int64_t primes[] = {5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
        Samples samples;
        size_t next = 0;
        for (const ir::Symbol& symbol : program.symbols) {
            int64_t value = nearest_in_range(symbol, primes[next++ % std::size(primes)]);
            // The least size is often one at which code does something else: no resizing, no loop.
            if (value == symbol.min) {
                const auto steps = static_cast<int64_t>(next);
                value = nearest_in_range(symbol, symbol.min + steps * symbol.multiple_of);
            }
            samples[symbol.name] = value;
        }
        return samples;
    }

    /// A value of a size at which all that escaped and depends on it differs from the base: a
    /// stride of 4 gives the same for 18 and 20. As many as there are, where none tells all.
    static int64_t telling(const ir::Symbol& symbol, const Samples& base,
                           const std::vector<Dim>& escaped) {
        const auto changes_at = [&](int64_t value) {
            return std::count_if(escaped.begin(), escaped.end(), [&](const Dim& size) {
                Samples samples = base;
                const auto value_of = [&](const std::string& name) -> std::optional<int64_t> {
                    return samples.at(name);
                };
                const auto before = size.evaluate(value_of);
                samples[symbol.name] = value;
                return before != size.evaluate(value_of);
            });
        };
        int64_t best = other(symbol, base.at(symbol.name), {});
        for (const int64_t turns : {5, 8, 16, 32, 64}) {
            const int64_t value = base.at(symbol.name) + turns * symbol.multiple_of;
            if (value > symbol.max) break;
            if (changes_at(value) > changes_at(best)) best = value;
        }
        return best;
    }
    /// A value in the range, other than those known.
    static int64_t other(const ir::Symbol& symbol, int64_t base, const std::set<int64_t>& taken) {
        for (const int64_t wanted :
             {base + 2 * symbol.multiple_of, base + 5 * symbol.multiple_of,
              base - symbol.multiple_of, base - 2 * symbol.multiple_of, symbol.max, symbol.min}) {
            const int64_t value = nearest_in_range(symbol, wanted);
            if (value != base && !taken.contains(value)) return value;
        }
        return symbol.min;
    }

    /// For every size a value at which it, and what escaped and depends on it alone, leaves other
    /// rests than those seen when divided by small numbers: what is right for even sizes alone, or
    /// for 1 in 3, shows at it.
    static Samples with_other_residues(const ir::Program& program,
                                       const std::vector<Recording>& recordings, int64_t reach) {
        Samples samples = recordings[0].samples;
        for (const ir::Symbol& symbol : program.symbols) {
            std::vector<Dim> sizes{Dim::symbol(symbol.name)};
            for (const Dim& size : recordings[0].escaped) {
                if (size.symbols() == std::vector{symbol.name}) sizes.push_back(size);
            }
            const auto gain_of = [&](int64_t value) {
                int64_t gain = 0;
                for (const Dim& size : sizes) {
                    std::set<int64_t> seen;
                    for (const Recording& r : recordings) {
                        seen.insert(value_at(size, symbol, r.samples.at(symbol.name)));
                    }
                    gain += new_residues(value_at(size, symbol, value), seen);
                }
                return gain;
            };
            int64_t most = 0;
            const int64_t base = recordings[0].samples.at(symbol.name) / symbol.multiple_of;
            const int64_t first = reach == near_reach ? base : std::max<int64_t>(base - 8, 0);
            for (int64_t turn = first; turn < base + reach; ++turn) {
                const int64_t value = turn * symbol.multiple_of;
                // The least size and 1 are left alone, as in base_samples.
                if (value <= symbol.min || value > symbol.max || value == 1) continue;
                if (const int64_t gain = gain_of(value); gain > most) {
                    most = gain;
                    samples[symbol.name] = value;
                }
            }
        }
        return samples;
    }
    /// In multiples of what the size is one of.
    static int64_t value_at(const Dim& size, const ir::Symbol& symbol, int64_t value) {
        const auto result = size.evaluate([&](const std::string&) { return std::optional(value); });
        const bool is_symbol = same(size, Dim::symbol(symbol.name));
        return result.value_or(0) / (is_symbol ? symbol.multiple_of : 1);
    }
    /// The small divisors by which the value leaves another rest than all those seen; the smaller
    /// count more, for code asks for them more often.
    static int64_t new_residues(int64_t value, const std::set<int64_t>& seen) {
        int64_t gain = 0;
        for (const int64_t divisor : {2, 3, 4, 5, 7, 8}) {
            const bool is_new = std::none_of(seen.begin(), seen.end(), [&](int64_t other) {
                return other % divisor == value % divisor;
            });
            if (is_new) gain += 840 / divisor;
        }
        return gain;
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
