#include "runtime/json_reader.h"

#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe {
namespace {

/// What may follow a backslash, and what it stands for; `u` has no meaning of its own.
constexpr std::string_view escape_letters = "\"\\/bfnrtu";
constexpr std::string_view escape_meanings = "\"\\/\b\f\n\r\t";

}  // namespace

void JsonReader::skip_space() {
    const size_t next = text_.find_first_not_of(" \t\n\r", at_);
    at_ = next == std::string_view::npos ? text_.size() : next;
}

void JsonReader::fail_expecting(std::string_view what) const {
    const std::string found = at_ < text_.size() ? quote(text_.substr(at_, 1)) : "the end";
    throw UserError(id_, concat({where_, "expected ", what, " at byte ", decimal(at_),
                                 " of the header, found ", found}));
}

bool JsonReader::accept(char token) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != token) return false;
    ++at_;
    return true;
}

void JsonReader::expect(char token) {
    if (!accept(token)) fail_expecting(quote({&token, 1}));
}

void JsonReader::expect_end() {
    skip_space();
    if (at_ != text_.size()) fail_expecting("the end");
}

uint32_t JsonReader::hex4() {
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
        const char digit = at_ < text_.size() ? text_[at_] : '\0';
        if (digit >= '0' && digit <= '9') {
            value = value * 16 + (digit - '0');
        } else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f') {
            value = value * 16 + ((digit | 0x20) - 'a' + 10);
        } else {
            fail_expecting("a hexadecimal digit");
        }
    }
    return value;
}

/// Reads what follows a backslash.
uint32_t JsonReader::escape() {
    const size_t letter =
        at_ < text_.size() ? escape_letters.find(text_[at_]) : std::string_view::npos;
    if (letter == std::string_view::npos) fail_expecting("an escape");
    ++at_;
    if (letter < escape_meanings.size()) return static_cast<uint8_t>(escape_meanings[letter]);
    const uint32_t high = hex4();
    if (high < 0xD800 || high > 0xDFFF) return high;
    if (high > 0xDBFF) fail_expecting("a high surrogate before");
    if (text_.substr(at_, 2) != "\\u") fail_expecting("the escape of a low surrogate");
    at_ += 2;
    const uint32_t low = hex4();
    if (low < 0xDC00 || low > 0xDFFF) fail_expecting("a low surrogate before");
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

std::string JsonReader::string() {
    expect('"');
    std::string value;
    for (;;) {
        const std::string_view rest = text_.substr(at_);
        const int length = utf8_length(rest);
        if (length == 0 || static_cast<uint8_t>(rest[0]) < 0x20) fail_expecting("a character");
        at_ += length;
        if (rest[0] == '"') return value;
        if (rest[0] == '\\') {
            append_utf8(value, escape());
        } else {
            value.append(rest.substr(0, length));
        }
    }
}

int64_t JsonReader::size() {
    skip_space();
    const size_t start = at_;
    int64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
        const bool leading_zero = at_ == start + 1 && text_[start] == '0';
        if (leading_zero || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, text_[at_] - '0', &value)) {
            fail_expecting("the end of the integer");
        }
    }
    if (at_ == start) fail_expecting("an integer from 0 up");
    return value;
}

void append_json_string(std::string& json, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    json.push_back('"');
    for (const char character : text) {
        const auto byte = static_cast<uint8_t>(character);
        const size_t letter = escape_meanings.find(character);
        if (letter != std::string_view::npos && character != '/') {
            json.append(1, '\\').append(1, escape_letters[letter]);
        } else if (byte < 0x20) {
            json.append("\\u00").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
        } else {
            json.push_back(character);
        }
    }
    json.push_back('"');
}

}  // namespace lithe
