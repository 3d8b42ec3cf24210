#pragma once

#include <string>
#include <vector>

namespace lithe::tool {

/// Where lithe's headers, libraries and lithe-reflect are: the installed tree around this program,
/// or the build tree that it was built in.
struct Toolchain {
    std::vector<std::string> include_folders;
    std::vector<std::string> own_folders;  ///< where headers are lithe's, not the author's
    std::string header_root;               ///< of lithe's: holds runtime, dsl, compiler
    std::string library_folder;
    std::string reflect;   ///< path of lithe-reflect
    std::string compiler;  ///< the C++ compiler: $CXX, else c++
};

/// Errors: tool.incomplete.
Toolchain find_toolchain();

/// A command and its arguments, run without a shell; gives its exit status. Errors: tool.start.
int run(const std::vector<std::string>& command);
/// Replaces this process. Errors: tool.start.
[[noreturn]] void replace_process(const std::vector<std::string>& command);

}  // namespace lithe::tool
