# What the authoring library is built from. Headers of others are SYSTEM: their warnings are not ours.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# Halide's own CMake package wants CMake 3.28; the library and its headers are all that is needed of the wheel.
if(NOT EXISTS "${LITHE_HALIDE_DIR}/include/Halide.h")
    message(FATAL_ERROR "no Halide in ${LITHE_HALIDE_DIR}; run tools/setup")
endif()
add_library(Halide::Halide SHARED IMPORTED GLOBAL)
set_target_properties(Halide::Halide PROPERTIES
    IMPORTED_LOCATION "${LITHE_HALIDE_DIR}/lib64/libHalide.so"
    IMPORTED_SONAME libHalide.so
    INTERFACE_INCLUDE_DIRECTORIES "${LITHE_HALIDE_DIR}/include")

list(APPEND CMAKE_PREFIX_PATH /usr/lib/llvm-19)
set(level "${CMAKE_MESSAGE_LOG_LEVEL}")
set(CMAKE_MESSAGE_LOG_LEVEL WARNING)  # LLVM looks for libraries that only its static archives would need
find_package(LLVM 19.1 REQUIRED CONFIG)
find_package(Clang 19.1 REQUIRED CONFIG)
set(CMAKE_MESSAGE_LOG_LEVEL "${level}")
find_package(Eigen3 3.4 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)

add_library(lithe_llvm INTERFACE)
target_include_directories(lithe_llvm SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
target_compile_definitions(lithe_llvm INTERFACE ${LLVM_DEFINITIONS})
target_link_libraries(lithe_llvm INTERFACE LLVM)

add_library(lithe_clang INTERFACE)
target_include_directories(lithe_clang SYSTEM INTERFACE ${CLANG_INCLUDE_DIRS})
target_link_libraries(lithe_clang INTERFACE clang-cpp lithe_llvm)
target_compile_options(lithe_clang INTERFACE -Wno-nonnull)  # g++ 12 is wrong about an inlined cast in Clang's AST

add_library(lithe_dependencies INTERFACE)
target_link_libraries(lithe_dependencies INTERFACE
    Halide::Halide lithe_llvm Eigen3::Eigen fmt::fmt nlohmann_json::nlohmann_json)
