#pragma once

#include <string>
#include <vector>

namespace lithe::tool {

/// How the program of a model is made: lithe-reflect writes what the compiler includes last.
struct ReflectedBuild {
    std::vector<std::string> reflect;  ///< writes `written`
    std::vector<std::string> compile;  ///< includes `registrations`
    std::string written, registrations;
    std::string messages;  ///< file for what the compiler says meanwhile
};

/// Runs both side by side: until lithe-reflect is done, a pipe stands in the place of
/// `registrations`, and the compiler, which has the whole model to read first, waits there. What it
/// says is shown once lithe-reflect has found nothing wrong: that names the same mistakes better.
///
/// Errors: tool.build, tool.start.
void run_reflected(const ReflectedBuild& build);

}  // namespace lithe::tool
