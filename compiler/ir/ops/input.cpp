// input {index, name}: an argument of the graph; its type is given
#include "compiler/ir/ops.h"

#include "runtime/error.h"

namespace lithe::ir {
namespace {

/// Source nodes are made with their types: there is nothing to infer them from.
TensorTypes infer(const OpCall&) {
    throw InternalError("input.infer", "input: has no operands to infer a type from");
}

}  // namespace

const Op input_op = {.name = "input", .trait = Trait::source, .infer = infer};

}  // namespace lithe::ir
