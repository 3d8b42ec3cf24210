#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace lithe {

/// Base of every error that lithe throws.
///
/// `what()` is the whole message: `text [id]`, then `location` on lines of its own, when there is
/// one. The id is stable and meant for programs; the text is meant for people and may change.
class Error : public std::runtime_error {
public:
    Error(std::string_view id, std::string_view text, std::string_view location = {});
    ~Error() override;

    const std::string& id() const { return id_; }
    /// LibTorch's name for what(): no message has a backtrace.
    const char* what_without_backtrace() const noexcept { return what(); }

private:
    std::string id_;
};

/// An error that the author or user can mend: a wrong shape, a damaged file.
class UserError : public Error {
public:
    using Error::Error;
    ~UserError() override;
};

/// An error that only a mistake in lithe itself can cause; its message says so.
class InternalError : public Error {
public:
    InternalError(std::string_view id, std::string_view text, std::string_view location = {});
    ~InternalError() override;
};

namespace detail {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}

}  // namespace lithe

/// Throws InternalError `internal.assert` unless the condition holds. For what only a bug can
/// break, never for input.
#define LITHE_ASSERT(condition)   \
    (static_cast<bool>(condition) \
         ? static_cast<void>(0)   \
         : ::lithe::detail::assertion_failed(#condition, __FILE__, __LINE__))
