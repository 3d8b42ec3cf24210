// The module tree as PyTorch prints it.
#include <ostream>
#include <sstream>

#include "dsl/module.h"

namespace lithe::nn {
namespace {

/// Every line but the first two spaces further in.
std::string indented(const std::string& text) {
    std::string result;
    for (const char c : text) {
        result += c;
        if (c == '\n') result += "  ";
    }
    return result;
}

}  // namespace

std::string Module::str() const {
    std::ostringstream stream;
    pretty_print(stream);
    return stream.str();
}

void Module::pretty_print(std::ostream& stream) const {
    const std::string extra = extra_repr();
    std::string lines;
    for (const auto& [name, child] : members().children) {
        if (child) lines += "\n  (" + name + "): " + indented(child->str());
    }
    stream << name() << '(';
    if (lines.empty() && extra.find('\n') == std::string::npos) {
        stream << extra << ')';
        return;
    }
    if (!extra.empty()) stream << "\n  " << indented(extra);
    stream << lines << "\n)";
}

std::ostream& operator<<(std::ostream& stream, const Module& module) {
    module.pretty_print(stream);
    return stream;
}

}  // namespace lithe::nn
