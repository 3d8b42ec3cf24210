// Products with packed panels, by tiles of registers.
#include "compiler/lower/anchor.h"
#include "compiler/lower/families.h"
#include "compiler/lower/product.h"

namespace lithe::lower {
namespace {

ir::Node* anchor_of(const ir::Graph& body) {
    return sole_anchor(body, "packed_linear", InFront::nothing);
}

bool takes(const ir::Node& group, std::string& why) {
    const ir::Node* anchor = anchor_of(*group.body());
    if (!anchor) {
        why = "packed: not one packed product with elementwise nodes behind it";
        return false;
    }
    const bool fits = has_result_of(group, *anchor);
    if (!fits) why = "packed: the result has not the product's shape";
    return fits;
}

bool matches(const ir::Node& group, const Target& target, std::string& why) {
    return takes(group, why) && !is_single_vector(*anchor_of(*group.body()), target);
}

bool matches_single(const ir::Node& group, const Target& target, std::string& why) {
    return takes(group, why) && is_single_vector(*anchor_of(*group.body()), target);
}

void schedule(const ir::Node&, Body& body) { Product(body, *anchor_of(body.graph())).run(); }

}  // namespace

const Family packed_family = {
    .name = "packed", .takes_row_blocks = true, .matches = matches, .schedule = schedule};

const Family packed_vector_family = {
    .name = "packed_vector", .matches = matches_single, .schedule = schedule};

}  // namespace lithe::lower
