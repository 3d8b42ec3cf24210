#include "dsl/elementwise.h"

#include "dsl/axis.h"
#include "runtime/error.h"

namespace lithe::elementwise {
namespace {

void check_same_dtype(const OpCall& call) {
    for (const TensorType& input : call.inputs) {
        if (input.dtype == call.input(0).dtype) continue;
        throw UserError(std::string(call.op->name) + ".dtype",
                        std::string(call.op->name) + ": operands differ in dtype: " +
                            call.input(0).str() + " and " + input.str());
    }
}

}  // namespace

/// A lone or missing operand is refused by call.input.
void check_count(const OpCall& call, int most) {
    if (call.input_count() <= most) return;
    throw UserError("op.operands", std::string(call.op->name) + ": takes " + std::to_string(most) +
                                       " operands, got " + std::to_string(call.input_count()));
}

TensorTypes infer_unary(const OpCall& call) {
    check_count(call, 1);
    return call.input(0);
}

TensorTypes infer_float_unary(const OpCall& call) {
    check_count(call, 1);
    if (!is_floating(call.input(0).dtype)) {
        throw UserError(std::string(call.op->name) + ".dtype",
                        std::string(call.op->name) + ": expected a floating-point tensor, got " +
                            call.input(0).str());
    }
    return call.input(0);
}

TensorTypes infer_float_axis(const OpCall& call) {
    checked_axis(call);
    return infer_float_unary(call);
}

TensorTypes infer_broadcast(const OpCall& call) {
    check_count(call, 2);
    check_same_dtype(call);
    TensorType type = call.input(0);
    call.input(1);  // refuses a lone operand
    for (const TensorType& input : call.inputs) {
        type.shape = broadcast(call.op->name, type.shape, input.shape);
    }
    return type;
}

TensorTypes infer_number_broadcast(const OpCall& call) {
    const TensorTypes types = infer_broadcast(call);
    if (types[0].dtype != DType::boolean) return types;
    throw UserError(std::string(call.op->name) + ".dtype",
                    std::string(call.op->name) + ": expected numbers, got " + call.input(0).str());
}

TensorTypes infer_compare(const OpCall& call) {
    TensorTypes types = infer_broadcast(call);
    types[0].dtype = DType::boolean;
    return types;
}

Sizes broadcast_strides(const Array& in, const Array& out) {
    const auto lead = static_cast<size_t>(out.rank() - in.rank());
    Sizes strides(static_cast<size_t>(out.rank()), 0);
    for (size_t i = 0; i < in.sizes().size(); ++i) {
        if (in.sizes()[i] != 1) strides[lead + i] = in.strides()[i];
    }
    return strides;
}

}  // namespace lithe::elementwise
