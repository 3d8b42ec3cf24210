#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/ir/program.h"
#include "dsl/module.h"
#include "dsl/tensor.h"

namespace lithe {

/// One argument of forward(): `x:f32[N=1..64,3,224,224]`.
struct InputSpec {
    std::string name;
    TensorType type;
    std::vector<ir::Symbol> symbols;  ///< those with a range here
};

/// Parses `name:dtype[size,...]`, sizes being numbers, expressions, or `N=min..max[:multiple]`;
/// several inputs are separated by `;`. Errors: input_spec.syntax.
std::vector<InputSpec> parse_input_specs(std::string_view text);

/// What forward() gives: tensors, and the names that the author's types have for them; "" for one
/// that has a number alone, as all have where there are no names.
struct NamedTensors : Tensors {
    NamedTensors() = default;
    NamedTensors(Tensors tensors) : Tensors(std::move(tensors)) {}
    std::vector<std::string> names;
};

using Forward = std::function<NamedTensors(const Tensors&)>;

/// Runs forward() on symbolic tensors and records it: eval mode, and train mode where asked.
/// Errors: trace.*, with the author's line.
ir::Program trace(nn::Module& module, const Forward& forward, const std::vector<InputSpec>& inputs,
                  std::string_view name, bool with_train = false);

}  // namespace lithe
