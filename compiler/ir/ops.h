#pragma once

#include <span>

#include "dsl/op.h"

// Ops that only the compiler makes; each stands in compiler/ir/ops/<name>.cpp.
namespace lithe::ir {

extern const Op input_op;          ///< {index, name}: an argument of the graph
extern const Op parameter_op;      ///< {key}: a parameter or buffer of the model, by state_dict key
extern const Op constant_op;       ///< {value}: data known at compile time
extern const Op prepared_op;       ///< {index}: result `index` of the prepare graph
extern const Op random_state_op;   ///< i64[2]: the session's seed and how often the graph has run
extern const Op module_input_op;   ///< {call}: the operands, as module call `call` receives them
extern const Op module_output_op;  ///< {call}: the operands, as module call `call` returns them
extern const Op group_op;          ///< {family, ...}: body computed by one kernel

// Control flow; see regions.h.
extern const Op scan_op;        ///< {carries, slices, length, reverse}: a region for each slice
extern const Op while_loop_op;  ///< {carries}: a region while another one gives true
extern const Op cond_op;        ///< one of two regions

// What choose_kernels makes of products and convolutions.
extern const Op pack_panels_op;     ///< {panel, transposed}: the columns of a matrix in panels
extern const Op packed_linear_op;   ///< {columns, tile_rows}: a product with such panels
extern const Op pack_gates_op;      ///< {gates, turns, panel, transposed}: matrices in panels
extern const Op packed_gates_op;    ///< {columns, tile_rows}: a product with each of them
extern const Op pack_filters_op;    ///< {panel}: the filters of a convolution in panels
extern const Op packed_conv_op;     ///< {columns, stride, dilation, tile_rows}: with such filters
extern const Op pack_depthwise_op;  ///< the filters of a depthwise convolution, channels innermost
extern const Op depthwise_conv_op;  ///< {stride, dilation, pad_begin, pad_end}: with such filters
extern const Op plane_conv_op;      ///< {stride, dilation, pad_begin, pad_end}: few filters
extern const Op pack_winograd_op;   ///< {panel, tile, by_element}: transformed 3 x 3 filters
extern const Op
    winograd_conv_op;  ///< {columns, tile, pad_begin, pad_end, block}: with such filters

// A convolution as winograd_data, packed_linear over a batch of (tile + 2)^2 matrices (or
// winograd_products), and winograd_result.
extern const Op winograd_data_op;  ///< {tile, pad_begin, pad_end}: transformed patches of an image
extern const Op winograd_products_op;  ///< {tile, tile_rows}: with filters that are only packed
extern const Op winograd_result_op;    ///< {columns, tile, pad_begin, pad_end}: out of the products

extern const Op
    attention_op;  ///< {scale, keys, causal}: softmax(q k' scale + mask) v; see recognize_attention

extern const Op gelu_op;        ///< {approximate}: x times a share of it; see recognize_gelu
extern const Op layer_norm_op;  ///< {axis, eps}: (x - mean) / sqrt(variance + eps)
extern const Op rms_norm_op;    ///< {axis, eps}: x / sqrt(mean of x^2 + eps)

std::span<const Op* const> compiler_ops();

}  // namespace lithe::ir
