#include "compiler/ir/cursor.h"

#include <algorithm>
#include <charconv>

#include "compiler/ir/text.h"
#include "runtime/text.h"

namespace lithe::ir {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_identifier(std::string_view(&c, 1)) || is_digit(c); }

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

void Cursor::skip_spaces() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\r') ++at_;
}

void Cursor::skip_blank() {
    while (true) {
        skip_spaces();
        if (peek() == '#') {
            while (!at_end() && peek() != '\n') ++at_;
        }
        if (peek() != '\n') return;
        ++at_;
    }
}

bool Cursor::accept(char c) {
    skip_spaces();
    if (peek() != c || at_end()) return false;
    ++at_;
    return true;
}

void Cursor::expect(char c) {
    if (!accept(c)) fail(std::string("expected '") + c + "'");
}

bool Cursor::accept_word(std::string_view word) {
    skip_spaces();
    if (!text_.substr(at_).starts_with(word)) return false;
    const size_t end = at_ + word.size();
    if (end < text_.size() && is_word(text_[end])) return false;
    at_ = end;
    return true;
}

void Cursor::expect_end_of_line() {
    skip_spaces();
    if (!at_end() && peek() != '\n' && peek() != '#') fail("expected the end of the line");
}

std::string Cursor::identifier(std::string_view what) {
    skip_spaces();
    const size_t begin = at_;
    while (!at_end() && is_word(peek())) ++at_;
    const std::string_view name = text_from(begin);
    if (!is_identifier(name)) fail_at(begin, "expected " + std::string(what));
    return std::string(name);
}

std::string Cursor::quoted_string() {
    expect('"');
    std::string result;
    while (true) {
        if (at_end() || peek() == '\n') fail("the string has no end");
        const char c = text_[at_++];
        if (c == '"') return result;
        if (c != '\\') {
            result += c;
            continue;
        }
        const char escaped = peek();
        ++at_;
        if (escaped == 'n') {
            result += '\n';
        } else if (escaped == '"' || escaped == '\\') {
            result += escaped;
        } else if (escaped == 'x' && at_ + 1 < text_.size() && hex_digit(text_[at_]) >= 0 &&
                   hex_digit(text_[at_ + 1]) >= 0) {
            result += static_cast<char>(hex_digit(text_[at_]) * 16 + hex_digit(text_[at_ + 1]));
            at_ += 2;
        } else {
            fail_at(at_ - 1, "unknown escape in a string");
        }
    }
}

std::string Cursor::plain_or_quoted(std::string_view what) {
    skip_spaces();
    return peek() == '"' ? quoted_string() : identifier(what);
}

std::string Cursor::key() {
    if (peek() == '"') return quoted_string();
    const size_t begin = at_;
    while (!at_end() && (is_word(peek()) || peek() == '.')) ++at_;
    if (at_ == begin) fail("expected a key");
    return std::string(text_from(begin));
}

int64_t Cursor::integer(std::string_view what) {
    skip_spaces();
    const size_t begin = at_;
    int64_t value = 0;
    const char* first = text_.data() + at_;
    const auto result = std::from_chars(first, text_.data() + text_.size(), value);
    if (result.ec != std::errc()) fail_at(begin, "expected " + std::string(what));
    at_ += static_cast<size_t>(result.ptr - first);
    return value;
}

std::string_view Cursor::until(std::string_view stops) {
    skip_spaces();
    const size_t begin = at_;
    int depth = 0;
    for (; !at_end() && peek() != '\n'; ++at_) {
        const char c = peek();
        if (depth == 0 && stops.find(c) != std::string_view::npos) break;
        if (c == '(' || c == '[') ++depth;
        if ((c == ')' || c == ']') && --depth < 0) break;
    }
    std::string_view text = text_from(begin);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

std::string_view Cursor::comment() {
    skip_spaces();
    if (!accept('#')) return {};
    const size_t begin = at_;
    while (!at_end() && peek() != '\n') ++at_;
    return text_from(begin);
}

TensorType Cursor::type() {
    skip_spaces();
    const size_t begin = at_;
    const std::string word = identifier("a type");
    TensorType type;
    const std::optional<DType> dtype = dtype_from_name(word);
    if (!dtype) fail_at(begin, "unknown dtype " + quote(word));
    type.dtype = *dtype;
    expect('[');
    if (accept(']')) return type;
    do {
        const size_t at = at_;
        type.shape.push_back(size(until(",]"), at));
    } while (accept(','));
    expect(']');
    return type;
}

std::string Cursor::place(size_t position) const {
    const std::string_view before = text_.substr(0, std::min(position, text_.size()));
    const size_t line = static_cast<size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    const size_t start = before.rfind('\n');
    const size_t column =
        start == std::string_view::npos ? before.size() + 1 : before.size() - start;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

void Cursor::fail_at(size_t position, const std::string& what) const {
    throw UserError("ir.syntax", "ir: " + what + " at " + place(position));
}

}  // namespace lithe::ir
