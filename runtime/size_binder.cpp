#include "runtime/size_binder.h"

#include <algorithm>

#include "runtime/error.h"
#include "runtime/size_code.h"
#include "runtime/text.h"

namespace lithe {
namespace {

using artifact::Port;
using artifact::SizeCode;

/// Whether the expression is linear in the symbol, and no other unknown symbol is in it.
bool can_solve(const SizeCode& code, int64_t symbol, const std::vector<bool>& known) {
    int uses = 0;
    for (const SizeCode::Step& step : code.steps) {
        switch (step.kind) {
            case SizeCode::Kind::constant:
            case SizeCode::Kind::add:
            case SizeCode::Kind::multiply:
                break;
            case SizeCode::Kind::symbol:
                if (step.value == symbol) {
                    ++uses;
                } else if (!known[static_cast<size_t>(step.value)]) {
                    return false;
                }
                break;
            default:
                return false;
        }
    }
    return uses == 1;
}

[[noreturn]] void fail(const char* id, const Port& port,
                       std::initializer_list<std::string_view> pieces) {
    throw UserError(id, concat({"run: input ", quote(port.name), ": ", concat(pieces)}));
}

std::string type_of(const ConstTensorView& tensor) { return type_text(tensor.dtype, tensor.shape); }

}  // namespace

SizeBinder::SizeBinder(const artifact::Artifact& artifact) : artifact_(artifact) {
    std::vector<bool> known(artifact.symbols.size(), false);
    for (bool progress = true; progress;) {
        progress = false;
        for (size_t symbol = 0; symbol < known.size(); ++symbol) {
            if (known[symbol] || !find_source(static_cast<int64_t>(symbol), known)) continue;
            known[symbol] = progress = true;
        }
    }
    for (size_t symbol = 0; symbol < known.size(); ++symbol) {
        if (known[symbol]) continue;
        throw UserError("artifact.invalid", concat({"artifact: no input tells the size ",
                                                    quote(artifact.symbols[symbol].name)}));
    }
}

bool SizeBinder::find_source(int64_t symbol, const std::vector<bool>& known) {
    for (size_t input = 0; input < artifact_.inputs.size(); ++input) {
        const std::vector<SizeCode>& shape = artifact_.inputs[input].type.shape;
        for (size_t i = 0; i < shape.size(); ++i) {
            if (!can_solve(shape[i], symbol, known)) continue;
            sources_.push_back({symbol, input, i});
            return true;
        }
    }
    return false;
}

void SizeBinder::bind(std::span<const ConstTensorView> inputs, std::span<int64_t> values) const {
    check_types(inputs);
    std::fill(values.begin(), values.end(), 0);
    for (const Source& source : sources_) solve(source, inputs, values);
    check_sizes(inputs, values);
}

void SizeBinder::check_types(std::span<const ConstTensorView> inputs) const {
    if (inputs.size() != artifact_.inputs.size()) {
        throw UserError("input.count", concat({"run: ", artifact_.name, " takes ",
                                               std::to_string(artifact_.inputs.size()), " inputs, ",
                                               std::to_string(inputs.size()), " were given"}));
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
        const Port& port = artifact_.inputs[i];
        if (inputs[i].dtype != port.type.dtype) {
            fail("input.dtype", port,
                 {type_of(inputs[i]), " is given, ", text(port.type, artifact_.symbols),
                  " is compiled"});
        }
        if (inputs[i].shape.size() != port.type.shape.size()) {
            fail("input.rank", port,
                 {type_of(inputs[i]), " has ", std::to_string(inputs[i].shape.size()),
                  " dimensions, ", text(port.type, artifact_.symbols), " is compiled"});
        }
    }
}

/// The size is a * symbol + b: its values at 0 and 1 tell a and b.
void SizeBinder::solve(const Source& source, std::span<const ConstTensorView> inputs,
                       std::span<int64_t> values) const {
    const Port& port = artifact_.inputs[source.input];
    const SizeCode& code = port.type.shape[source.dimension];
    const ConstTensorView& input = inputs[source.input];
    const int64_t size = input.shape[source.dimension];
    int64_t& value = values[static_cast<size_t>(source.symbol)];

    value = 0;
    const int64_t at_zero = evaluate(code, values);
    value = 1;
    const int64_t slope = evaluate(code, values) - at_zero;
    int64_t difference = 0;
    const bool fits = size >= 0 && !__builtin_sub_overflow(size, at_zero, &difference);
    if (!fits || slope == 0 || difference % slope != 0) {
        fail("input.size", port,
             {"size ", std::to_string(source.dimension), " of ", type_of(input), " is ",
              std::to_string(size), ", ", text(port.type, artifact_.symbols), " is compiled"});
    }
    value = difference / slope;
    check_symbol(source, input, value);
}

void SizeBinder::check_symbol(const Source& source, const ConstTensorView& input,
                              int64_t value) const {
    const Port& port = artifact_.inputs[source.input];
    const artifact::Symbol& symbol = artifact_.symbols[static_cast<size_t>(source.symbol)];
    if (value < symbol.min || value > symbol.max) {
        fail("input.range", port,
             {type_of(input), " makes ", symbol.name, " = ", std::to_string(value), ", ",
              std::to_string(symbol.min), " to ", std::to_string(symbol.max), " is compiled"});
    }
    if (value % symbol.multiple_of != 0) {
        fail("input.multiple", port,
             {type_of(input), " makes ", symbol.name, " = ", std::to_string(value),
              ", multiples of ", std::to_string(symbol.multiple_of), " are compiled"});
    }
}

void SizeBinder::check_sizes(std::span<const ConstTensorView> inputs,
                             std::span<const int64_t> values) const {
    for (size_t i = 0; i < inputs.size(); ++i) {
        const Port& port = artifact_.inputs[i];
        for (size_t j = 0; j < port.type.shape.size(); ++j) {
            const SizeCode& code = port.type.shape[j];
            const int64_t expected = evaluate(code, values);
            if (inputs[i].shape[j] == expected) continue;
            const std::string number = std::to_string(expected);
            const std::string formula = text(code, artifact_.symbols);
            fail("input.size", port,
                 {"size ", std::to_string(j), " of ", type_of(inputs[i]), " is ",
                  std::to_string(inputs[i].shape[j]), ", not ",
                  formula == number ? number : concat({formula, " = ", number})});
        }
    }
}

std::vector<int64_t> SizeBinder::output_shape(size_t index, std::span<const int64_t> values) const {
    std::vector<int64_t> shape;
    for (const SizeCode& size : artifact_.outputs[index].type.shape) {
        shape.push_back(evaluate(size, values));
    }
    return shape;
}

void SizeBinder::check_output(size_t index, const TensorView& output,
                              std::span<const int64_t> values) const {
    const Port& port = artifact_.outputs[index];
    const std::vector<int64_t> shape = output_shape(index, values);
    const bool same_shape = output.shape == shape;
    if (same_shape && output.dtype == port.type.dtype) return;
    throw UserError(same_shape ? "output.dtype" : "output.shape",
                    concat({"run: output ", quote(port.name), ": ", type_of(output),
                            " is given, the result is ", type_text(port.type.dtype, shape)}));
}

}  // namespace lithe
