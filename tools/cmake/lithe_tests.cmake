# The tests: one Boost.Test executable of tests/**/*.cpp, and checks of the tree itself. tests/fuzz holds programs
# with a main of their own; tests/install and tests/parity hold projects and scripts.

if(NOT BUILD_TESTING)
    return()
endif()
enable_testing()
find_package(Boost 1.74 REQUIRED COMPONENTS unit_test_framework)
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS tests/*.cpp)
list(FILTER test_sources EXCLUDE REGEX "/tests/(cross|fuzz|install|reflect/[^/]+)/")
set(LITHE_TESTS "" CACHE STRING "Folders below tests/ to build, as a regular expression; empty: all of them")
# Threads share what the runtime holds and nothing else: the thread sanitizer looks at its tests alone.
set(tested_library lithe_internal)
set(tested "${LITHE_TESTS}")
if(LITHE_SANITIZE MATCHES "thread")
    set(tested "runtime")
endif()
if(tested STREQUAL "runtime")
    set(tested_library lithe_runtime)  # and nothing of the dsl and the compiler, which take long to build
endif()
if(tested)
    list(FILTER test_sources INCLUDE REGEX "/tests/(main\\.cpp$|(${tested})/)")
endif()
add_executable(lithe_tests ${test_sources} "${generated}/tests/paths.cpp")
target_compile_definitions(lithe_tests PRIVATE BOOST_TEST_DYN_LINK)
# LibTorch's sources name parameters after members.
set(libtorch_sources ${test_sources})
list(FILTER libtorch_sources INCLUDE REGEX "/tests/libtorch/")
set_source_files_properties(${libtorch_sources} PROPERTIES COMPILE_OPTIONS -Wno-shadow)
target_link_libraries(lithe_tests PRIVATE lithe_settings ${tested_library} Boost::unit_test_framework)
lithe_precompile(lithe_tests "<boost/test/unit_test.hpp>" "^tests/.*/")

# The suites keep the kernels that they compile in one folder, which is empty when a run of CTest begins.
set(kernels "${CMAKE_BINARY_DIR}/test_kernels")
foreach(when IN ITEMS SETUP CLEANUP)
    string(TOLOWER "kernels_${when}" name)
    add_test(NAME ${name} COMMAND "${CMAKE_COMMAND}" -E rm -rf "${kernels}")
    set_tests_properties(${name} PROPERTIES FIXTURES_${when} kernels)
endforeach()

# A CTest test for every top suite; the Boost reports are what tools/test counts.
set(listing "${CMAKE_BINARY_DIR}/lithe_tests.cmake")
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/reports")
add_custom_command(TARGET lithe_tests POST_BUILD
    COMMAND Python3::Interpreter "${CMAKE_SOURCE_DIR}/tools/cmake/list_tests.py"
            "$<TARGET_FILE:lithe_tests>" "${CMAKE_BINARY_DIR}/reports" "${kernels}" "${listing}"
    BYPRODUCTS "${listing}" VERBATIM)
file(WRITE "${CMAKE_BINARY_DIR}/lithe_tests_if_built.cmake"
     "include([==[${listing}]==] OPTIONAL)\n")
set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${CMAKE_BINARY_DIR}/lithe_tests_if_built.cmake")

# Modules with plain members; and programs that lithe-reflect sees, with what it must say of them.
file(GLOB_RECURSE reflected CONFIGURE_DEPENDS tests/reflected_*.cpp)
if(tested)
    list(FILTER reflected INCLUDE REGEX "/tests/(${tested})/")
endif()
if(NOT tested STREQUAL "runtime")
    lithe_reflect(lithe_tests WERROR SOURCES ${reflected})
    add_dependencies(lithe_tests lithe_reflect)
endif()
add_subdirectory(tests/reflect)

# Programs that try random input. Each runs with a fixed seed and a bounded count when it gets no argument.
file(GLOB fuzz_sources CONFIGURE_DEPENDS tests/fuzz/*.cpp)
if(tested STREQUAL "runtime")
    list(FILTER fuzz_sources INCLUDE REGEX "/(json|safetensors|torch_zip)\\.cpp$")
endif()
file(GLOB fuzz_helpers CONFIGURE_DEPENDS tests/ir/random_*.cpp)
foreach(source IN LISTS fuzz_sources)
    cmake_path(GET source STEM name)
    add_executable(fuzz_${name} "${source}")
    if(name MATCHES "^(json|safetensors|torch_zip)$")
        target_link_libraries(fuzz_${name} PRIVATE lithe_settings lithe_runtime)
    else()
        target_link_libraries(fuzz_${name} PRIVATE lithe_settings lithe_internal)
        target_sources(fuzz_${name} PRIVATE ${fuzz_helpers})  # what makes the random input
    endif()
    set(arguments "")
    if(LITHE_SANITIZE AND NOT name STREQUAL "lower_math")
        set(arguments 1 20000)  # seed and count: a sanitizer makes each input far slower
    endif()
    add_test(NAME fuzz_${name} COMMAND fuzz_${name} ${arguments})
    set_tests_properties(fuzz_${name} PROPERTIES LABELS "slow;unit" TIMEOUT 900)
    list(APPEND fuzz_programs fuzz_${name})
endforeach()

# Kernels for another CPU, under emulation.
add_executable(cross_emit tests/cross/emit.cpp tests/support/level_models.cpp)
target_link_libraries(cross_emit PRIVATE lithe_settings lithe_internal)
add_test(NAME cross COMMAND Python3::Interpreter "${CMAKE_SOURCE_DIR}/tests/cross/cross.py" $<TARGET_FILE:cross_emit>
         "${CMAKE_BINARY_DIR}/cross")
set_tests_properties(cross PROPERTIES LABELS slow TIMEOUT 1800 SKIP_RETURN_CODE 77)

# What the sanitizer builds need: the tests, not the examples and benchmarks.
if(LITHE_SANITIZE MATCHES "thread")
    set(fuzz_programs "")
endif()
add_custom_target(lithe_checked DEPENDS lithe_tests ${fuzz_programs})

# Checks of the tree itself: include directions, machine paths, file sizes, ...
file(GLOB checks CONFIGURE_DEPENDS tools/checks/*.py)
list(FILTER checks EXCLUDE REGEX "/tree\\.py$")
foreach(check IN LISTS checks)
    cmake_path(GET check STEM name)
    add_test(NAME ${name} COMMAND Python3::Interpreter "${check}" WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(${name} PROPERTIES LABELS fast)
endforeach()
file(GLOB check_tests CONFIGURE_DEPENDS tests/checks/test_*.py)
foreach(test IN LISTS check_tests)
    cmake_path(GET test STEM name)
    add_test(NAME ${name} COMMAND Python3::Interpreter "${test}")
    if(name MATCHES "^test_slow_")
        set_tests_properties(${name} PROPERTIES LABELS slow)
    else()
        set_tests_properties(${name} PROPERTIES LABELS fast)
    endif()
endforeach()

# An installed lithe serves another project.
add_test(NAME install COMMAND "${CMAKE_COMMAND}" "-DBUILD=${CMAKE_BINARY_DIR}" "-DCOMPILER=${CMAKE_CXX_COMPILER}"
         -P "${CMAKE_SOURCE_DIR}/tests/install/run.cmake")
set_tests_properties(install PROPERTIES LABELS slow TIMEOUT 900)

# The command line, and the archives that a program links.
if(TARGET lithe_command)
    add_test(NAME lithe_command COMMAND Python3::Interpreter "${CMAKE_SOURCE_DIR}/tests/tools/test_lithe_command.py"
             "$<TARGET_FILE:lithe_command>" "$<TARGET_FILE:lithe_runtime>")
    set_tests_properties(lithe_command PROPERTIES LABELS slow TIMEOUT 900)
endif()

# The page of what equals PyTorch says what the tests say. Whatever has run is compared.
add_test(NAME catalogue COMMAND Python3::Interpreter "${CMAKE_SOURCE_DIR}/tools/catalogue.py" check
         "${CMAKE_BINARY_DIR}")
set_tests_properties(catalogue PROPERTIES LABELS fast FIXTURES_REQUIRED parity)
