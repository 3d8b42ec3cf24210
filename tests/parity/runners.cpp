#include "tests/parity/runners.h"

namespace lithe::tests::parity {
namespace {

std::map<std::string, Maker>& table() {
    static std::map<std::string, Maker> makers;
    return makers;
}

}  // namespace

const Maker* find_runner(const std::string& kind, const std::string& call) {
    const auto at = table().find(kind + "." + call);
    return at == table().end() ? nullptr : &at->second;
}

bool add_runner(const std::string& name, Maker maker) {
    return table().emplace(name, std::move(maker)).second;
}

Choice Options::choice(const char* name, Choice other) const {
    if (!has(name)) return other;
    const std::string word = get<std::string>(name);
    for (int i = 0; i <= static_cast<int>(Choice::conv_transpose3d); ++i) {
        if (lithe::str(static_cast<Choice>(i)) == word) return static_cast<Choice>(i);
    }
    throw std::invalid_argument("parity: no choice is called '" + word + "'");
}

}  // namespace lithe::tests::parity
