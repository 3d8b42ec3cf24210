#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "runtime/artifact.h"

namespace lithe::artifact {

/// The most operands that an expression may have waiting at once.
inline constexpr int size_code_depth = 32;

/// The value of an expression that check() has seen; `values` are those of the symbols.
/// Errors: size.overflow, size.division_by_zero.
int64_t evaluate(const SizeCode& code, std::span<const int64_t> values);

/// `2 * N + 1`.
std::string text(const SizeCode& code, std::span<const Symbol> symbols);
/// `f32[N, 3]`.
std::string text(const Type& type, std::span<const Symbol> symbols);

/// Whether the expression is well formed over so many symbols.
bool is_valid(const SizeCode& code, size_t symbol_count);
/// Whether the value of symbol `index` matters.
bool uses_symbol(const SizeCode& code, int64_t index);

}  // namespace lithe::artifact
