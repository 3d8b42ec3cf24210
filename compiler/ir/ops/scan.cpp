// scan(carries..., xs..., others...) {carries, slices, length, reverse}: its region runs for each
// slice
#include "compiler/ir/ops.h"

#include "runtime/error.h"

namespace lithe::ir {
namespace {

TensorTypes infer(const OpCall&) {
    throw InternalError("scan.infer", "scan: made with the types of its regions");
}

}  // namespace

const Op scan_op = {.name = "scan", .infer = infer};

}  // namespace lithe::ir
