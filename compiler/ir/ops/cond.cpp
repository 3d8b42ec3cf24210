// cond(flag, operands...): the results of its first region where the flag holds, else of its second
#include "compiler/ir/ops.h"

#include "runtime/error.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall&) {
    throw InternalError("cond.infer", "cond: made with the types of its regions");
}

}  // namespace

const Op cond_op = {.name = "cond", .infer = infer};

}  // namespace lithe::ir
