#pragma once

#include <Halide.h>

#include <functional>
#include <string>
#include <vector>

namespace lithe::lower {

/// A marker is a call of a function that is not there: it stands for a shuffle until lowering has
/// made vectors of its operands.
using MarkerReplacement =
    std::function<Halide::Expr(const Halide::Type& type, const std::vector<Halide::Expr>& args)>;

/// Puts what `replacement` makes of their operands in place of a marker's calls.
void replace_marker(Halide::Pipeline& pipeline, const std::string& marker,
                    MarkerReplacement replacement);

/// The number that an operand of a marker is, in each lane.
int marker_number(const Halide::Expr& argument);

}  // namespace lithe::lower
