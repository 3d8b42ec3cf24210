// random_state: i64[2] {seed of the session, how often the graph has run before}
#include "compiler/ir/ops.h"

#include "runtime/error.h"

namespace lithe::ir {
namespace {

/// Source nodes are made with their types: there is nothing to infer them from.
TensorTypes infer(const OpCall&) {
    throw InternalError("random_state.infer", "random_state: has no operands to infer a type from");
}

}  // namespace

const Op random_state_op = {.name = "random_state", .trait = Trait::source, .infer = infer};

}  // namespace lithe::ir
