#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace lithe {

/// Joins the pieces with one allocation.
std::string concat(std::initializer_list<std::string_view> pieces);

/// `'text'` fit for a message: control characters and bytes that are not UTF-8 become `\xNN`, and
/// what is longer than 200 bytes is cut and ends in `...`.
std::string quote(std::string_view text);

/// The length in bytes of the UTF-8 character that `text` begins with, 1 to 4; 0 where it is not
/// valid UTF-8.
int utf8_length(std::string_view text);

bool is_utf8(std::string_view text);

/// Appends a Unicode scalar value as UTF-8.
void append_utf8(std::string& text, uint32_t code_point);

}  // namespace lithe
