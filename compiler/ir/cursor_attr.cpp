// Attribute values of the text form: which kind a value is shows in its first characters.
#include <charconv>
#include <cmath>

#include "compiler/ir/cursor.h"
#include "compiler/ir/text.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe::ir {
namespace {

/// Longer size expressions are taken for damage.
constexpr size_t longest_size = 256;

template <class T>
bool read_float(std::string_view text, T& value) {
    const bool negative = text.starts_with('-');
    const std::string_view magnitude = text.substr(negative ? 1 : 0);
    if (magnitude == "nan") {
        value = std::copysign(std::numeric_limits<T>::quiet_NaN(), negative ? T(-1) : T(1));
        return true;
    }
    if (magnitude == "inf") {
        value = negative ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
        return true;
    }
    if (magnitude.empty() || magnitude[0] < '0' || magnitude[0] > '9') return false;
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    return result.ec == std::errc() && result.ptr == end;
}

template <class T>
bool read_element(std::string_view text, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        value = text == "1";
        return value || text == "0";
    } else if constexpr (std::is_floating_point_v<T>) {
        return read_float(text, value);
    } else {
        const char* end = text.data() + text.size();
        const auto result = std::from_chars(text.data(), end, value);
        return result.ec == std::errc() && result.ptr == end;
    }
}

bool is_float_text(std::string_view text) {
    const std::string_view magnitude = text.substr(text.starts_with('-') ? 1 : 0);
    if (magnitude == "inf" || magnitude == "nan") return true;
    if (magnitude.empty() || magnitude[0] < '0' || magnitude[0] > '9') return false;
    return magnitude.find_first_of(".e") != std::string_view::npos &&
           magnitude.find_first_not_of("0123456789.e+-") == std::string_view::npos;
}

}  // namespace

Attr Cursor::attr() {
    skip_spaces();
    const size_t begin = at_;
    if (peek() == '"') return quoted_string();
    if (peek() == '[') return list();
    if (accept_word("true")) return true;
    if (accept_word("false")) return false;
    if (accept_word("floats")) {
        expect('[');
        expect(']');
        return std::vector<double>{};
    }
    if (is_identifier(std::string_view(text_).substr(at_, 1))) {
        const std::string word = identifier("a value");
        if (const std::optional<DType> dtype = dtype_from_name(word)) {
            if (!accept('[')) return *dtype;
            const std::string_view sizes = until("]");
            expect(']');
            return array(*dtype, sizes, begin);
        }
        at_ = begin;
    }
    return number_or_size(until(",}"), begin);
}

Attr Cursor::number_or_size(std::string_view text, size_t begin) {
    if (!is_float_text(text)) return size(text, begin);
    double value = 0;
    if (!read_float(text, value)) fail_at(begin, "expected a number, got " + quote(text));
    return value;
}

Attr Cursor::list() {
    expect('[');
    Shape sizes;
    std::vector<double> floats;
    if (accept(']')) return sizes;
    do {
        skip_spaces();
        const size_t begin = at_;
        Attr item = number_or_size(until(",]"), begin);
        if (const double* value = std::get_if<double>(&item)) {
            floats.push_back(*value);
        } else {
            sizes.push_back(std::get<Dim>(item));
        }
        if (!floats.empty() && !sizes.empty()) fail_at(begin, "floats and sizes in one list");
    } while (accept(','));
    expect(']');
    if (!floats.empty()) return floats;
    return sizes;
}

Array Cursor::array(DType dtype, std::string_view sizes_text, size_t begin) {
    Sizes sizes;
    int64_t count = 1;
    Cursor inner(sizes_text);
    inner.skip_spaces();
    while (!inner.at_end()) {
        sizes.push_back(inner.integer("a size"));
        // Every element stands in the text, so its length bounds what is allocated.
        const auto limit = static_cast<int64_t>(text_.size());
        if (sizes.back() < 0 || sizes.back() > limit || (count *= sizes.back()) > limit) {
            fail_at(begin, "the array has more elements than the text has");
        }
        if (!inner.accept(',') && !inner.at_end()) fail_at(begin, "expected sizes");
    }
    if (sizes.size() > 32) fail_at(begin, "the array has too many axes");
    if (peek() == '#') fail("the array's elements are missing: it was printed by its hash");
    expect('{');
    const Array result = Array::empty(dtype, sizes);
    visit(dtype, [&]<class T>(T) {
        for (int64_t i = 0; i < count; ++i) {
            if (i) expect(',');
            skip_spaces();
            const size_t at = at_;
            const std::string_view text = until(",}");
            if (!read_element(text, result.data<T>()[i])) {
                fail_at(at, "expected an element of " + std::string(name(dtype)) + ", got " +
                                quote(text));
            }
        }
    });
    expect('}');
    return result;
}

Dim Cursor::size(std::string_view text, size_t begin) const {
    if (text.empty()) fail_at(begin, "expected a value");
    if (text.size() > longest_size) fail_at(begin, "the size is too long");
    try {
        return Dim::parse(text);
    } catch (const UserError&) {
        fail_at(begin, "expected a size, got " + quote(text));
    }
}

}  // namespace lithe::ir
