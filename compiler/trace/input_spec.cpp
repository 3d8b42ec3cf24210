// `x:f32[N=1..64,3,224,224];mask:i64[N,T=1..512]`
#include <algorithm>
#include <charconv>

#include "compiler/trace/trace.h"
#include "runtime/error.h"

namespace lithe {
namespace {

[[noreturn]] void fail(std::string_view text, const std::string& what) {
    throw UserError("input_spec.syntax", "input: " + what + " in '" + std::string(text) +
                                             "'; expected name:dtype[size,...], a size being a "
                                             "number, N, or N=min..max");
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    int depth = 0;
    size_t begin = 0;
    for (size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && (text[i] == '(' || text[i] == '[')) ++depth;
        if (i < text.size() && (text[i] == ')' || text[i] == ']')) --depth;
        if (i == text.size() || (text[i] == separator && depth == 0)) {
            parts.push_back(trim(text.substr(begin, i - begin)));
            begin = i + 1;
        }
    }
    return parts;
}

int64_t number(std::string_view text, std::string_view all) {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) {
        fail(all, "'" + std::string(text) + "' is no size");
    }
    return value;
}

/// A number, a name, or an expression over names.
Dim parse_expression(std::string_view text, std::string_view all) {
    try {
        const Dim size = Dim::parse(text);
        if (!size.is_constant() || size.constant() >= 0) return size;
    } catch (const UserError&) {  // below, with the whole input
    }
    fail(all, "'" + std::string(text) + "' is no size");
}

Dim parse_size(std::string_view text, std::string_view all, std::vector<ir::Symbol>& symbols) {
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) return parse_expression(text, all);
    ir::Symbol symbol;
    symbol.name = std::string(trim(text.substr(0, equals)));
    std::string_view range = trim(text.substr(equals + 1));
    if (const size_t colon = range.find(':'); colon != std::string_view::npos) {
        symbol.multiple_of = std::max<int64_t>(number(trim(range.substr(colon + 1)), all), 1);
        range = range.substr(0, colon);
    }
    const size_t dots = range.find("..");
    if (dots == std::string_view::npos) fail(all, "the range of " + symbol.name + " has no '..'");
    symbol.min = number(trim(range.substr(0, dots)), all);
    symbol.max = number(trim(range.substr(dots + 2)), all);
    if (symbol.min > symbol.max) {
        fail(all, "the range of " + symbol.name + " is empty: " + std::to_string(symbol.min) +
                      " > " + std::to_string(symbol.max));
    }
    if (symbol.max / symbol.multiple_of * symbol.multiple_of < symbol.min) {
        fail(all, "the range of " + symbol.name + " has no multiple of " +
                      std::to_string(symbol.multiple_of));
    }
    const Dim size = parse_expression(symbol.name, all);
    if (!same(size, Dim::symbol(symbol.name))) fail(all, "'" + symbol.name + "' is no name");
    symbols.push_back(symbol);
    return size;
}

}  // namespace

std::vector<InputSpec> parse_input_specs(std::string_view text) {
    std::vector<InputSpec> specs;
    for (const std::string_view part : split(text, ';')) {
        if (part.empty()) continue;
        const size_t colon = part.find(':'), open = part.find('[');
        if (colon == std::string_view::npos || open == std::string_view::npos || colon > open ||
            part.back() != ']') {
            fail(part, "a ':' or a '[' is missing");
        }
        if (part.find(']') + 1 != part.size()) fail(part, "a ';' is missing between two inputs");
        InputSpec spec;
        spec.name = std::string(trim(part.substr(0, colon)));
        const bool is_known = std::any_of(specs.begin(), specs.end(), [&](const InputSpec& other) {
            return other.name == spec.name;
        });
        if (spec.name.empty() || is_known) fail(part, "the name is missing or taken");
        const std::string_view dtype = trim(part.substr(colon + 1, open - colon - 1));
        const auto found = dtype_from_name(dtype);
        if (!found) fail(part, "unknown dtype '" + std::string(dtype) + "'");
        spec.type.dtype = *found;
        const std::string_view sizes = part.substr(open + 1, part.size() - open - 2);
        if (!trim(sizes).empty()) {
            for (const std::string_view size : split(sizes, ',')) {
                spec.type.shape.push_back(parse_size(size, part, spec.symbols));
            }
        }
        specs.push_back(std::move(spec));
    }
    if (specs.empty()) fail(text, "no input");
    return specs;
}

}  // namespace lithe
