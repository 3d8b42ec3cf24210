#include "compiler/ir/sample_scope.h"

#include "dsl/value.h"
#include "runtime/error.h"

namespace lithe::ir {

std::vector<int64_t> SampleScope::record(const OpCall& call, std::span<const ValuePtr>,
                                         const TensorTypes&) {
    throw InternalError("ir.sample_scope", "ir: " + str(call) + " is applied outside of a trace");
}

int64_t SampleScope::escape(const Dim& dim) {
    const std::optional<int64_t> value = program_.sample_of(dim);
    if (!value)
        throw InternalError("ir.symbol", "ir: the size '" + dim.str() + "' is not declared");
    asked_.push_back(dim);
    return *value;
}

double SampleScope::scalar(const lithe::Value& value) {
    throw InternalError("ir.sample_scope", "ir: the number in a " + value.type.str() + " is read");
}

}  // namespace lithe::ir
