// prepared {index}: result `index` of the prepare graph
#include "compiler/ir/ops.h"

#include "runtime/error.h"

namespace lithe::ir {
namespace {

/// Source nodes are made with their types: there is nothing to infer them from.
TensorTypes infer(const OpCall&) {
    throw InternalError("prepared.infer", "prepared: has no operands to infer a type from");
}

}  // namespace

const Op prepared_op = {.name = "prepared", .trait = Trait::source, .infer = infer};

}  // namespace lithe::ir
