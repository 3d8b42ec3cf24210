#include "compiler/ir/ops.h"

namespace lithe::ir {

std::span<const Op* const> compiler_ops() {
    static constexpr const Op* table[] = {
        &constant_op,      &group_op,     &input_op,    &module_input_op,
        &module_output_op, &parameter_op, &prepared_op,
    };
    return table;
}

}  // namespace lithe::ir
