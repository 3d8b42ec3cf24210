#include "compiler/trace/check_sizes.h"

#include <algorithm>
#include <map>

#include "compiler/ir/regions.h"
#include "compiler/ir/sample_scope.h"
#include "runtime/error.h"

namespace lithe::tracing {
namespace {

using SampleList = std::vector<int64_t>;  ///< one for every symbol

/// Some values of a symbol, its ends among them.
SampleList values_of(const ir::Symbol& symbol) {
    constexpr int64_t most = 16;
    const int64_t m = symbol.multiple_of, first = (symbol.min + m - 1) / m, last = symbol.max / m;
    const int64_t count = std::min(last - first, most);
    SampleList values;
    for (int64_t i = 0; i <= count; ++i) {
        values.push_back(m * (count == 0 ? first : first + (last - first) * i / count));
    }
    return values;
}

class Checker {
public:
    explicit Checker(ir::Program& program) : program_(program) {
        for (const ir::Symbol& symbol : program.symbols) base_.push_back(symbol.sample);
        for (size_t s = 0; s < base_.size(); ++s) {
            for (const int64_t value : values_of(program.symbols[s])) {
                tried_.push_back(base_);
                tried_.back()[s] = value;
            }
        }
        const size_t corners = size_t{1} << std::min<size_t>(base_.size(), 5);
        for (size_t corner = 0; corner < corners; ++corner) {
            tried_.push_back(base_);
            for (size_t s = 0; s < base_.size(); ++s) {
                const SampleList ends = values_of(program.symbols[s]);
                tried_.back()[s] = (corner >> std::min<size_t>(s, 4)) & 1 ? ends.back() : ends[0];
            }
        }
    }
    ~Checker() { set(base_); }

    void check(const ir::Graph& graph) {
        for (const auto& node : graph.nodes()) {
            for (int i = 0; node->body(i); ++i) check(*node->body(i));
            const bool has_rule = !node->is(Trait::source) && !node->is("module_input") &&
                                  !node->is("module_output") && !ir::has_regions(*node);
            if (has_rule) check(*node);
        }
    }

private:
    void set(const SampleList& samples) {
        for (size_t s = 0; s < samples.size(); ++s) program_.symbols[s].sample = samples[s];
    }

    void check(const ir::Node& node) {
        scope_.take_asked();
        const TensorTypes types = node.op().infer(node.call());
        bool may_differ = false;
        for (const Dim& dim : scope_.take_asked()) may_differ = differs(dim) || may_differ;
        if (!may_differ) return;
        for (const SampleList& samples : tried_) {
            set(samples);
            check_here(node, types);
        }
        set(base_);
    }

    /// Whether a difference of sizes is not the same number everywhere.
    bool differs(const Dim& dim) {
        const auto [at, is_new] = differs_.try_emplace(dim.str(), false);
        if (!is_new) return at->second;
        const auto value = program_.sample_of(dim);
        at->second = std::any_of(tried_.begin(), tried_.end(), [&](const SampleList& samples) {
            set(samples);
            return program_.sample_of(dim) != value;
        });
        set(base_);
        return at->second;
    }

    void check_here(const ir::Node& node, const TensorTypes& types) const {
        try {
            const TensorTypes here = node.op().infer(node.call());
            for (size_t i = 0; i < types.size(); ++i) {
                if (is_same_here(here[i].shape, types[i].shape)) continue;
                fail(node, "its result is " + here[i].str() + ", not " + types[i].str());
            }
        } catch (const UserError& error) {
            if (error.id() == "trace.not_general") throw;
            const std::string text = error.what();
            fail(node, text.substr(0, text.find(" [" + error.id() + "]")));
        }
    }

    bool is_same_here(const Shape& a, const Shape& b) const {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const Dim& x, const Dim& y) {
            return program_.sample_of(x) == program_.sample_of(y);
        });
    }

    [[noreturn]] void fail(const ir::Node& node, const std::string& what) const {
        std::string sizes;
        for (const ir::Symbol& symbol : program_.symbols) {
            sizes +=
                (sizes.empty() ? "" : ", ") + symbol.name + "=" + std::to_string(symbol.sample);
        }
        throw UserError("trace.not_general",
                        "trace: forward() does not hold for all of the named sizes: in " +
                            std::string(node.name()) + " at " + sizes + ", " + what +
                            "; narrow the ranges in the inputs, or compute the size from the input",
                        node.line.empty() ? "" : "  at " + node.line);
    }

    ir::Program& program_;
    ir::SampleScope scope_{program_};
    SampleList base_;
    std::vector<SampleList> tried_;
    std::map<std::string, bool> differs_;
};

}  // namespace

void check_sizes(ir::Program& program) {
    Checker checker(program);
    for (const auto& graph : program.graphs) checker.check(*graph);
}

}  // namespace lithe::tracing
