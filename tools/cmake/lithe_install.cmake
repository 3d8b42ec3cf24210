# What `cmake --install` puts where, and the package that find_package(lithe) reads.

include(CMakePackageConfigHelpers)

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/lithe")
set(includes "${CMAKE_INSTALL_INCLUDEDIR}/lithe")

# Inside the tree headers are named from the root ("runtime/error.h"); an installed lithe keeps these names below
# include/lithe.
foreach(target lithe_runtime lithe)
    target_include_directories(${target} INTERFACE
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}> $<INSTALL_INTERFACE:${includes}>)
    target_compile_features(${target} INTERFACE cxx_std_20)
endforeach()
set_target_properties(lithe PROPERTIES INSTALL_RPATH "$ORIGIN")
install(TARGETS lithe_runtime lithe EXPORT lithe-targets)
install(FILES "${LITHE_HALIDE_DIR}/lib64/libHalide.so" DESTINATION "${CMAKE_INSTALL_LIBDIR}")

foreach(program lithe_command lithe_reflect)
    if(TARGET ${program})
        set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
        install(TARGETS ${program} EXPORT lithe-targets)
    endif()
endforeach()

install(DIRECTORY dsl/include/lithe/ compiler/include/lithe/ DESTINATION "${includes}")
install(DIRECTORY runtime dsl compiler DESTINATION "${includes}" FILES_MATCHING PATTERN "*.h" PATTERN "*.inc"
        PATTERN dsl/include EXCLUDE
        PATTERN compiler/include EXCLUDE
        PATTERN compiler/emit EXCLUDE)
install(DIRECTORY "${generated}/runtime" "${generated}/dsl" DESTINATION "${includes}" FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

file(WRITE "${generated}/lithe-config.cmake" [[
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include("${CMAKE_CURRENT_LIST_DIR}/lithe-targets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/lithe_reflect.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/lithe_add_model.cmake" OPTIONAL)
]])
write_basic_package_version_file("${generated}/lithe-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(EXPORT lithe-targets NAMESPACE lithe:: DESTINATION "${package}")
install(FILES "${generated}/lithe-config.cmake" "${generated}/lithe-config-version.cmake" DESTINATION "${package}")
install(FILES tools/cmake/lithe_reflect.cmake DESTINATION "${package}")
install(FILES tools/cmake/lithe_add_model.cmake DESTINATION "${package}" OPTIONAL)
