#pragma once

#include "compiler/lower/body.h"

namespace lithe::lower {

// Each stands in compiler/lower/<family>.cpp.
extern const Family cat_family;
extern const Family columns_family;
extern const Family conv_family, conv_vector_family;
extern const Family conv_depthwise_family;
extern const Family conv_pool_family;
extern const Family attention_family, attention_row_family;
extern const Family depthwise_family;
extern const Family gates_family;
extern const Family generic_family;
extern const Family pack_family;
extern const Family packed_family, packed_vector_family;
extern const Family plane_conv_family;
extern const Family plane_largest_family;
extern const Family planes_family;
extern const Family product_pieces_family;
extern const Family rank_family;
extern const Family rows_family;
extern const Family running_family;
extern const Family scatter_family;
extern const Family sort_family;
extern const Family transpose_family;
extern const Family window_family;
extern const Family winograd_data_family, winograd_family, winograd_filters_family,
    winograd_products_family, winograd_result_family;

/// Names of all, in the order in which they are tried.
std::vector<std::string> family_names();

}  // namespace lithe::lower
