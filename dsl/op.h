#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/array.h"
#include "dsl/attr.h"
#include "dsl/tensor_type.h"

namespace Halide {
class Expr;
}

namespace lithe {

class Tensor;
struct LowerCall;
struct GradientCall;
struct Op;

/// Facts about an op that others act on, so that no other place lists ops by name.
enum class Trait : uint32_t {
    none = 0,
    elementwise = 1 << 0,  ///< result[i] depends on operands[i] alone; operands broadcast
    injective = 1 << 1,    ///< every result element is one operand element (or a constant)
    reduction = 1 << 2,    ///< attrs `axes` (Shape of ints) and `keepdim`; one operand
    commutative = 1 << 3,
    view = 1 << 4,    ///< result aliases operand 0: has `view` and `unview`
    random = 1 << 5,  ///< draws numbers: never folded, merged or dropped apart
    source = 1 << 6,  ///< input, parameter, buffer, constant: no operands
    idempotent = 1 << 7,
};
constexpr Trait operator|(Trait a, Trait b) {
    return static_cast<Trait>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}
constexpr bool has(Trait set, Trait fact) {
    return (static_cast<uint32_t>(set) & static_cast<uint32_t>(fact)) != 0;
}

/// One use of an op: what it is applied to, and with which attributes.
struct OpCall {
    const Op* op = nullptr;
    std::vector<TensorType> inputs;
    Attrs attrs;

    /// Errors: op.operands where there are fewer.
    const TensorType& input(int i) const {
        if (static_cast<size_t>(i) >= inputs.size()) missing_operand(i);
        return inputs[static_cast<size_t>(i)];
    }
    int input_count() const { return static_cast<int>(inputs.size()); }

private:
    [[noreturn]] void missing_operand(int i) const;
};

/// An op: its shape rule, its oracle, its derivative and its algorithm, all in one file.
struct Op {
    std::string_view name;
    Trait trait = Trait::none;
    /// Result types. Throws UserError with id `<op>.<reason>` for what does not fit.
    TensorTypes (*infer)(const OpCall& call) = nullptr;
    /// The plainest correct code. `in` and `out` are dense; `out` is allocated, not initialised.
    void (*reference)(const OpCall& call, std::span<const Array> in,
                      std::span<const Array> out) = nullptr;
    /// One tensor per operand, undefined where none flows. Null: not differentiable.
    std::vector<Tensor> (*gradient)(const GradientCall& call) = nullptr;
    /// The value at one coordinate of one result; see dsl/lowering.h. Null: no kernel of its own.
    Halide::Expr (*lower)(const LowerCall& call) = nullptr;
    /// For Trait::view: the strided alias, undefined where strides cannot express it.
    Array (*view)(const OpCall& call, const Array& in) = nullptr;
    /// For Trait::view: operand 0 after `result` has been written through the view.
    Tensor (*unview)(const OpCall& call, const Tensor& base, const Tensor& result) = nullptr;

    bool is(Trait fact) const { return has(trait, fact); }
};

/// The op of that name, or null. The table is generated from the files in dsl/ops.
const Op* find_op(std::string_view name);
std::span<const Op* const> every_op();

/// `relu(f32[N, 8])`: a call as error messages print it.
std::string str(const OpCall& call);

}  // namespace lithe
