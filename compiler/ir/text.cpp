#include "compiler/ir/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace lithe::ir {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <class T>
std::string shortest(T value) {
    if (std::isnan(value)) return std::signbit(value) ? "-nan" : "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    std::string text(buffer, end);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

template <class T>
std::string element_text(T value) {
    if constexpr (std::is_floating_point_v<T>) return shortest(value);
    if constexpr (std::is_same_v<T, bool>) return value ? "1" : "0";
    return std::to_string(value);
}

std::string elements_text(const Array& array) {
    const Array dense = array.dense();
    return visit(array.dtype(), [&]<class T>(T) {
        std::string text;
        for (int64_t i = 0; i < dense.count(); ++i) {
            if (i) text += ", ";
            text += element_text(dense.data<T>()[i]);
        }
        return text;
    });
}

}  // namespace

std::string array_text(const Array& array, bool full) {
    if (!array.defined()) return "undefined";
    const std::string type = std::string(name(array.dtype())) + str(to_shape(array.sizes()));
    if (full || array.count() <= longest_inline_array)
        return type + "{" + elements_text(array) + "}";
    const Array dense = array.dense();
    return type + "#" + short_hash({static_cast<const char*>(dense.raw()), dense.size_bytes()});
}

std::string attr_text(const Attr& attr, bool full) {
    if (const Array* array = std::get_if<Array>(&attr)) return array_text(*array, full);
    if (const auto* text = std::get_if<std::string>(&attr)) return quoted(*text);
    const auto* floats = std::get_if<std::vector<double>>(&attr);
    return floats && floats->empty() ? "floats []" : str(attr);
}

std::string quoted(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c == '\n') {
            result += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            result += "\\x";
            result += digits[byte >> 4];
            result += digits[byte & 15];
        } else {
            result += c;
        }
    }
    return result + '"';
}

bool is_identifier(std::string_view text) {
    return !text.empty() && !is_digit(text[0]) && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter(c) || is_digit(c);
    });
}

bool is_plain_key(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '.';
    });
}

std::string short_hash(std::string_view bytes) {
    // FNV-1a over 64 bits, then a mix so that the last bytes reach every digit.
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : bytes) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3u;
    }
    hash ^= hash >> 32;
    hash *= 0xd6e8feb86659fd93u;
    hash ^= hash >> 32;
    constexpr char digits[] = "0123456789abcdef";
    std::string text(16, '0');
    for (size_t i = 0; i < 16; ++i) text[i] = digits[(hash >> (60 - 4 * i)) & 15];
    return text;
}

}  // namespace lithe::ir
