#pragma once

#include <functional>
#include <string>

#include "compiler/forward.h"

namespace lithe {

/// The main() of a program that compiles one model: what `lithe compile model.h` builds and runs.
/// Subcommands: compile, trace, dump, check, run, bench, tune. Returns the exit status; errors go
/// to stderr. `headers`: the hash of the headers that the program was compiled with, where it is
/// known (compiler/driver/headers.h). Errors: tool.headers.
int driver_main(int argc, char** argv, const std::function<Subject()>& make_model,
                const std::string& headers = {});

}  // namespace lithe
