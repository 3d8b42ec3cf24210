#pragma once

#include <string>
#include <vector>

namespace lithe::tool {

/// The author's model as the command line names it.
struct ModelSource {
    std::string file;        ///< header (or source without main) with the class
    std::string class_name;  ///< holder or Module class, with a default constructor
    std::vector<std::string> include_folders;  ///< further ones
    std::string work_folder;                   ///< for generated files; made if missing
    bool quiet = false;
};

/// Builds the program whose main() is lithe::driver_main for the model, where it is not there yet
/// for the same content; gives its path. Errors: tool.model_file, tool.build.
std::string build_model_program(const ModelSource& model);

}  // namespace lithe::tool
