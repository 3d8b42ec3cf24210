#include "compiler/trace/generalize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <utility>

#include "compiler/ir/regions.h"
#include "compiler/ir/sample_scope.h"
#include "compiler/trace/solve_sizes.h"
#include "runtime/error.h"

namespace lithe::tracing {
namespace {

bool same_bytes(const Array& a, const Array& b) {
    if (a.dtype() != b.dtype() || a.sizes() != b.sizes()) return false;
    const Array x = a.dense(), y = b.dense();
    return std::memcmp(x.raw(), y.raw(), x.size_bytes()) == 0;
}

class Generalizer {
public:
    Generalizer(const std::vector<std::string>& symbols, const std::vector<Recording>& recordings)
        : solver_(symbols, recordings) {
        for (const Recording& recording : recordings) graphs_.push_back(recording.graph.get());
    }

    void run() {
        const ir::Graph& base = *graphs_[0];
        std::map<const ir::Node*, SizeNumber> outer = std::exchange(numbers_, {});
        for (size_t r = 1; r < graphs_.size(); ++r) {
            if (graphs_[r]->nodes().size() != base.nodes().size()) refuse_length(r);
        }
        for (size_t i = 0; i < base.nodes().size(); ++i) generalize_node(i);
        if (!numbers_.empty()) make_numbers(*graphs_[0]);
        numbers_ = std::move(outer);
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
        } else if (const auto number = number_of_sizes(node, seen)) {
            numbers_[&node] = *number;
        } else {
            for (size_t r = 1; r < seen.size(); ++r) {
                if (str(*seen[r]) == str(attr)) continue;
                solver_.refuse(node, "'" + name + "' is " + str(attr) + " at " +
                                         solver_.sizes_text(0) + ", " + str(*seen[r]) + " at " +
                                         solver_.sizes_text(r) + hint_of(node));
            }
        }
    }

    /// The number that a tensor is full of, where it is made of sizes and no size itself.
    std::optional<SizeNumber> number_of_sizes(const ir::Node& node,
                                              const std::vector<const Attr*>& seen) const {
        if (!node.is("full")) return {};
        std::vector<double> numbers;
        for (const Attr* a : seen) {
            const double* number = std::get_if<double>(a);
            if (!number) return {};
            numbers.push_back(*number);
        }
        if (std::equal(numbers.begin() + 1, numbers.end(), numbers.begin())) return {};
        return solver_.number(numbers);
    }

    static std::string hint_of(const ir::Node& node) {
        return node.is("full") ? " (full({}, x.size(0)) is a size as a tensor to compute with)"
                               : "";
    }

    /// Computes in doubles, as C++ does, what was a double of the C++ code.
    void make_numbers(ir::Graph& graph) {
        ir::rewrite(graph, [&](const ir::Node& node) -> ir::Value {
            const auto at = numbers_.find(&node);
            if (at == numbers_.end()) return {};
            const SizeNumber& number = at->second;
            const auto full = [&](const Attr& value) {
                return graph.add("full", {},
                                 {{"value", value},
                                  {"shape", node.attrs().get_shape("shape")},
                                  {"dtype", DType::f64}});
            };
            ir::Value value = full(number.size);
            if (number.function == SizeNumber::Function::log) value = graph.add("log", {value});
            if (std::abs(number.exponent) != 1) value = graph.add("sqrt", {value});
            value = number.exponent < 0 ? graph.add("div", {full(number.factor), value})
                                        : graph.add("mul", {value, full(number.factor)});
            const DType dtype = node.type().dtype;
            return dtype == DType::f64 ? value : graph.add("cast", {value}, {{"dtype", dtype}});
        });
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
    SizeSolver solver_;
    std::map<const ir::Node*, SizeNumber> numbers_;  ///< of the graph that is walked
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
