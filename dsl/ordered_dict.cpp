#include "dsl/ordered_dict.h"

#include <string_view>

#include "runtime/nearest.h"
#include "runtime/text.h"

namespace lithe {

std::string did_you_mean(const std::string& wanted, const std::vector<std::string>& known) {
    const std::vector<std::string_view> views(known.begin(), known.end());
    return did_you_mean(wanted, std::span<const std::string_view>(views));
}

namespace detail {

void throw_unknown_key(const std::string& subject, const std::string& key,
                       const std::vector<std::string>& known) {
    throw UserError("ordered_dict.unknown_key",
                    subject + " " + quote(key) + " is not defined" + did_you_mean(key, known));
}

void throw_duplicate_key(const std::string& subject, const std::string& key) {
    throw UserError("ordered_dict.duplicate_key", subject + " " + quote(key) + " already defined");
}

}  // namespace detail
}  // namespace lithe
