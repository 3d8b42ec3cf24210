#include "compiler/ir/symbols.h"

namespace lithe::ir {
namespace {

/// Solves `dim == size` for its one unknown, where it is affine in it.
void solve(const Dim& dim, int64_t size, SymbolValues& values) {
    const std::vector<std::string> unknown = dim.symbols();
    if (unknown.size() != 1) return;
    const auto at = [&](int64_t value) {
        return dim.evaluate([&](const std::string&) { return std::optional<int64_t>(value); });
    };
    const std::optional<int64_t> zero = at(0), one = at(1);
    if (!zero || !one || *one == *zero) return;
    const int64_t slope = *one - *zero, solution = (size - *zero) / slope;
    const std::optional<int64_t> check = at(solution);
    if (check && *check == size) values[unknown[0]] = solution;
}

}  // namespace

bool bind(const Shape& shape, const Sizes& sizes, SymbolValues& values) {
    if (shape.size() != sizes.size()) return false;
    // What one axis teaches may make another one solvable.
    for (size_t known = values.size() + 1; known != values.size();) {
        known = values.size();
        for (size_t i = 0; i < shape.size(); ++i) {
            solve(substitute(shape[i], values), sizes[i], values);
        }
    }
    for (size_t i = 0; i < shape.size(); ++i) {
        const Dim size = substitute(shape[i], values);
        if (!size.is_constant(sizes[i])) return false;
    }
    return true;
}

Dim substitute(const Dim& dim, const SymbolValues& values) {
    return dim.substitute([&](const std::string& name) -> std::optional<Dim> {
        const auto at = values.find(name);
        return at == values.end() ? std::nullopt : std::optional<Dim>(Dim(at->second));
    });
}

Shape substitute(const Shape& shape, const SymbolValues& values) {
    Shape result;
    for (const Dim& dim : shape) result.push_back(substitute(dim, values));
    return result;
}

OpCall substitute(const OpCall& call, const SymbolValues& values) {
    OpCall result = call;
    for (TensorType& input : result.inputs) input.shape = substitute(input.shape, values);
    for (const auto& [name, value] : call.attrs.items()) {
        if (const Dim* dim = std::get_if<Dim>(&value)) {
            result.attrs.set(name, substitute(*dim, values));
        } else if (const Shape* shape = std::get_if<Shape>(&value)) {
            result.attrs.set(name, substitute(*shape, values));
        }
    }
    return result;
}

}  // namespace lithe::ir
