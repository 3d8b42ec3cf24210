#include "runtime/error.h"

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
    : std::runtime_error(message(id, text, location)), id_(id) {}

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
