# Sources that are written from what the tree holds, below <build>/generated; rewritten only where they change.

set(generated "${CMAKE_BINARY_DIR}/generated")
set(LITHE_GENERATED_SOURCES "")

file(CONFIGURE OUTPUT "${generated}/runtime/version.h" @ONLY CONTENT [[
#pragma once

namespace lithe {
inline constexpr char version[] = "@PROJECT_VERSION@";
}
]])

# Every dsl/ops/<name>.cpp defines `const Op <name>_op`: the folder itself is the list of ops.
file(GLOB op_files CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}/dsl/ops" "${CMAKE_SOURCE_DIR}/dsl/ops/*.cpp")
list(SORT op_files)
set(op_declarations "")
set(op_rows "")
foreach(file IN LISTS op_files)
    cmake_path(GET file STEM name)
    string(APPEND op_declarations "extern const Op ${name}_op;\n")
    string(APPEND op_rows "    &${name}_op,\n")
endforeach()
list(LENGTH op_files op_count)

file(CONFIGURE OUTPUT "${generated}/dsl/op_list.h" @ONLY CONTENT [[
// Generated from the files of dsl/ops.
#pragma once

#include <cstddef>

namespace lithe {

struct Op;

@op_declarations@
/// All ops, sorted by name; a null pointer ends them.
extern const Op* const all_ops[];
inline constexpr std::size_t all_ops_count = @op_count@;

}  // namespace lithe
]])

if(EXISTS "${CMAKE_SOURCE_DIR}/dsl/op.h")
    file(CONFIGURE OUTPUT "${generated}/dsl/op_list.cpp" @ONLY CONTENT [[
// Generated from the files of dsl/ops.
#include "dsl/op_list.h"

#include "dsl/op.h"

namespace lithe {

constexpr const Op* const all_ops[] = {
@op_rows@    nullptr,
};

}  // namespace lithe
]])
    list(APPEND LITHE_GENERATED_SOURCES "${generated}/dsl/op_list.cpp")
endif()

# Tests find their files by these two; a definition on the command line would make every checkout compile anew.
file(CONFIGURE OUTPUT "${generated}/tests/paths.h" @ONLY CONTENT [[
#pragma once

namespace lithe::tests {
extern const char* const source_dir;
extern const char* const build_dir;
}  // namespace lithe::tests
]])
file(CONFIGURE OUTPUT "${generated}/tests/paths.cpp" @ONLY CONTENT [[
#include "tests/paths.h"

namespace lithe::tests {
const char* const source_dir = "@CMAKE_SOURCE_DIR@";
const char* const build_dir = "@CMAKE_BINARY_DIR@";
}  // namespace lithe::tests
]])
