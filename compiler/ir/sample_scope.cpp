#include "compiler/ir/sample_scope.h"

#include "dsl/value.h"
#include "runtime/error.h"

namespace lithe::ir {

std::vector<int64_t> SampleScope::record(const OpCall& call, std::span<const ValuePtr>,
                                         const TensorTypes&) {
    throw InternalError("ir.sample_scope", "ir: " + str(call) + " is applied outside of a trace");
}

int64_t SampleScope::escape(const Dim& dim) {
    const auto value = dim.evaluate([&](const std::string& name) -> std::optional<int64_t> {
        const Symbol* symbol = program_.symbol(name);
        return symbol ? std::optional(symbol->sample) : std::nullopt;
    });
    if (!value)
        throw InternalError("ir.symbol", "ir: the size '" + dim.str() + "' is not declared");
    return *value;
}

double SampleScope::scalar(const lithe::Value& value) {
    throw InternalError("ir.sample_scope", "ir: the number in a " + value.type.str() + " is read");
}

}  // namespace lithe::ir
