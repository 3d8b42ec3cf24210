// while_loop(carries..., others...) {carries}: its second region runs while its first gives true
#include "compiler/ir/ops.h"

#include "runtime/error.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall&) {
    throw InternalError("while_loop.infer", "while_loop: made with the types of its regions");
}

}  // namespace

const Op while_loop_op = {.name = "while_loop", .infer = infer};

}  // namespace lithe::ir
