#include "compiler/ir/ops.h"

namespace lithe::ir {

std::span<const Op* const> compiler_ops() {
    static constexpr const Op* table[] = {
        &attention_op,
        &constant_op,
        &group_op,
        &input_op,
        &module_input_op,
        &module_output_op,
        &pack_filters_op,
        &pack_panels_op,
        &packed_conv_op,
        &packed_linear_op,
        &pack_winograd_op,
        &parameter_op,
        &prepared_op,
        &random_state_op,
        &winograd_conv_op,
        &pack_depthwise_op,
        &depthwise_conv_op,
        &winograd_data_op,
        &winograd_result_op,
        &scan_op,
        &while_loop_op,
        &cond_op,
        &pack_gates_op,
        &packed_gates_op,
        &gelu_op,
        &layer_norm_op,
        &rms_norm_op,
        &plane_conv_op,
        &winograd_products_op,
    };
    return table;
}

}  // namespace lithe::ir
