#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lithe {

/// Joins the pieces with one allocation.
std::string concat(std::initializer_list<std::string_view> pieces);

/// The digits of a number. Out of line, unlike std::to_string, which adds 300 bytes of code to each
/// message.
std::string decimal(int64_t number);

/// `'text'` fit for a message: control characters and bytes that are not UTF-8 become `\xNN`, and
/// what is longer than 200 bytes is cut and ends in `...`.
std::string quote(std::string_view text);

/// A text that comes more than once; nothing where all differ.
std::optional<std::string_view> find_duplicate(std::vector<std::string_view> texts);

/// The length in bytes of the UTF-8 character that `text` begins with, 1 to 4; 0 where it is not
/// valid UTF-8.
int utf8_length(std::string_view text);

bool is_utf8(std::string_view text);

/// Appends a Unicode scalar value as UTF-8.
void append_utf8(std::string& text, uint32_t code_point);

}  // namespace lithe
