#pragma once

#include <cstddef>
#include <set>
#include <string>

namespace lithe::tracing {

/// Names of outputs as files and generated code have them: letters, digits, `_` and `.` between
/// parts, a letter or `_` in front, and no two that differ in `.` and `_` alone.
class OutputNames {
public:
    /// `wanted`: what the author's types call the result, or nothing; `index`: its number.
    std::string next(const std::string& wanted, size_t index);

private:
    std::set<std::string> identifiers_;
};

}  // namespace lithe::tracing
