#include "dsl/io/optimizer_key.h"

#include "runtime/error.h"

namespace lithe::optim {

void fail_load(const std::string& caller, const std::string& text) {
    throw UserError("optim.load_state_dict", caller + ": " + text);
}

std::pair<size_t, std::string> indexed(const std::string& caller, const std::string& key,
                                       const std::string& start) {
    const size_t dot = key.find('.', start.size());
    const std::string digits =
        key.substr(start.size(), dot == key.npos ? key.npos : dot - start.size());
    if (dot == key.npos || digits.empty() || digits.size() > 9 ||
        digits.find_first_not_of("0123456789") != digits.npos) {
        fail_load(caller, "'" + key + "' is not of an optimizer's state");
    }
    return {static_cast<size_t>(std::stoul(digits)), key.substr(dot + 1)};
}

}  // namespace lithe::optim
