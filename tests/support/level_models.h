#pragma once

#include <string>
#include <vector>

#include "compiler/compiled_model.h"

namespace lithe::tests {

/// A small model for a family of kernels, with sizes that no tile divides.
struct LevelModel {
    std::string name, inputs;
    Subject subject;
    double tolerance;  ///< relative to the largest result
};

/// Together they have a kernel of every family.
std::vector<LevelModel> level_models();

/// Families of the kernels of a program after all passes, of a compiled model.
std::vector<std::string> families_of(const ir::Program& program, const lower::Target& target);
std::vector<std::string> families_of(const Compiled& compiled);

}  // namespace lithe::tests
