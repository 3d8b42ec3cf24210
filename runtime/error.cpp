#include "runtime/error.h"

/// The library that models are written with has it (dsl/tracer.cpp): a trace notes where in the
/// author's model the error arises. Programs that run compiled models do without.
extern "C" __attribute__((weak)) void lithe_note_error();

namespace lithe {
namespace {

std::string message(std::string_view id, std::string_view text, std::string_view location) {
    std::string whole;
    whole.reserve(text.size() + id.size() + location.size() + 4);
    whole.append(text).append(" [").append(id).append("]");
    if (!location.empty()) whole.append("\n").append(location);
    return whole;
}

}  // namespace

Error::Error(std::string_view id, std::string_view text, std::string_view location)
    : std::runtime_error(message(id, text, location)), id_(id) {
    if (lithe_note_error) lithe_note_error();
}

Error::~Error() = default;
UserError::~UserError() = default;

InternalError::InternalError(std::string_view id, std::string_view text, std::string_view location)
    : Error(id, std::string(text).append(" (this is a bug in lithe)"), location) {}

InternalError::~InternalError() = default;

namespace detail {

void assertion_failed(const char* condition, const char* file, int line) {
    throw InternalError("internal.assert", std::string("assertion failed: ")
                                               .append(condition)
                                               .append(" at ")
                                               .append(file)
                                               .append(":")
                                               .append(std::to_string(line)));
}

}  // namespace detail
}  // namespace lithe
