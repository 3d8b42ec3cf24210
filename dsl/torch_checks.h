// LibTorch's macros of checks and options, and torch::str. Included by <lithe/torch.h>.
#pragma once

#include <sstream>
#include <string>

#include "dsl/arg.h"
#include "dsl/print.h"
#include "dsl/warning.h"
#include "runtime/error.h"

namespace lithe {

/// All parts as text, one behind the other.
template <class First, class Second, class... Rest>
std::string str(const First& first, const Second& second, const Rest&... rest) {
    std::ostringstream text;
    text << first << second;
    ((text << rest), ...);
    return text.str();
}

namespace detail {

template <class... Parts>
std::string check_text(const char* condition, const Parts&... parts) {
    return str("", "", parts...) + (sizeof...(parts) > 0 ? "" : condition);
}

/// Throws at the end of its statement, with what was written into it as text.
class FailedCheck {
public:
    template <class A, class B>
    FailedCheck(const char* condition, const A& a, const B& b) {
        text_ << "Check failed: " << condition << " (" << a << " vs. " << b << "). ";
    }
    FailedCheck(const FailedCheck&) = delete;
    FailedCheck& operator=(const FailedCheck&) = delete;
    ~FailedCheck() noexcept(false) { throw UserError("torch.check", text_.str()); }
    template <class T>
    FailedCheck& operator<<(const T& part) {
        text_ << part;
        return *this;
    }

private:
    std::ostringstream text_;
};

}  // namespace detail
}  // namespace lithe

/// Throws where the condition does not hold, with what follows as text.
#define TORCH_CHECK(condition, ...)                                                           \
    do {                                                                                      \
        if (!(condition)) {                                                                   \
            throw ::lithe::UserError(                                                         \
                "torch.check", ::lithe::detail::check_text(                                   \
                                   "Expected " #condition                                     \
                                   " to be true, but got false" __VA_OPT__(, ) __VA_ARGS__)); \
        }                                                                                     \
    } while (false)
#define TORCH_CHECK_INDEX(condition, ...) TORCH_CHECK(condition __VA_OPT__(, ) __VA_ARGS__)
#define TORCH_CHECK_VALUE(condition, ...) TORCH_CHECK(condition __VA_OPT__(, ) __VA_ARGS__)
#define TORCH_CHECK_TYPE(condition, ...) TORCH_CHECK(condition __VA_OPT__(, ) __VA_ARGS__)
#define TORCH_CHECK_NOT_IMPLEMENTED(condition, ...) \
    TORCH_CHECK(condition __VA_OPT__(, ) __VA_ARGS__)
#define AT_ASSERT(condition, ...) TORCH_CHECK(condition __VA_OPT__(, ) __VA_ARGS__)
#define TORCH_INTERNAL_ASSERT(condition, ...) TORCH_CHECK(condition __VA_OPT__(, ) __VA_ARGS__)
#define AT_ERROR(...) TORCH_CHECK(false, __VA_ARGS__)

/// Compares, and takes more text by `<<`.
#define LITHE_TORCH_COMPARE(a, op, b) \
    while (!((a)op(b))) ::lithe::detail::FailedCheck(#a " " #op " " #b, (a), (b))
#define TORCH_CHECK_EQ(a, b) LITHE_TORCH_COMPARE(a, ==, b)
#define TORCH_CHECK_NE(a, b) LITHE_TORCH_COMPARE(a, !=, b)
#define TORCH_CHECK_LE(a, b) LITHE_TORCH_COMPARE(a, <=, b)
#define TORCH_CHECK_LT(a, b) LITHE_TORCH_COMPARE(a, <, b)
#define TORCH_CHECK_GE(a, b) LITHE_TORCH_COMPARE(a, >=, b)
#define TORCH_CHECK_GT(a, b) LITHE_TORCH_COMPARE(a, >, b)

#define TORCH_WARN(...) ::lithe::warn(::lithe::detail::check_text("" __VA_OPT__(, ) __VA_ARGS__))
#define TORCH_WARN_ONCE(...)                                         \
    do {                                                             \
        static const bool is_said = (TORCH_WARN(__VA_ARGS__), true); \
        static_cast<void>(is_said);                                  \
    } while (false)

/// A field of an options class with setter and getters of its name.
#define TORCH_ARG(T, name) LITHE_ARG(T, name)
