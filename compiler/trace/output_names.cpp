#include "compiler/trace/output_names.h"

#include <algorithm>
#include <cctype>

namespace lithe::tracing {
namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }

std::string cleaned(std::string name) {
    for (char& c : name) {
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.') c = '_';
    }
    return is_letter(name[0]) ? name : "output" + name;
}

}  // namespace

std::string OutputNames::next(const std::string& wanted, size_t index) {
    std::string name = wanted.empty() ? "output" + std::to_string(index) : cleaned(wanted);
    const auto identifier = [&] {
        std::string text = name;
        std::replace(text.begin(), text.end(), '.', '_');
        return text;
    };
    while (!identifiers_.insert(identifier()).second) name += '_';
    return name;
}

}  // namespace lithe::tracing
