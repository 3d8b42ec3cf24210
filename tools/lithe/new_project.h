#pragma once

#include <string>
#include <vector>

namespace lithe::tool {

/// Writes a small project into the folder `name`: a model, a program that runs it, CMakeLists.txt
/// and a README. Gives the paths. Nothing is written where one of the files is there already.
/// Errors: tool.project_name, tool.file_exists, file.write.
std::vector<std::string> new_project(const std::string& name);

}  // namespace lithe::tool
