# How the targets of this tree are compiled: the interface targets lithe_flags and, with sanitizers, lithe_settings;
# ccache; precompiled headers.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Little debug information: enough for a backtrace with lines, a fifth of the bytes of -g.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

cmake_path(RELATIVE_PATH CMAKE_SOURCE_DIR BASE_DIRECTORY "${CMAKE_BINARY_DIR}" OUTPUT_VARIABLE path_to_source)
add_library(lithe_flags INTERFACE)
target_include_directories(lithe_flags INTERFACE
    "${CMAKE_SOURCE_DIR}"                 # "runtime/...", "dsl/...", "compiler/..."
    "${CMAKE_SOURCE_DIR}/dsl/include"     # <lithe/lithe.h>, <lithe/torch.h>
    "${CMAKE_SOURCE_DIR}/compiler/include" # <lithe/driver.h>
    "${CMAKE_BINARY_DIR}/generated")      # "dsl/op_list.h", "runtime/version.h"
target_compile_options(lithe_flags INTERFACE
    -fno-semantic-interposition
    # __FILE__, source lines in messages and debug information without the machine's paths, also where ccache
    # has made a path relative to the build folder
    "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=" "-ffile-prefix-map=${path_to_source}/="
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi -Wundef
    -Wno-missing-field-initializers)           # designated initializers leave out what has a default
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # libstdc++ 12's stable_sort uses a function that its own header calls deprecated
    target_compile_options(lithe_flags INTERFACE -Wno-deprecated-declarations)
endif()
if(LITHE_WERROR)
    target_compile_options(lithe_flags INTERFACE -Werror)
endif()

add_library(lithe_settings INTERFACE)
target_link_libraries(lithe_settings INTERFACE lithe_flags)
if(LITHE_SANITIZE)
    target_compile_options(lithe_settings INTERFACE
        -fsanitize=${LITHE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(lithe_settings INTERFACE -fsanitize=${LITHE_SANITIZE})
endif()

# Several checkouts of the repository share hits: paths below the source folder count as relative ones.
find_program(LITHE_CCACHE ccache)
if(LITHE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
        "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
        "${LITHE_CCACHE}")
endif()

# Halide.h takes 1.4 s to compile, and 0.4 s precompiled. clang's precompiled headers defeat ccache.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(precompile_default ON)
else()
    set(precompile_default OFF)
endif()
option(LITHE_PRECOMPILE "Precompile Halide.h and Boost.Test" ${precompile_default})

# lithe_precompile(TARGET HEADER REGEX): with LITHE_PRECOMPILE, the sources of TARGET whose path matches REGEX start from
# the precompiled HEADER; the others are compiled as they are.
function(lithe_precompile target header regex)
    if(NOT LITHE_PRECOMPILE)
        return()
    endif()
    target_precompile_headers(${target} PRIVATE "${header}")
    get_target_property(sources ${target} SOURCES)
    foreach(source IN LISTS sources)
        cmake_path(RELATIVE_PATH source BASE_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE name)
        if(NOT source MATCHES "^\\$<" AND NOT name MATCHES "${regex}")
            set_source_files_properties("${source}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
        endif()
    endforeach()
endfunction()
