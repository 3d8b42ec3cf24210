// module_input {call}: marks values at the boundary of a module's call; passes them on
#include "compiler/ir/ops.h"

#include "runtime/error.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall& call) {
    TensorTypes types;
    for (const TensorType& input : call.inputs) types.push_back(input);
    return types;
}

void reference(const OpCall&, std::span<const Array> in, std::span<const Array> out) {
    for (size_t i = 0; i < in.size(); ++i) out[i].copy_from(in[i]);
}

}  // namespace

const Op module_input_op = {.name = "module_input", .infer = infer, .reference = reference};

}  // namespace lithe::ir
