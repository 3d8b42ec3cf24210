#pragma once

#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/lower/target.h"

namespace lithe::lower {

/// One compiled kernel. Its arguments: the context, the symbols as int32, the operands of the
/// group, its results.
struct Kernel {
    std::string name;                  ///< the exported symbol; contains the hash of the key
    std::vector<std::string> symbols;  ///< names as in the group that it was compiled for
    std::string object;                ///< an ELF object file
    double compile_s = 0;
    bool was_cached = false;
};

/// Everything that decides a kernel's code: body, schedule parameters, target, versions.
std::string kernel_identity(const ir::Node& group, const Target& target);

/// `lithe_k_<hash of the identity>`.
std::string kernel_name(const ir::Node& group, const Target& target);

/// Compiles one group. Errors: lower.* with the group's line; an internal error from Halide names
/// the group.
Kernel compile_kernel(const ir::Node& group, const Target& target);

/// The kernel's Halide statement or assembly, for dumps.
enum class Form : uint8_t { statement, assembly };
std::string show_kernel(const ir::Node& group, const Target& target, Form form);

}  // namespace lithe::lower
