# The tests: one Boost.Test executable of tests/**/*.cpp. tests/fuzz holds programs with a main of their own,
# tests/install and tests/parity hold projects and scripts.

if(NOT BUILD_TESTING)
    return()
endif()
enable_testing()
find_package(Boost 1.74 REQUIRED COMPONENTS unit_test_framework)

file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS tests/*.cpp)
list(FILTER test_sources EXCLUDE REGEX "/tests/(fuzz|install|parity)/")
add_executable(lithe_tests ${test_sources} "${generated}/tests/paths.cpp")
target_compile_definitions(lithe_tests PRIVATE BOOST_TEST_DYN_LINK)
target_link_libraries(lithe_tests PRIVATE lithe_settings lithe_internal Boost::unit_test_framework)
lithe_precompile(lithe_tests "<boost/test/unit_test.hpp>" "^tests/.*/")

# Test cases labelled "slow" run apart. The reports are what tools/test counts.
set(reports "${CMAKE_BINARY_DIR}/reports")
file(MAKE_DIRECTORY "${reports}")
function(lithe_add_unit_test name filter label)
    add_test(NAME ${name} COMMAND lithe_tests "--run_test=${filter}" --report_level=short
             --report_format=XML "--report_sink=${reports}/${name}.xml")
    set_tests_properties(${name} PROPERTIES LABELS ${label})
endfunction()
lithe_add_unit_test(unit "!@slow" fast)
