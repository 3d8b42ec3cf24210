// Comparisons by way of the three that are nodes.
#include "dsl/ops.h"

namespace lithe {

Tensor ne(const Tensor& a, const Tensor& b) { return logical_not(eq(a, b)); }
Tensor gt(const Tensor& a, const Tensor& b) { return lt(b, a); }
Tensor ge(const Tensor& a, const Tensor& b) { return le(b, a); }

}  // namespace lithe
