#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lithe {

/// Reads JSON token by token, as the caller expects it; anything else is an error that names the
/// byte. There is nothing that nests by itself, so no input can exhaust the stack.
///
/// Strict: UTF-8 only, no comments, no leading zeros, no control characters in strings, no lone
/// surrogates.
class JsonReader {
public:
    /// Errors are UserErrors `id` that begin with `where`.
    JsonReader(std::string_view text, std::string_view id, std::string_view where)
        : text_(text), id_(id), where_(where) {}

    /// Skips white space, then takes `token` or fails.
    void expect(char token);
    /// Skips white space, then takes `token` if it is next.
    bool accept(char token);
    /// Fails unless only white space is left.
    void expect_end();

    std::string string();
    /// An integer from 0 to 2^63 - 1 without fraction or exponent.
    int64_t size();

private:
    void skip_space();
    uint32_t hex4();
    uint32_t escape();
    [[noreturn]] void fail_expecting(std::string_view what) const;

    std::string_view text_;
    std::string_view id_;
    std::string_view where_;
    size_t at_ = 0;
};

/// Appends `text` as a JSON string. `text` must be UTF-8.
void append_json_string(std::string& json, std::string_view text);

}  // namespace lithe
