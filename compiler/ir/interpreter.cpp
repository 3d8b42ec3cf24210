// Runs graphs by the references of their ops, one node after the other.
#include <numeric>

#include "compiler/ir/program.h"
#include "compiler/ir/regions.h"
#include "compiler/ir/symbols.h"
#include "runtime/error.h"

namespace lithe::ir {
namespace {

/// One run of one graph at known sizes.
class Run {
public:
    Run(const Graph& graph, const std::vector<Array>& inputs,
        const std::function<Array(const Node&)>& outside)
        : graph_(graph), inputs_(inputs), outside_(outside) {}

    std::vector<Array> run(SymbolValues& symbols) {
        bind_inputs(symbols);
        for (const auto& node : graph_.nodes()) step(*node, symbols);
        std::vector<Array> results;
        for (const Output& output : graph_.outputs) results.push_back(value(output.value));
        return results;
    }

private:
    Array value(Value v) const { return values_.at(v.node)[static_cast<size_t>(v.index)]; }

    void bind_inputs(SymbolValues& symbols) const {
        const std::vector<Node*> nodes = graph_.inputs();
        if (nodes.size() != inputs_.size()) {
            throw UserError("interpreter.inputs",
                            "interpreter: " + graph_.name + " has " + std::to_string(nodes.size()) +
                                " inputs, got " + std::to_string(inputs_.size()));
        }
        for (size_t i = 0; i < nodes.size(); ++i) {
            const TensorType& type = nodes[i]->type();
            if (inputs_[i].dtype() != type.dtype ||
                !bind(type.shape, inputs_[i].sizes(), symbols)) {
                throw UserError("interpreter.input", "interpreter: input " + std::to_string(i) +
                                                         " is " + type.str() + ", got " +
                                                         std::string(name(inputs_[i].dtype())) +
                                                         str(to_shape(inputs_[i].sizes())));
            }
        }
    }

    void step(Node& node, SymbolValues& symbols) {
        std::vector<Array>& out = values_[&node];
        if (node.is("input")) {
            out = {inputs_[static_cast<size_t>(node.attrs().get_int("index"))].dense()};
            return;
        }
        if (node.is("parameter") || node.is("prepared") || node.is("random_state")) {
            out = {outside_(node).dense()};
            return;
        }
        std::vector<Array> in;
        for (const Value& input : node.inputs()) in.push_back(value(input));
        if (node.is("group")) {
            out = Run(*node.body(), in, outside_).run(symbols);
            return;
        }
        if (has_regions(node)) {
            out = run_regions(node, in, symbols);
            return;
        }
        OpCall call = substitute(node.call(), symbols);
        for (size_t i = 0; i < in.size(); ++i) call.inputs[i].shape = to_shape(in[i].sizes());
        const TensorTypes types = node.is(Trait::source) ? node.types() : node.op().infer(call);
        for (const TensorType& type : types) {
            out.push_back(
                Array::empty(type.dtype, constant_sizes(substitute(type.shape, symbols))));
        }
        if (!node.op().reference) {
            throw InternalError(
                "interpreter.reference",
                "interpreter: op '" + std::string(node.name()) + "' has no reference");
        }
        node.op().reference(call, in, out);
    }

    std::vector<Array> run_region(const Node& node, int i, const std::vector<Array>& in,
                                  SymbolValues& symbols) {
        return Run(*node.body(i), in, outside_).run(symbols);
    }

    std::vector<Array> run_regions(const Node& node, std::vector<Array> in, SymbolValues& symbols) {
        if (node.is("scan")) return run_scan(node, std::move(in), symbols);
        if (node.is("cond")) {
            const bool holds = in[0].at(0) != 0;
            in.erase(in.begin());
            return run_region(node, holds ? 0 : 1, in, symbols);
        }
        const auto carries = static_cast<std::ptrdiff_t>(carry_count(node));
        while (run_region(node, 0, in, symbols)[0].at(0) != 0) {
            const std::vector<Array> next = run_region(node, 1, in, symbols);
            std::copy(next.begin(), next.end(), in.begin());
        }
        in.erase(in.begin() + carries, in.end());
        return in;
    }

    std::vector<Array> run_scan(const Node& node, std::vector<Array> in, SymbolValues& symbols) {
        const auto carries = static_cast<size_t>(carry_count(node));
        const auto slices = static_cast<size_t>(slice_count(node));
        const int64_t length = substitute(node.attrs().get_dim("length"), symbols).constant();
        const std::vector<Array> xs(in.begin() + static_cast<std::ptrdiff_t>(carries),
                                    in.begin() + static_cast<std::ptrdiff_t>(carries + slices));
        std::vector<Array> results;
        for (size_t i = carries; i < node.types().size(); ++i) {
            const TensorType& type = node.types()[i];
            results.push_back(
                Array::empty(type.dtype, constant_sizes(substitute(type.shape, symbols))));
        }
        for (int64_t round = 0; round < length; ++round) {
            const int64_t at = node.attrs().get_bool("reverse") ? length - 1 - round : round;
            for (size_t i = 0; i < slices; ++i) in[carries + i] = slice(xs[i], at).dense();
            const std::vector<Array> out = run_region(node, 0, in, symbols);
            std::copy_n(out.begin(), carries, in.begin());
            for (size_t i = 0; i < results.size(); ++i) {
                slice(results[i], at).copy_from(out[carries + i]);
            }
        }
        in.resize(carries);
        in.insert(in.end(), results.begin(), results.end());
        return in;
    }

    /// Element `at` of the first axis, in place.
    static Array slice(const Array& of, int64_t at) {
        Sizes sizes(of.sizes().begin() + 1, of.sizes().end());
        Sizes strides(of.strides().begin() + 1, of.strides().end());
        return of.view(std::move(sizes), std::move(strides), at * of.strides()[0]);
    }

    const Graph& graph_;
    const std::vector<Array>& inputs_;
    const std::function<Array(const Node&)>& outside_;
    std::map<const Node*, std::vector<Array>> values_;
};

}  // namespace

std::vector<Array> Interpreter::run(const Graph& graph, const std::vector<Array>& inputs,
                                    const std::map<std::string, Array>& slots) {
    std::vector<Array> prepared;
    const std::function<Array(const Node&)> outside = [&](const Node& node) -> Array {
        if (node.is("prepared")) {
            if (prepared.empty()) prepared = run(*program_.graph("prepare"), {}, slots);
            return prepared.at(static_cast<size_t>(node.attrs().get_int("index")));
        }
        if (node.is("random_state")) return Array::wrap(random_.data(), DType::i64, {2}).clone();
        const std::string& key = node.attrs().get_string("key");
        if (const auto at = slots.find(key); at != slots.end()) return at->second;
        const Slot* slot = program_.slot(key);
        if (!slot || !slot->data.defined()) {
            throw UserError("interpreter.slot",
                            "interpreter: no data for the parameter '" + key + "'");
        }
        return slot->data;
    };
    SymbolValues symbols;
    return Run(graph, inputs, outside).run(symbols);
}

}  // namespace lithe::ir
