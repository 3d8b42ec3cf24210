#include "runtime/size_code.h"

#include <algorithm>
#include <vector>

#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe::artifact {
namespace {

using Kind = SizeCode::Kind;

int64_t floor_divide(int64_t a, int64_t b) {
    if (b == 0) throw UserError("size.division_by_zero", "size: division by zero");
    int64_t quotient = 0;
    if (b == -1) {
        if (__builtin_sub_overflow(0, a, &quotient)) {
            throw UserError("size.overflow", "size: an expression does not fit into 64 bits");
        }
        return quotient;
    }
    quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

int64_t combine(Kind kind, int64_t a, int64_t b) {
    int64_t result = 0;
    bool overflows = false;
    switch (kind) {
        case Kind::add:
            overflows = __builtin_add_overflow(a, b, &result);
            break;
        case Kind::multiply:
            overflows = __builtin_mul_overflow(a, b, &result);
            break;
        case Kind::floor_div:
            return floor_divide(a, b);
        case Kind::min:
            return std::min(a, b);
        default:
            return std::max(a, b);
    }
    if (overflows)
        throw UserError("size.overflow", "size: an expression does not fit into 64 bits");
    return result;
}

/// A piece of text and how strongly its outermost operator binds.
struct Piece {
    std::string text;
    int strength;  ///< 0 sum, 1 product, 2 single word
};

std::string wrapped(const Piece& piece, int strength) {
    return piece.strength < strength ? concat({"(", piece.text, ")"}) : piece.text;
}

Piece join(Kind kind, const Piece& a, const Piece& b) {
    switch (kind) {
        case Kind::add:
            return {concat({a.text, " + ", b.text}), 0};
        case Kind::multiply:
            if (a.text == "1") return b;
            if (b.text == "1") return a;
            return {concat({wrapped(a, 1), " * ", wrapped(b, 1)}), 1};
        case Kind::floor_div:
            return {concat({wrapped(a, 1), " / ", wrapped(b, 2)}), 1};
        default:
            return {concat({kind == Kind::min ? "min(" : "max(", a.text, ", ", b.text, ")"}), 2};
    }
}

}  // namespace

int64_t evaluate(const SizeCode& code, std::span<const int64_t> values) {
    int64_t stack[size_code_depth];
    int depth = 0;
    for (const SizeCode::Step& step : code.steps) {
        if (step.kind == Kind::constant) {
            stack[depth++] = step.value;
        } else if (step.kind == Kind::symbol) {
            stack[depth++] = values[static_cast<size_t>(step.value)];
        } else {
            --depth;
            stack[depth - 1] = combine(step.kind, stack[depth - 1], stack[depth]);
        }
    }
    return depth == 0 ? 0 : stack[0];
}

std::string text(const SizeCode& code, std::span<const Symbol> symbols) {
    std::vector<Piece> stack;
    for (const SizeCode::Step& step : code.steps) {
        if (step.kind == Kind::constant) {
            stack.push_back({std::to_string(step.value), step.value < 0 ? 0 : 2});
        } else if (step.kind == Kind::symbol) {
            stack.push_back({symbols[static_cast<size_t>(step.value)].name, 2});
        } else {
            const Piece right = std::move(stack.back());
            stack.pop_back();
            stack.back() = join(step.kind, stack.back(), right);
        }
    }
    return stack.empty() ? "0" : stack.back().text;
}

std::string text(const Type& type, std::span<const Symbol> symbols) {
    std::string whole = concat({name(type.dtype), "["});
    for (size_t i = 0; i < type.shape.size(); ++i) {
        whole.append(i == 0 ? "" : ", ").append(text(type.shape[i], symbols));
    }
    return whole.append("]");
}

bool is_valid(const SizeCode& code, size_t symbol_count) {
    int depth = 0;
    for (const SizeCode::Step& step : code.steps) {
        if (step.kind == Kind::symbol &&
            (step.value < 0 || static_cast<uint64_t>(step.value) >= symbol_count)) {
            return false;
        }
        const bool is_operand = step.kind == Kind::constant || step.kind == Kind::symbol;
        depth += is_operand ? 1 : -1;
        if (depth < 1 || depth > size_code_depth) return false;
    }
    return code.steps.empty() || depth == 1;
}

bool uses_symbol(const SizeCode& code, int64_t index) {
    return std::any_of(code.steps.begin(), code.steps.end(), [index](const SizeCode::Step& step) {
        return step.kind == Kind::symbol && step.value == index;
    });
}

}  // namespace lithe::artifact
