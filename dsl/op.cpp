#include "dsl/op.h"

#include <algorithm>

#include "dsl/op_list.h"
#include "runtime/error.h"

namespace lithe {

std::span<const Op* const> every_op() { return {all_ops, all_ops_count}; }

const Op* find_op(std::string_view name) {
    const auto ops = every_op();
    const auto at =
        std::lower_bound(ops.begin(), ops.end(), name,
                         [](const Op* op, std::string_view wanted) { return op->name < wanted; });
    return at != ops.end() && (*at)->name == name ? *at : nullptr;
}

void OpCall::missing_operand(int i) const {
    throw UserError("op.operands", str(*this) + ": operand " + std::to_string(i) + " is missing");
}

std::string str(const OpCall& call) {
    std::string text = call.op ? std::string(call.op->name) : "custom";
    text += '(';
    for (size_t i = 0; i < call.inputs.size(); ++i) text += (i ? ", " : "") + call.inputs[i].str();
    return text + ')';
}

}  // namespace lithe
