// group {family, ...}: its body is computed by one kernel
#include "compiler/ir/ops.h"

#include "runtime/error.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall&) {
    throw InternalError("group.infer", "group: made with the types of its body");
}

}  // namespace

const Op group_op = {.name = "group", .infer = infer};

}  // namespace lithe::ir
