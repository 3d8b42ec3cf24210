#pragma once

#include <functional>

#include "compiler/forward.h"

namespace lithe {

/// The main() of a program that compiles one model: what `lithe compile model.h` builds and runs.
/// Subcommands: compile, trace, dump, check, run, bench. Returns the exit status; errors go to
/// stderr.
int driver_main(int argc, char** argv, const std::function<Subject()>& make_model);

}  // namespace lithe
