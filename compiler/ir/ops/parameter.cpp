// parameter {key}: a parameter or buffer of the model, by its state_dict key
#include "compiler/ir/ops.h"

#include "runtime/error.h"

namespace lithe::ir {
namespace {

/// Source nodes are made with their types: there is nothing to infer them from.
TensorTypes infer(const OpCall&) {
    throw InternalError("parameter.infer", "parameter: has no operands to infer a type from");
}

}  // namespace

const Op parameter_op = {.name = "parameter", .trait = Trait::source, .infer = infer};

}  // namespace lithe::ir
