// The one place where an op meets its operands: eager, traced and taped alike.
#include <algorithm>
#include <variant>

#include "dsl/autograd.h"
#include "dsl/tensor.h"
#include "dsl/tracer.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// Whether a shape of the author's makes more elements of known ones: `tensor({1, 2}).repeat(n)`.
bool is_enlarged(const OpCall& call, std::span<const ValuePtr> inputs, const TensorTypes& types) {
    const auto& attrs = call.attrs.items();
    const auto is_shape = [](const auto& item) {
        return std::holds_alternative<Shape>(item.second);
    };
    if (inputs.size() != 1 || std::none_of(attrs.begin(), attrs.end(), is_shape)) return false;
    const Dim have = inputs[0]->type.count(), made = types[0].count();
    return have.is_constant() && made.is_constant() && made.constant() > have.constant();
}

bool must_record(const OpCall& call, std::span<const ValuePtr> inputs, const TensorTypes& types) {
    const Tracer* tracer = Tracer::current();
    if (!tracer) return false;
    if (call.op->is(Trait::random)) return true;
    if (tracer->records_creation() && (inputs.empty() || is_enlarged(call, inputs, types)))
        return true;
    for (const ValuePtr& input : inputs) {
        if (input->is_symbolic()) return true;
    }
    for (const TensorType& type : types) {
        if (!is_constant(type.shape)) return true;
    }
    for (const auto& [name, attr] : call.attrs.items()) {
        const Dim* size = std::get_if<Dim>(&attr);
        if (size && !size->is_constant()) return true;
    }
    return false;
}

std::vector<ValuePtr> record(const OpCall& call, std::span<const ValuePtr> inputs,
                             const TensorTypes& types) {
    Tracer* tracer = Tracer::current();
    const std::vector<int64_t> ids = tracer->record(call, inputs, types);
    std::vector<ValuePtr> results;
    for (size_t i = 0; i < types.size(); ++i) {
        auto value = std::make_shared<Value>();
        value->type = types[i];
        value->tracer = tracer;
        value->id = ids[i];
        results.push_back(std::move(value));
    }
    return results;
}

/// An op that has no arithmetic on a type of files says so by its own name.
void run_reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    try {
        call.op->reference(call, in, out);
    } catch (const UserError& error) {
        if (error.id() != "array.dtype") throw;
        for (const Array& array : in) {
            if (!is_computed(array.dtype())) throw_no_arithmetic(str(call), array.dtype());
        }
        throw;
    }
}

std::vector<ValuePtr> compute(const OpCall& call, std::span<const ValuePtr> inputs,
                              const TensorTypes& types) {
    std::vector<Array> in, out;
    if (call.op->is(Trait::view)) {
        const Array alias = call.op->view(call, inputs[0]->array);
        if (alias.defined()) out.push_back(alias);
    }
    if (out.empty()) {
        for (const ValuePtr& input : inputs) in.push_back(input->array.dense());
        for (const TensorType& type : types) {
            out.push_back(Array::empty(type.dtype, constant_sizes(type.shape)));
        }
        run_reference(call, in, out);
    }
    std::vector<ValuePtr> results;
    for (size_t i = 0; i < types.size(); ++i) {
        auto value = std::make_shared<Value>();
        value->type = types[i];
        value->array = out[i];
        results.push_back(std::move(value));
    }
    return results;
}

/// Links results to a new step of the tape where a floating operand wants a gradient.
void tape(const OpCall& call, std::span<const ValuePtr> inputs, std::vector<ValuePtr>& results) {
    if (!GradMode::is_enabled() || !call.op->gradient) return;
    bool wanted = false;
    for (const ValuePtr& input : inputs) wanted |= input->grad_node != nullptr;
    bool any_float = false;
    for (const ValuePtr& result : results) any_float |= is_floating(result->type.dtype);
    if (!wanted || !any_float) return;
    for (const ValuePtr& input : inputs) autograd::check_unwritten(*input);
    auto node = std::make_shared<GradNode>();
    node->call = call;
    node->serial = next_grad_serial();
    for (const ValuePtr& input : inputs) {
        node->inputs.push_back(Tensor::from(input));
        node->versions.push_back(input->is_symbolic() ? 0 : input->array.version());
        node->next.push_back(input->grad_node);
        node->next_output.push_back(input->grad_output);
        node->needs.push_back(input->grad_node != nullptr);
    }
    node->output_values = results;
    for (size_t i = 0; i < results.size(); ++i) {
        if (!is_floating(results[i]->type.dtype)) continue;
        auto linked = std::make_shared<Value>(*results[i]);
        linked->grad_node = node;
        linked->grad_output = static_cast<int>(i);
        results[i] = std::move(linked);
    }
}

/// Whether the result aliases operand 0: a view op copies where strides cannot express it.
bool is_alias(const Op& op, std::span<const ValuePtr> inputs, const Value& result) {
    if (!op.is(Trait::view)) return false;
    return result.is_symbolic() || result.array.shares_buffer(inputs[0]->array);
}

}  // namespace

Tensors apply_all(const Op& op, std::span<const Tensor> inputs, Attrs attrs) {
    OpCall call;
    call.op = &op;
    call.attrs = std::move(attrs);
    std::vector<ValuePtr> values;
    for (const Tensor& input : inputs) {
        if (!input.defined()) {
            throw UserError("tensor.undefined", std::string(op.name) + ": operand " +
                                                    std::to_string(values.size()) +
                                                    " is an undefined tensor");
        }
        values.push_back(input.value());
        call.inputs.push_back(values.back()->type);
    }
    const TensorTypes types = op.infer(call);
    std::vector<ValuePtr> results = must_record(call, values, types) ? record(call, values, types)
                                                                     : compute(call, values, types);
    tape(call, values, results);
    Tensors tensors;
    for (const ValuePtr& result : results) {
        Tensor tensor = Tensor::from(result);
        if (is_alias(op, values, *result)) {
            TensorImpl& impl = *tensor.impl();
            impl.base = inputs[0].impl_ptr();
            impl.base_reshapes = impl.base->reshapes;
            impl.cell = impl.base->cell;
            impl.view = call;
            impl.cached = result;
            impl.cached_version = impl.cell->version;
        }
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

Tensor apply(const Op& op, std::initializer_list<Tensor> inputs, Attrs attrs) {
    return apply_all(op, {inputs.begin(), inputs.size()}, std::move(attrs))[0];
}

Tensor apply(const Op& op, const Tensors& inputs, Attrs attrs) {
    return apply_all(op, inputs, std::move(attrs))[0];
}

}  // namespace lithe
