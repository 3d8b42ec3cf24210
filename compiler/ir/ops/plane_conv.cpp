// plane_conv(x, w, bias) {groups, stride, dilation, pad_begin, pad_end}: what conv gives of the
// same operands, plane by plane of an image whose pixels are innermost; bias may be left out.
#include "compiler/ir/ops.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"

namespace lithe::ir {

const Op plane_conv_op = {
    .name = "plane_conv",
    .infer = [](const OpCall& call) { return conv_op.infer(call); },
    .reference = [](const OpCall& call, std::span<const Array> in,
                    std::span<const Array> out) { conv_op.reference(call, in, out); },
    .lower = [](const LowerCall& call) { return conv_op.lower(call); },
};

}  // namespace lithe::ir
