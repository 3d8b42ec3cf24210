// The text form of sizes, e.g. `2*N + floordiv(T, 2) - 1`.
#include "dsl/dim.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// Recursive descent over `sum := ['-'] product (('+' | '-') product)*`.
class DimParser {
public:
    explicit DimParser(std::string_view text) : text_(text) {}

    Dim parse() {
        Dim result = sum();
        skip();
        if (at_ != text_.size()) fail("unexpected text");
        return result;
    }

private:
    Dim sum() {
        if (++depth_ > 64) fail("too deeply nested");
        Dim result = accept('-') ? Dim(0) - product() : product();
        while (true) {
            if (accept('+')) {
                result = result + product();
            } else if (accept('-')) {
                result = result - product();
            } else {
                --depth_;
                return result;
            }
        }
    }

    Dim product() {
        Dim result = factor();
        while (accept('*')) result = result * factor();
        return result;
    }

    Dim factor() {
        skip();
        if (accept('(')) {
            Dim inner = sum();
            expect(')');
            return inner;
        }
        if (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') return number();
        const std::string name = identifier();
        if (!accept('(')) return Dim::symbol(name);
        const Dim left = sum();
        expect(',');
        const Dim right = sum();
        expect(')');
        if (name == "floordiv") return lithe::floor_div(left, right);
        if (name == "min") return lithe::min(left, right);
        if (name == "max") return lithe::max(left, right);
        fail("unknown function '" + name + "'");
    }

    Dim number() {
        int64_t value = 0;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
            if (value > (INT64_MAX - 9) / 10) fail("number too large");
            value = value * 10 + (text_[at_++] - '0');
        }
        return Dim(value);
    }

    std::string identifier() {
        const size_t begin = at_;
        auto is_letter = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        };
        while (at_ < text_.size() &&
               (is_letter(text_[at_]) || (at_ > begin && text_[at_] >= '0' && text_[at_] <= '9'))) {
            ++at_;
        }
        if (at_ == begin) fail("a size or a name is missing");
        return std::string(text_.substr(begin, at_ - begin));
    }

    void skip() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }
    bool accept(char c) {
        skip();
        if (at_ < text_.size() && text_[at_] == c) return ++at_, true;
        return false;
    }
    void expect(char c) {
        if (!accept(c)) fail(std::string("'") + c + "' is missing");
    }
    [[noreturn]] void fail(const std::string& what) const {
        throw UserError("dim.syntax", "dim: " + what + " at column " + std::to_string(at_ + 1) +
                                          " of '" + std::string(text_) + "'");
    }

    std::string_view text_;
    size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

Dim Dim::parse(std::string_view text) { return DimParser(text).parse(); }

}  // namespace lithe
