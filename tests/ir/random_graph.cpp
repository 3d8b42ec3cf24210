#include "tests/ir/random_graph.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "compiler/ir/ops.h"
#include "compiler/ir/symbols.h"
#include "runtime/error.h"

namespace lithe::tests {
namespace {

using ir::Value;

int64_t below(std::mt19937_64& random, int64_t limit) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(limit));
}

template <class T>
const T& pick(std::mt19937_64& random, const std::vector<T>& from) {
    return from[static_cast<size_t>(below(random, static_cast<int64_t>(from.size())))];
}

Shape random_list(std::mt19937_64& random, const std::vector<Value>& inputs) {
    const int64_t kind = below(random, 4);
    if (kind == 0 && !inputs.empty()) return pick(random, inputs).type().shape;
    Shape list;
    const int64_t length = below(random, 5);
    for (int64_t i = 0; i < length; ++i) list.push_back(Dim(kind == 1 ? i : below(random, 3)));
    if (kind == 1) std::shuffle(list.begin(), list.end(), random);
    return list;
}

/// A list for the spatial axes of operand 0, none for other names: guessing would take for ever.
std::optional<Shape> spatial_list(const std::string& name, std::mt19937_64& random,
                                  const std::vector<Value>& inputs) {
    if (inputs.empty() || inputs[0].type().rank() < 3) return {};
    const Shape& shape = inputs[0].type().shape;
    if (name == "image") return Shape(shape.begin() + 2, shape.end());
    const bool from_one = name == "stride" || name == "dilation" || name == "kernel";
    if (!from_one && !name.starts_with("pad_") && name != "output_padding") return {};
    return Shape(shape.size() - 2, Dim(below(random, 2) + (from_one ? 1 : 0)));
}

Attr random_attr(const std::string& name, std::mt19937_64& random,
                 const std::vector<Value>& inputs) {
    if (const auto list = spatial_list(name, random, inputs)) return *list;
    switch (below(random, 8)) {
        case 0:
            return below(random, 2) == 0;
        case 1:
        case 2:
            return Dim(below(random, 3));
        case 3:
            return pick<double>(random, {0.5, 1.0, -1.5, 0.1});
        case 4:
            return pick<std::string>(random, {"none", "mean", "sum", "tanh", "zeros"});
        case 5:
            return pick<DType>(random, {DType::f64, DType::boolean});
        default:
            return random_list(random, inputs);
    }
}

/// The name between the quotes of `attribute 'axes' is missing`.
std::string attr_of_message(const std::string& message) {
    const size_t begin = message.find('\'') + 1;
    return message.substr(begin, message.find('\'', begin) - begin);
}

bool is_small(const TensorType& type) {
    Dim count = type.count();
    const auto at = count.evaluate([](const std::string&) { return std::optional<int64_t>(3); });
    return at && *at <= 2048 && type.rank() <= 6;
}

/// Runs the reference once: it may miss an attribute that infer does not look at, and it refuses
/// an index beyond the size, or an integer divided by 0.
void try_reference(const OpCall& call, std::mt19937_64& random, int64_t batch) {
    const OpCall known = ir::substitute(call, {{"N", batch}});
    std::vector<Array> in, out;
    for (const TensorType& type : known.inputs) in.push_back(random_array(type, random));
    for (const TensorType& type : known.op->infer(known)) {
        out.push_back(Array::empty(type.dtype, constant_sizes(type.shape)));
    }
    known.op->reference(known, in, out);
}

/// Fills in attributes until infer is content or refuses the call for another reason.
bool complete(OpCall& call, std::mt19937_64& random, const std::vector<Value>& inputs) {
    for (int step = 0; step < 24; ++step) {
        try {
            const TensorTypes types = call.op->infer(call);
            if (!std::all_of(types.begin(), types.end(), is_small)) return false;
            for (const int64_t batch : {3, 1}) try_reference(call, random, batch);
            return true;
        } catch (const Error& error) {
            if (!error.id().starts_with("attr.")) return false;
            const std::string name = attr_of_message(error.what());
            call.attrs.set(name, random_attr(name, random, inputs));
        }
    }
    return false;
}

OpCall call_of(const Op& op, const std::vector<Value>& inputs) {
    OpCall call;
    call.op = &op;
    for (const Value& input : inputs) call.inputs.push_back(input.type());
    return call;
}

/// Whether the last operand plays no part: the attributes found suffice without it.
bool accepts_fewer(OpCall call) {
    const TensorTypes types = call.op->infer(call);
    call.inputs.pop_back();
    try {
        const TensorTypes fewer = call.op->infer(call);
        return std::equal(fewer.begin(), fewer.end(), types.begin(), types.end(),
                          [](const auto& a, const auto& b) { return same(a, b); });
    } catch (const Error&) {
        return false;
    }
}

/// Whether the op looks at one operand more, such as a bias: a senseless one is refused.
bool takes_more(OpCall call) {
    if (call.op->is(Trait::elementwise)) return false;
    call.inputs.push_back({DType::boolean, {7, 1, 13, 1, 2}});
    try {
        call.op->infer(call);
    } catch (const Error&) {
        return true;
    }
    return false;
}

Value add_parameter(ir::Program& program, ir::Graph& graph, const std::string& key,
                    const TensorType& type, std::mt19937_64& random) {
    ir::Slot slot;
    slot.key = key;
    slot.type = type;
    slot.data = random_array(type, random);
    program.slots.push_back(slot);
    return graph.add_node(ir::parameter_op, {}, {{"key", key}}, type)->value();
}

Value add_constant(ir::Graph& graph, double value) {
    return graph.add(ir::constant_op, {}, {{"value", Array::full(DType::f64, {}, value)}});
}

bool is_usable(const Op& op) {
    return !op.is(Trait::random) && !op.is(Trait::source) && op.reference && op.infer;
}

std::vector<Value> add_sources(ir::Program& program, ir::Graph& graph, std::mt19937_64& random) {
    const Dim n = Dim::symbol("N");
    std::vector<Value> values;
    values.push_back(graph.add_input("x", {DType::f64, {n, 4}}));
    values.push_back(graph.add_input("image", {DType::f64, {n, 2, 5, 5}}));
    values.push_back(graph.add_input("mask", {DType::boolean, {n, 4}}));
    values.push_back(graph.add_input("index", {DType::i64, {n}}));
    values.push_back(add_parameter(program, graph, "v", {DType::f64, {4}}, random));
    values.push_back(add_parameter(program, graph, "w", {DType::f64, {4, 4}}, random));
    values.push_back(add_parameter(program, graph, "k", {DType::f64, {2, 2, 3, 3}}, random));
    values.push_back(add_parameter(program, graph, "c", {DType::f64, {2}}, random));
    for (const double number : {0.0, 1.0, -2.5}) values.push_back(add_constant(graph, number));
    return values;
}

}  // namespace

std::optional<FoundCall> find_call(const Op& op, const std::vector<Value>& values,
                                   std::mt19937_64& random, int tries) {
    for (int i = 0; i < tries; ++i) {
        std::vector<Value> inputs;
        for (int k = 0; k < 5; ++k) inputs.push_back(pick(random, values));
        // The fewest operands that do; ops without this check would take any number.
        for (size_t count = 0; count <= inputs.size(); ++count) {
            const std::vector<Value> some(inputs.begin(),
                                          inputs.begin() + static_cast<int64_t>(count));
            OpCall call = call_of(op, some);
            if (!complete(call, random, some)) continue;
            if (count > 0 && accepts_fewer(call)) break;
            if (count == inputs.size() || !takes_more(call))
                return FoundCall{&op, some, call.attrs};
            std::vector<Value> more = some;
            more.push_back(pick(random, values));
            OpCall longer = call_of(op, more);
            longer.attrs = call.attrs;
            if (complete(longer, random, more)) return FoundCall{&op, more, longer.attrs};
            return FoundCall{&op, some, call.attrs};
        }
    }
    return {};
}

namespace {

/// A graph over such inputs that computes a little, and gives values of the wanted types.
std::unique_ptr<ir::Graph> random_region(std::mt19937_64& random, const TensorTypes& inputs,
                                         const TensorTypes& wanted) {
    auto graph = std::make_unique<ir::Graph>();
    graph->name = "body";
    std::vector<Value> values;
    for (const TensorType& type : inputs) {
        values.push_back(graph->add_input("x" + std::to_string(values.size()), type));
    }
    values.push_back(add_constant(*graph, 0.5));
    for (const char* name : {"mul", "add", "tanh", "sum", "matmul", "sub", "exp"}) {
        const auto found = find_call(*lithe::find_op(name), values, random, 6);
        if (found) values.push_back(graph->add(*found->op, found->inputs, found->attrs));
    }
    for (const TensorType& type : wanted) {
        for (size_t i = values.size(); i-- > 0;) {
            if (!same(values[i].type(), type) || (i > 0 && below(random, 4) == 0)) continue;
            graph->outputs.push_back({"", values[i], ""});
            break;
        }
        if (graph->outputs.size() <= static_cast<size_t>(&type - wanted.data())) {
            const auto at = std::find_if(values.begin(), values.end(),
                                         [&](Value v) { return same(v.type(), type); });
            graph->outputs.push_back({"", *at, ""});
        }
    }
    graph->number();
    return graph;
}

/// A scan over the first axis, a loop of three rounds, or a branch.
void add_control_flow(ir::Graph& graph, std::vector<Value>& values, std::mt19937_64& random) {
    const Value x = values[0], v = values[4], w = values[5];
    const TensorType row{DType::f64, {4}}, number{DType::f64, {}};
    ir::Node* node = nullptr;
    switch (below(random, 3)) {
        case 0:
            node = graph.add_node(ir::scan_op, {v, x, w, v},
                                  {{"carries", Dim(1)},
                                   {"slices", Dim(1)},
                                   {"length", Dim::symbol("N")},
                                   {"reverse", below(random, 2) == 0}},
                                  {row, x.type()});
            node->add_body(random_region(random, {row, row, w.type(), row}, {row, row}));
            break;
        case 1: {
            const Value start = add_constant(graph, 0);
            node = graph.add_node(ir::while_loop_op, {start, v, w}, {{"carries", Dim(2)}},
                                  {number, row});
            auto condition = std::make_unique<ir::Graph>();
            auto body = random_region(random, {number, row, w.type()}, {number, row});
            const Value count = condition->add_input("x0", number);
            condition->add_input("x1", row);
            condition->add_input("x2", w.type());
            const Value flag = condition->add("lt", {count, add_constant(*condition, 3)});
            condition->outputs.push_back({"", flag, ""});
            condition->name = "body";
            const Value next =
                body->add("add", {body->inputs()[0]->value(), add_constant(*body, 1)});
            body->outputs[0].value = next;
            condition->number();
            body->number();
            node->add_body(std::move(condition));
            node->add_body(std::move(body));
            break;
        }
        default: {
            const Value sum = graph.add("sum", {v}, {{"axes", Shape{0}}, {"keepdim", false}});
            const Value flag = graph.add("lt", {sum, add_constant(graph, 0)});
            node = graph.add_node(ir::cond_op, {flag, x, v, w}, {}, {x.type(), row});
            const TensorTypes in{x.type(), row, w.type()}, out{x.type(), row};
            node->add_body(random_region(random, in, out));
            node->add_body(random_region(random, in, out));
        }
    }
    for (int i = 0; i < static_cast<int>(node->types().size()); ++i)
        values.push_back(node->value(i));
    graph.outputs.push_back({"", values.back(), ""});
}

}  // namespace

ir::Program random_program(std::mt19937_64& random, int size) {
    ir::Program program;
    program.name = "random";
    program.symbols.push_back({"N", 1, 8, 1, 3});
    program.graphs.push_back(std::make_unique<ir::Graph>());
    ir::Graph& graph = *program.graphs.back();
    std::vector<Value> values = add_sources(program, graph, random);
    const auto ops = every_op();
    for (int added = 0, tried = 0; added < size && tried < 40 * size; ++tried) {
        const Op& op = *ops[static_cast<size_t>(below(random, static_cast<int64_t>(ops.size())))];
        if (!is_usable(op)) continue;
        // Late values are favoured, so that chains grow.
        const size_t begin = below(random, 2) == 0 && values.size() > 13 ? values.size() - 3 : 0;
        const std::vector<Value> from(values.begin() + static_cast<int64_t>(begin), values.end());
        const std::optional<FoundCall> found = find_call(op, from, random, 40);
        if (!found) continue;
        const Value result = graph.add(op, found->inputs, found->attrs);
        ++added;
        for (int i = 0; i < static_cast<int>(result.node->types().size()); ++i) {
            // Integers would be indices out of range or divisors of 0 further down.
            if (result.node->type(i).dtype != DType::i64) values.push_back(result.node->value(i));
        }
        if (below(random, 5) == 0) graph.outputs.push_back({"", result, ""});
    }
    graph.outputs.push_back({"", graph.nodes().back()->value(), ""});
    if (below(random, 3) == 0) {
        add_control_flow(graph, values, random);
        graph.outputs.push_back({"", graph.add("mul", {values.back(), values.back()}), ""});
    }
    graph.number();
    return program;
}

Array random_array(const TensorType& type, std::mt19937_64& random) {
    const Array array = Array::empty(type.dtype, constant_sizes(type.shape));
    std::uniform_real_distribution<double> uniform(-2, 2);
    visit(type.dtype, [&]<class T>(T) {
        for (int64_t i = 0; i < array.count(); ++i) {
            double value = 0;  // a valid index; integers are no divisors, then
            if (std::is_floating_point_v<T>) value = uniform(random);
            if (std::is_same_v<T, bool>) value = static_cast<double>(below(random, 2));
            array.data<T>()[i] = static_cast<T>(value);
        }
    });
    return array;
}

std::vector<Array> random_inputs(const ir::Graph& graph, std::mt19937_64& random, int64_t batch) {
    std::vector<Array> arrays;
    for (const ir::Node* input : graph.inputs()) {
        TensorType type = input->type();
        type.shape = ir::substitute(type.shape, {{"N", batch}});
        arrays.push_back(random_array(type, random));
    }
    return arrays;
}

bool agree(const Array& a, const Array& b, double tolerance) {
    if (a.dtype() != b.dtype() || a.sizes() != b.sizes()) return false;
    double scale = 1;
    for (int64_t i = 0; i < a.count(); ++i) {
        if (std::isfinite(a.at(i))) scale = std::max(scale, std::abs(a.at(i)));
    }
    for (int64_t i = 0; i < a.count(); ++i) {
        const double x = a.at(i), y = b.at(i);
        if (std::isnan(x) && std::isnan(y)) continue;
        const bool same = tolerance == 0 ? std::bit_cast<uint64_t>(x) == std::bit_cast<uint64_t>(y)
                                         : x == y || std::abs(x - y) <= tolerance * scale;
        if (!same) return false;
    }
    return true;
}

}  // namespace lithe::tests
