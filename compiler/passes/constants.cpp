#include "compiler/passes/constants.h"

#include <bit>
#include <cmath>

namespace lithe::passes {
namespace {

bool is_pure_source(const ir::Node& node) {
    return node.input_count() == 0 && !node.is(Trait::source) && !node.is(Trait::random) &&
           !node.body() && node.op().reference && node.types().size() == 1;
}

int64_t bytes_of(const TensorType& type) {
    return type.count().constant() * size_bytes(type.dtype);
}

/// Bits that tell -0 from 0; nothing for an integer that does not survive the way to double.
std::optional<double> number_at(const Array& array, int64_t index) {
    const double value = array.at(index);
    if (array.dtype() != DType::i64 || std::abs(value) < 9007199254740992.0) return value;
    return {};
}

}  // namespace

bool has_symbols(const ir::Node& node) {
    for (const TensorType& type : node.types()) {
        if (!lithe::is_constant(type.shape)) return true;
    }
    for (const auto& [name, value] : node.attrs().items()) {
        if (const Dim* dim = std::get_if<Dim>(&value); dim && !dim->is_constant()) return true;
        const Shape* shape = std::get_if<Shape>(&value);
        if (shape && !lithe::is_constant(*shape)) return true;
    }
    return false;
}

Array compute(const ir::Node& node, const std::vector<Array>& operands) {
    const TensorType& type = node.type();
    const Array result = Array::empty(type.dtype, constant_sizes(type.shape));
    std::vector<Array> in;
    for (const Array& operand : operands) in.push_back(operand.dense());
    node.op().reference(node.call(), in, std::span(&result, 1));
    return result;
}

bool is_constant(ir::Value value) {
    return value.node->is("constant") || is_pure_source(*value.node);
}

Array constant_data(ir::Value value) {
    const ir::Node& node = *value.node;
    if (node.is("constant")) return node.attrs().get_array("value");
    if (!is_pure_source(node) || has_symbols(node)) return {};
    return bytes_of(node.type()) <= largest_constant_bytes ? compute(node, {}) : Array();
}

std::optional<double> uniform_value(ir::Value value) {
    const Array data = constant_data(value);
    if (!data.defined() || data.count() == 0) return {};
    const std::optional<double> first = number_at(data, 0);
    for (int64_t i = 0; i < data.count() && first; ++i) {
        const std::optional<double> other = number_at(data, i);
        if (!other || std::bit_cast<uint64_t>(*other) != std::bit_cast<uint64_t>(*first)) return {};
    }
    return first;
}

}  // namespace lithe::passes
