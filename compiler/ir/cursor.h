#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dsl/attr.h"
#include "dsl/tensor_type.h"

namespace lithe::ir {

/// Reads the pieces of the text form one after the other. Never reads past the end; every error
/// is a UserError `ir.syntax` that names line and column.
class Cursor {
public:
    explicit Cursor(std::string_view text) : text_(text) {}

    bool at_end() const { return at_ >= text_.size(); }
    char peek() const { return at_end() ? '\0' : text_[at_]; }
    size_t position() const { return at_; }
    std::string_view text_from(size_t begin) const { return text_.substr(begin, at_ - begin); }

    /// Skips spaces within the line.
    void skip_spaces();
    /// Skips spaces, comments and line ends.
    void skip_blank();
    void skip_one() {
        if (!at_end()) ++at_;
    }
    bool accept(char c);
    void expect(char c);
    /// A whole word, such as `return`; only if no letter follows.
    bool accept_word(std::string_view word);
    void expect_end_of_line();

    std::string identifier(std::string_view what);
    std::string quoted_string();
    std::string plain_or_quoted(std::string_view what);
    /// `fc1.weight` or a quoted string, what stands after `@`.
    std::string key();
    int64_t integer(std::string_view what);
    /// The text up to one of `stops` outside of brackets, or the end of the line.
    std::string_view until(std::string_view stops);
    /// What is left of the line, the comment sign taken off; moves to its end.
    std::string_view comment();

    TensorType type();
    Attr attr();

    [[noreturn]] void fail(const std::string& what) const { fail_at(at_, what); }
    [[noreturn]] void fail_at(size_t position, const std::string& what) const;
    /// `line 3, column 7`
    std::string place(size_t position) const;

private:
    Attr list();
    Attr number_or_size(std::string_view text, size_t begin);
    Array array(DType dtype, std::string_view sizes, size_t begin);
    Dim size(std::string_view text, size_t begin) const;

    std::string_view text_;
    size_t at_ = 0;
};

}  // namespace lithe::ir
