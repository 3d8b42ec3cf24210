#pragma once

#include <string>
#include <string_view>

#include "dsl/attr.h"

// Pieces of the text form that printer, parser and dumps share.
namespace lithe::ir {

/// Arrays of more elements print as a content hash, unless all is asked for.
inline constexpr int64_t longest_inline_array = 16;

/// `f32[2]{0.5, 1.0}`, or `f32[784]#0123456789abcdef`. Elements print as the shortest text that
/// reads back as the same number.
std::string array_text(const Array& array, bool full);

/// As str(attr), but such that it reads back: see Cursor::attr.
std::string attr_text(const Attr& attr, bool full);

/// `"text"` with `\"`, `\\`, `\n`, and `\xNN` for other control characters.
std::string quoted(std::string_view text);

/// Letters, digits and `_`, not beginning with a digit.
bool is_identifier(std::string_view text);
/// What may follow `@` without quotes: letters, digits, `_` and `.`.
bool is_plain_key(std::string_view text);

/// 16 hexadecimal digits that depend on every byte.
std::string short_hash(std::string_view bytes);

}  // namespace lithe::ir
