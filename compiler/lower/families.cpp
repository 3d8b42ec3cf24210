#include "compiler/lower/families.h"

#include <algorithm>

#include "runtime/error.h"

namespace lithe::lower {
namespace {

/// Tried in order: the special before the general.
constexpr const Family* families[] = {
    &conv_family,
    &conv_vector_family,
    &winograd_family,
    &winograd_data_family,
    &winograd_filters_family,
    &winograd_products_family,
    &winograd_result_family,
    &attention_row_family,
    &attention_family,
    &conv_depthwise_family,
    &conv_pool_family,
    &depthwise_family,
    &gates_family,
    &product_pieces_family,
    &packed_family,
    &packed_vector_family,
    &running_family,
    &rank_family,
    &sort_family,
    &rows_family,
    &columns_family,
    &plane_conv_family,
    &plane_largest_family,
    &planes_family,
    &window_family,
    &transpose_family,
    &pack_family,
    &cat_family,
    &scatter_family,
    &generic_family,
};

bool has_row_blocks(const ir::Graph& body) {
    return std::any_of(body.nodes().begin(), body.nodes().end(),
                       [](const auto& node) { return node->attrs().has("row_blocks"); });
}

}  // namespace

const Family& find_family(const ir::Node& group, const Target& target) {
    std::string why;
    const bool is_in_blocks = has_row_blocks(*group.body());
    for (const Family* family : families) {
        if (is_in_blocks && !family->takes_row_blocks) continue;
        if (family->matches(group, target, why)) return *family;
    }
    throw InternalError("lower.no_family", "lower: no schedule family takes the group");
}

std::vector<std::string> family_names() {
    std::vector<std::string> names;
    for (const Family* family : families) names.emplace_back(family->name);
    return names;
}

}  // namespace lithe::lower
