// constant {value}: data known at compile time
#include "compiler/ir/ops.h"

#include "runtime/error.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    const Array& value = call.attrs.get_array("value");
    return TensorType{value.dtype(), to_shape(value.sizes())};
}

void reference(const OpCall& call, std::span<const Array>, std::span<const Array> out) {
    out[0].copy_from(call.attrs.get_array("value"));
}

}  // namespace

const Op constant_op = {
    .name = "constant", .trait = Trait::source, .infer = infer, .reference = reference};

}  // namespace lithe::ir
