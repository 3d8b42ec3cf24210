#include <algorithm>
#include <set>

#include "compiler/plan/plan.h"
#include "runtime/error.h"

namespace lithe::plan {
namespace {

using Kind = artifact::SizeCode::Kind;

int symbol_index(const ir::Program& program, const std::string& name) {
    for (size_t i = 0; i < program.symbols.size(); ++i) {
        if (program.symbols[i].name == name) return static_cast<int>(i);
    }
    throw InternalError("plan.symbol", "plan: the symbol '" + name + "' is not in the program");
}

void append(const ir::Program& program, const Dim& dim, artifact::SizeCode& code) {
    if (dim.is_constant()) {
        code.steps.push_back({Kind::constant, dim.constant()});
        return;
    }
    bool is_first_term = true;
    for (const DimTerm& term : dim.expr()->terms) {
        code.steps.push_back({Kind::constant, term.coefficient});
        for (const DimAtom& atom : term.atoms) {
            if (atom.kind == DimAtom::Kind::symbol) {
                code.steps.push_back({Kind::symbol, symbol_index(program, atom.name)});
            } else {
                append(program, atom.left, code);
                append(program, atom.right, code);
                code.steps.push_back({atom.kind == DimAtom::Kind::floor_div ? Kind::floor_div
                                      : atom.kind == DimAtom::Kind::min     ? Kind::min
                                                                            : Kind::max,
                                      0});
            }
            code.steps.push_back({Kind::multiply, 0});
        }
        if (!is_first_term) code.steps.push_back({Kind::add, 0});
        is_first_term = false;
    }
}

}  // namespace

artifact::SizeCode size_code(const ir::Program& program, const Dim& dim) {
    artifact::SizeCode code;
    append(program, dim, code);
    return code;
}

artifact::Type port_type(const ir::Program& program, const TensorType& type) {
    artifact::Type result;
    result.dtype = type.dtype;
    for (const Dim& dim : type.shape) result.shape.push_back(size_code(program, dim));
    return result;
}

int64_t upper_bound(const ir::Program& program, const Dim& dim) {
    if (dim.is_constant()) return dim.constant();
    // Sizes are monotone along each symbol in practice: the corners of the ranges suffice.
    const std::vector<std::string> names = dim.symbols();
    int64_t most = 0;
    for (size_t corner = 0; corner < (size_t{1} << std::min<size_t>(names.size(), 12)); ++corner) {
        const auto value = dim.evaluate([&](const std::string& name) -> std::optional<int64_t> {
            const ir::Symbol& symbol =
                program.symbols[static_cast<size_t>(symbol_index(program, name))];
            if (symbol.max <= 0) {
                throw UserError("plan.unbounded", "plan: the size '" + name +
                                                      "' has no upper end; say " + name +
                                                      "=min..max in the inputs");
            }
            const auto at =
                static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
            return (corner >> at) & 1 ? symbol.max : symbol.min;
        });
        most = std::max(most, value.value_or(0));
    }
    return most;
}

}  // namespace lithe::plan
