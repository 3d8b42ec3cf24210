#include "compiler/trace/generalize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/ir/regions.h"
#include "compiler/ir/sample_scope.h"
#include "runtime/error.h"

namespace lithe::tracing {
namespace {

bool same_bytes(const Array& a, const Array& b) {
    if (a.dtype() != b.dtype() || a.sizes() != b.sizes()) return false;
    const Array x = a.dense(), y = b.dense();
    return std::memcmp(x.raw(), y.raw(), x.size_bytes()) == 0;
}

class Solver {
public:
    Solver(const std::vector<std::string>& symbols, const std::vector<Recording>& recordings)
        : symbols_(symbols), recordings_(recordings) {}

    /// The expression that explains what every recording has at one place.
    Dim solve(std::vector<Dim> seen, const ir::Node& node, const std::string& what) const {
        const bool are_equal = std::all_of(seen.begin(), seen.end(),
                                           [&](const Dim& dim) { return same(dim, seen[0]); });
        if (!seen[0].is_constant() && are_equal) return seen[0];
        if (const std::optional<Dim> common = common_part(seen)) {
            for (Dim& dim : seen) dim = dim - *common;
            return *common + solve(std::move(seen), node, what);
        }
        // Where a size meets a number that escaped from it, either may be left: a sample of 1
        // broadcasts, others do not.
        const std::vector<Dim> written = seen;
        for (size_t i = 0; i < seen.size(); ++i) {
            const auto value = value_at(seen[i], i);
            if (!value) fail(written, node, what);
            seen[i] = Dim(*value);
        }
        if (const std::optional<Dim> result = sum(seen)) return *result;
        if (const std::optional<Dim> result = product(seen)) return *result;
        // Tokens beside those of a grid: `1 + (H/4)*(W/4)`.
        for (const int64_t more : {1, 2, 3, 4, -1, -2}) {
            std::vector<Dim> rest;
            for (const Dim& dim : seen) rest.push_back(dim - more);
            if (const std::optional<Dim> result = product(rest)) return *result + more;
        }
        fail(written, node, what);
    }

    [[noreturn]] void fail(const std::vector<Dim>& seen, const ir::Node& node,
                           const std::string& what) const {
        std::string values;
        for (size_t i = 0; i < seen.size(); ++i) {
            values += (i ? ", " : "") + seen[i].str() + " at " + sizes_text(i);
        }
        refuse(node, what + " is " + values);
    }

    /// A constant has no line of its own: that of its first user.
    std::string line_of(const ir::Node& node) const {
        if (!node.line.empty()) return node.line;
        for (const auto& user : recordings_[0].graph->nodes()) {
            const bool uses = std::any_of(user->inputs().begin(), user->inputs().end(),
                                          [&](const ir::Value& in) { return in.node == &node; });
            if (uses && !user->line.empty()) return user->line;
        }
        return {};
    }

    [[noreturn]] void refuse(const ir::Node& node, const std::string& what) const {
        const std::string line = line_of(node);
        throw UserError("trace.not_general",
                        "trace: forward() does not generalise over the named sizes: in " +
                            std::string(node.name()) + ", " + what +
                            "; keep sizes as Dim, or fix the size in the inputs",
                        line.empty() ? "" : "  at " + line);
    }

    std::string sizes_text(size_t recording) const {
        std::string text;
        for (const auto& [name, value] : recordings_[recording].samples) {
            text += (text.empty() ? "" : ", ") + name + "=" + std::to_string(value);
        }
        return text;
    }

private:
    bool explains(const Dim& result, const std::vector<Dim>& seen) const {
        for (size_t i = 0; i < seen.size(); ++i) {
            const auto value = value_at(result, i);
            if (!value || *value != seen[i].constant()) return false;
        }
        return true;
    }

    /// What all have besides a number that escaped: `2*H` of `2*H + 12` and `2*H + 15`.
    static std::optional<Dim> common_part(const std::vector<Dim>& seen) {
        if (seen[0].is_constant()) return {};
        Dim number(0);
        for (const DimTerm& term : seen[0].expr()->terms) {
            if (term.atoms.empty()) number = Dim(term.coefficient);
        }
        const bool differ_by_numbers = std::all_of(seen.begin(), seen.end(), [&](const Dim& dim) {
            return (dim - seen[0]).is_constant();
        });
        return differ_by_numbers ? std::optional(seen[0] - number) : std::nullopt;
    }

    /// A sum with one term for every size that it depends on: a multiple of the size, of one that
    /// escaped, or an even part of it; or a size that escaped as it is.
    std::optional<Dim> sum(const std::vector<Dim>& seen) const {
        Dim multiples = seen[0];
        for (size_t s = 0; s < symbols_.size(); ++s) {
            const std::optional<Dim> term = term_of(s, seen, Dim::symbol(symbols_[s]));
            if (term) multiples = multiples + *term;
        }
        if (explains(multiples, seen)) return multiples;
        for (const Dim& size : recordings_[0].escaped) {
            if (explains(size, seen)) return size;
        }
        return sum_from(0, seen[0], seen);
    }

    /// `so_far` and terms of the sizes from number s on; tries them in turn.
    std::optional<Dim> sum_from(size_t s, const Dim& so_far, const std::vector<Dim>& seen) const {
        if (s == symbols_.size()) {
            return explains(so_far, seen) ? std::optional(so_far) : std::nullopt;
        }
        if (same(seen[s + 1], seen[0])) return sum_from(s + 1, so_far, seen);
        const Dim symbol = Dim::symbol(symbols_[s]);
        std::vector<Dim> parts{symbol};
        const int64_t change = seen[s + 1].constant() - seen[0].constant();
        const int64_t step = sample(s + 1, s) - sample(0, s);
        if (step % change == 0) parts.push_back(floor_div(symbol, step / change));
        for (const Dim& size : escaped_of(s)) parts.push_back(size);
        for (const Dim& part : parts) {
            const std::optional<Dim> term = term_of(s, seen, part);
            if (!term) continue;
            if (auto result = sum_from(s + 1, so_far + *term, seen)) return result;
        }
        return {};
    }

    /// The multiple of `part` that grows with size s as the numbers seen do, 0 at the base.
    std::optional<Dim> term_of(size_t s, const std::vector<Dim>& seen, const Dim& part) const {
        const int64_t change = seen[s + 1].constant() - seen[0].constant();
        const auto before = value_at(part, 0), after = value_at(part, s + 1);
        if (!before || !after || *after == *before || change % (*after - *before) != 0) return {};
        return (part - *before) * Dim(change / (*after - *before));
    }

    /// The sizes that escaped and depend on size s alone.
    std::vector<Dim> escaped_of(size_t s) const {
        std::vector<Dim> result;
        for (const Dim& size : recordings_[0].escaped) {
            const auto names = size.symbols();
            if (names.size() == 1 && *names.begin() == symbols_[s]) result.push_back(size);
        }
        return result;
    }

    /// A multiple of a product with one factor for every size that it depends on: `12*N*T`,
    /// `N*(H/2)*(W/2)`, `N*(T + 1)`, `T*T`.
    std::optional<Dim> product(const std::vector<Dim>& seen) const {
        return product_from(0, Dim(1), seen);
    }

    /// A multiple of `so_far` and of factors of the sizes from number s on; tries them in turn.
    std::optional<Dim> product_from(size_t s, const Dim& so_far,
                                    const std::vector<Dim>& seen) const {
        if (s == symbols_.size()) {
            const std::optional<int64_t> at_base = value_at(so_far, 0);
            if (!at_base || *at_base == 0 || seen[0].constant() % *at_base != 0) return {};
            const Dim result = so_far * Dim(seen[0].constant() / *at_base);
            return explains(result, seen) ? std::optional(result) : std::nullopt;
        }
        if (same(seen[s + 1], seen[0])) return product_from(s + 1, so_far, seen);
        for (const Dim& factor : factors_of(s, seen)) {
            if (auto result = product_from(s + 1, so_far * factor, seen)) return result;
        }
        return {};
    }

    /// What grows with size s as the numbers seen do, the likeliest first.
    std::vector<Dim> factors_of(size_t s, const std::vector<Dim>& seen) const {
        const Dim symbol = Dim::symbol(symbols_[s]);
        std::vector<Dim> candidates{symbol};
        for (const Dim& size : escaped_of(s)) candidates.push_back(size);
        for (const int64_t divisor : {2, 3, 4, 5, 6, 7, 8, 10, 14, 16, 28, 32})
            candidates.push_back(floor_div(symbol, divisor));
        for (const int64_t distance : {1, 2, 3, 4}) {
            candidates.push_back(symbol + distance);
            candidates.push_back(symbol - distance);
        }
        for (const int64_t next : {1, -1}) {  // pairs, with or without an element and itself
            candidates.push_back(floor_div(symbol * (symbol + next), 2));
        }
        const size_t single = 1 + escaped_of(s).size();
        for (size_t i = 0; i < single; ++i) candidates.push_back(candidates[i] * candidates[i]);
        std::vector<Dim> result;
        for (const Dim& factor : candidates) {
            const auto before = value_at(factor, 0), after = value_at(factor, s + 1);
            if (!before || !after || *before <= 0) continue;
            if (seen[s + 1].constant() * *before == seen[0].constant() * *after) {
                result.push_back(factor);
            }
        }
        return result;
    }

    std::optional<int64_t> value_at(const Dim& dim, size_t recording) const {
        return dim.evaluate([&](const std::string& name) -> std::optional<int64_t> {
            return recordings_[recording].samples.at(name);
        });
    }
    int64_t sample(size_t recording, size_t symbol) const {
        return recordings_[recording].samples.at(symbols_[symbol]);
    }

    const std::vector<std::string>& symbols_;
    const std::vector<Recording>& recordings_;
};

class Generalizer {
public:
    Generalizer(const std::vector<std::string>& symbols, const std::vector<Recording>& recordings)
        : solver_(symbols, recordings) {
        for (const Recording& recording : recordings) graphs_.push_back(recording.graph.get());
    }

    void run() {
        const ir::Graph& base = *graphs_[0];
        for (size_t r = 1; r < graphs_.size(); ++r) {
            if (graphs_[r]->nodes().size() != base.nodes().size()) refuse_length(r);
        }
        for (size_t i = 0; i < base.nodes().size(); ++i) generalize_node(i);
    }

private:
    const ir::Node& twin(size_t recording, size_t node) const {
        return *graphs_[recording]->nodes()[node];
    }

    [[noreturn]] void refuse_length(size_t r) const {
        const auto& a = graphs_[0]->nodes();
        const auto& b = graphs_[r]->nodes();
        size_t i = 0;
        while (i + 1 < std::min(a.size(), b.size()) && a[i]->name() == b[i]->name()) ++i;
        solver_.refuse(*a[i], "a loop or a branch of the C++ code depends on a size: " +
                                  std::to_string(a.size()) + " nodes at " + solver_.sizes_text(0) +
                                  ", " + std::to_string(b.size()) + " at " + solver_.sizes_text(r));
    }

    void generalize_node(size_t i) {
        ir::Node& node = *graphs_[0]->nodes()[i];
        for (size_t r = 1; r < graphs_.size(); ++r) check_alike(node, twin(r, i));
        for (const auto& [name, attr] : node.attrs().items()) generalize_attr(node, i, name, attr);
        if (node.is(Trait::source) || node.is("module_input") || node.is("module_output")) {
            TensorTypes types = node.types();
            if (!node.is(Trait::source)) {
                for (size_t k = 0; k < types.size(); ++k)
                    types[k] = node.input(static_cast<int>(k)).type();
            }
            node.set_types(types);
            return;
        }
        if (ir::has_regions(node)) return generalize_regions(node, i);
        node.set_types(node.op().infer(node.call()));
    }

    /// The regions of all recordings side by side; their inputs have the operands' types.
    void generalize_regions(ir::Node& node, size_t i) {
        const std::vector<ir::Graph*> outer = graphs_;
        for (int region = 0; region < ir::region_count(node); ++region) {
            for (size_t r = 0; r < graphs_.size(); ++r) {
                graphs_[r] = outer[r]->nodes()[i]->body(region);
            }
            const TensorTypes types = ir::region_inputs(node, region);
            const std::vector<ir::Node*> inputs = graphs_[0]->inputs();
            for (size_t k = 0; k < inputs.size() && k < types.size(); ++k) {
                inputs[k]->set_types(types[k]);
            }
            run();
            for (const ir::Graph* graph : graphs_) {
                if (graph->outputs.size() != graphs_[0]->outputs.size()) {
                    solver_.refuse(node, "its body gives another number of results");
                }
            }
            graphs_ = outer;
        }
        node.set_types(ir::region_results(node));
    }

    void check_alike(const ir::Node& a, const ir::Node& b) const {
        bool alike = a.name() == b.name() && a.inputs().size() == b.inputs().size() &&
                     a.attrs().items().size() == b.attrs().items().size();
        for (int k = 0; alike && k < a.input_count(); ++k) {
            alike = a.input(k).node->id() == b.input(k).node->id() &&
                    a.input(k).index == b.input(k).index;
        }
        if (!alike) {
            solver_.refuse(a, "another op follows at other sizes: " + std::string(a.name()) +
                                  " and " + std::string(b.name()));
        }
    }

    void generalize_attr(ir::Node& node, size_t i, const std::string& name, const Attr& attr) {
        std::vector<const Attr*> seen{&attr};
        for (size_t r = 1; r < graphs_.size(); ++r) {
            const auto& items = twin(r, i).attrs().items();
            const auto at = items.find(name);
            if (at == items.end() || at->second.index() != attr.index()) {
                solver_.refuse(node, "the attribute '" + name + "' changes its kind");
            }
            seen.push_back(&at->second);
        }
        if (std::holds_alternative<Dim>(attr)) {
            std::vector<Dim> dims;
            for (const Attr* a : seen) dims.push_back(std::get<Dim>(*a));
            node.attrs().set(name, solver_.solve(dims, node, "'" + name + "'"));
        } else if (std::holds_alternative<Shape>(attr)) {
            node.attrs().set(name, solve_shape(node, name, seen));
        } else if (node.inputs().empty() && are_sizes(seen)) {
            std::vector<Dim> dims;
            for (const Attr* a : seen)
                dims.emplace_back(static_cast<int64_t>(std::get<double>(*a)));
            node.attrs().set(name, solver_.solve(dims, node, "'" + name + "'"));
        } else if (const Array* array = std::get_if<Array>(&attr)) {
            for (const Attr* a : seen) {
                if (!same_bytes(*array, std::get<Array>(*a))) {
                    solver_.refuse(node, "data made in forward() depends on a size");
                }
            }
        } else {
            for (const Attr* a : seen) {
                if (str(*a) != str(attr)) {
                    solver_.refuse(node, "'" + name + "' is " + str(attr) + " and " + str(*a));
                }
            }
        }
    }

    /// Numbers that differ and are whole: a size as a number. What makes tensors takes either.
    static bool are_sizes(const std::vector<const Attr*>& seen) {
        bool differ = false;
        for (const Attr* a : seen) {
            const double* number = std::get_if<double>(a);
            if (!number || std::floor(*number) != *number || std::abs(*number) > 1e15) return false;
            differ |= *number != std::get<double>(*seen[0]);
        }
        return differ;
    }

    Shape solve_shape(const ir::Node& node, const std::string& name,
                      const std::vector<const Attr*>& seen) const {
        Shape result;
        const size_t rank = std::get<Shape>(*seen[0]).size();
        for (size_t k = 0; k < rank; ++k) {
            std::vector<Dim> dims;
            for (const Attr* a : seen) {
                const Shape& shape = std::get<Shape>(*a);
                if (shape.size() != rank) solver_.refuse(node, "'" + name + "' changes its length");
                dims.push_back(shape[k]);
            }
            result.push_back(solver_.solve(dims, node, "'" + name + "'"));
        }
        return result;
    }

    std::vector<ir::Graph*> graphs_;  ///< of all recordings, or a region of each
    Solver solver_;
};

}  // namespace

std::unique_ptr<ir::Graph> generalize(const ir::Program& program,
                                      const std::vector<std::string>& symbols,
                                      std::vector<Recording> recordings) {
    const ir::SampleScope scope(program);
    for (Recording& recording : recordings) recording.graph->number();
    Generalizer(symbols, recordings).run();
    return std::move(recordings[0].graph);
}

}  // namespace lithe::tracing
