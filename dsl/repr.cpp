#include "dsl/repr.h"

#include <charconv>
#include <cmath>

namespace lithe {

std::string python_repr(bool value) { return value ? "True" : "False"; }

std::string python_repr(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    char buffer[40];
    // Python changes to an exponent below 1e-4 and from 1e16 on.
    const double size = std::abs(value);
    const bool has_exponent = size != 0 && (size < 1e-4 || size >= 1e16);
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, value,
                      has_exponent ? std::chars_format::scientific : std::chars_format::fixed);
    std::string text(buffer, end.ptr);
    if (!has_exponent && text.find('.') == std::string::npos) text += ".0";
    return text;
}

std::string python_repr(const std::vector<int64_t>& tuple) {
    std::string text;
    for (const int64_t value : tuple) text += (text.empty() ? "" : ", ") + std::to_string(value);
    return "(" + text + (tuple.size() == 1 ? ",)" : ")");
}

}  // namespace lithe
