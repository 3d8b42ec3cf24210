#include "runtime/text.h"

#include <algorithm>

namespace lithe {
namespace {

bool is_continuation(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

}  // namespace

std::string concat(std::initializer_list<std::string_view> pieces) {
    size_t size = 0;
    for (std::string_view piece : pieces) size += piece.size();
    std::string whole;
    whole.reserve(size);
    for (std::string_view piece : pieces) whole.append(piece);
    return whole;
}

std::string decimal(int64_t number) { return std::to_string(number); }

std::optional<std::string_view> find_duplicate(std::vector<std::string_view> texts) {
    std::sort(texts.begin(), texts.end());
    const auto twice = std::adjacent_find(texts.begin(), texts.end());
    if (twice == texts.end()) return std::nullopt;
    return *twice;
}

std::string quote(std::string_view text) {
    constexpr size_t longest = 200;
    constexpr char digits[] = "0123456789abcdef";
    std::string quoted = "'";
    size_t at = 0;
    while (at < text.size() && at < longest) {
        const auto byte = static_cast<uint8_t>(text[at]);
        const int length = utf8_length(text.substr(at));
        if (length == 0 || byte < 0x20 || byte == 0x7F) {
            quoted.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
            ++at;
        } else {
            quoted.append(text.substr(at, length));
            at += length;
        }
    }
    return quoted.append(at < text.size() ? "...'" : "'");
}

int utf8_length(std::string_view text) {
    if (text.empty()) return 0;
    const auto first = static_cast<uint8_t>(text[0]);
    if (first < 0x80) return 1;
    const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
    for (size_t i = 1; i < length; ++i) {
        if (!is_continuation(text[i])) return 0;
    }
    // The second byte tells overlong forms, surrogates and what lies beyond U+10FFFF.
    const auto second = static_cast<uint8_t>(text[1]);
    if (first == 0xE0 && second < 0xA0) return 0;
    if (first == 0xED && second > 0x9F) return 0;
    if (first == 0xF0 && second < 0x90) return 0;
    if (first == 0xF4 && second > 0x8F) return 0;
    return static_cast<int>(length);
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const int length = utf8_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

void append_utf8(std::string& text, uint32_t code_point) {
    const auto tail = [&](int shift) {
        text.push_back(static_cast<char>(0x80 | ((code_point >> shift) & 0x3F)));
    };
    if (code_point < 0x80) {
        text.push_back(static_cast<char>(code_point));
    } else if (code_point < 0x800) {
        text.push_back(static_cast<char>(0xC0 | (code_point >> 6)));
        tail(0);
    } else if (code_point < 0x10000) {
        text.push_back(static_cast<char>(0xE0 | (code_point >> 12)));
        tail(6);
        tail(0);
    } else {
        text.push_back(static_cast<char>(0xF0 | (code_point >> 18)));
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace lithe
