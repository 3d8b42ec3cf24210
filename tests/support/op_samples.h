#pragma once

#include <string>
#include <vector>

#include "dsl/op.h"

namespace lithe::tests {

/// One use of an op, as text: operand types such as `T[N, 7]` or `i64[N]<4` (integers 0..3), with T
/// for the dtype and N for a size, and attributes as in the text form of the IR.
struct OpSample {
    std::vector<std::string> operands;
    std::string attrs;
    /// Where the operands' numbers lie for the check of the gradient.
    double low = -1.5, high = 1.5;
    bool has_gradient = true;  ///< not where an index names a place twice, and one value wins
};

/// Samples of an op at awkward shapes. Elementwise ops without attributes get theirs from their
/// traits; all others stand in op_samples.cpp, where an op that is new has to be entered.
std::vector<OpSample> samples_of(const Op& op);

/// `sample` with T and N replaced.
OpSample filled(const OpSample& sample, const std::string& dtype, const std::string& size);
/// The type of an operand's text, and the bound of its integers (0 where none is given).
TensorType operand_type(const std::string& text);
int64_t operand_limit(const std::string& text);
/// Whether the op takes the sample, T replaced: its infer and its reference. Other errors than
/// UserError pass on.
bool is_accepted(const Op& op, const OpSample& sample);
/// The sample as a call with constant or symbolic sizes.
OpCall call_of(const Op& op, const OpSample& sample);

}  // namespace lithe::tests
