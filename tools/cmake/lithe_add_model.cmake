# lithe_add_model(NAME SOURCES model.h CLASS Net INPUTS "x:f32[N=1..64,3,224,224]"
#                 [WEIGHTS file] [TARGET host|x86-64-v3|...] [DRIVER OTHER] [OPTIONS ...] [LIBRARIES ...])
#
# Compiles a model definition into a static library: makes the target NAME, which brings lib<NAME>.a, <NAME>.h and the
# runtime to what links it. The weights stand beside them as <NAME>.safetensors (property LITHE_WEIGHTS of the target).
# SOURCES: headers with the model's classes. LIBRARIES: what the definition itself needs. DRIVER: a model made before
# from the same SOURCES, CLASS and LIBRARIES, whose program compiles this one too (other inputs, another target).
function(lithe_add_model name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "CLASS;INPUTS;WEIGHTS;TARGET;FOLDER;DRIVER" "SOURCES;OPTIONS;LIBRARIES")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_INPUTS OR (NOT arg_DRIVER AND (NOT arg_SOURCES OR NOT arg_CLASS)))
        message(FATAL_ERROR "lithe_add_model(${name}): SOURCES, CLASS and INPUTS are needed; unknown: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    set(folder "${CMAKE_CURRENT_BINARY_DIR}/${name}_model")
    if(arg_FOLDER)
        cmake_path(ABSOLUTE_PATH arg_FOLDER BASE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}" NORMALIZE OUTPUT_VARIABLE folder)
    endif()
    if(arg_WEIGHTS AND EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${arg_WEIGHTS}")
        set(arg_WEIGHTS "${CMAKE_CURRENT_SOURCE_DIR}/${arg_WEIGHTS}")
    endif()
    foreach(source IN LISTS arg_SOURCES)
        cmake_path(GET source FILENAME file)
        if(file STREQUAL "${name}.h")
            message(STATUS "lithe_add_model(${name}): include the written header as <${name}.h>; ${source} has its name")
        endif()
    endforeach()
    if(arg_DRIVER)
        set(program "${arg_DRIVER}_driver")
    else()
        set(program "${name}_driver")
        lithe_add_driver("${program}" "${arg_CLASS}" "${arg_SOURCES}" "${arg_LIBRARIES}")
    endif()

    set(words compile --quiet --inputs "${arg_INPUTS}" --name ${name} --output "${folder}"
        --cache "${CMAKE_BINARY_DIR}/lithe-kernels" ${arg_OPTIONS})
    if(arg_WEIGHTS)
        list(APPEND words --weights "${arg_WEIGHTS}")
    endif()
    if(arg_TARGET)
        list(APPEND words --target ${arg_TARGET})
    endif()
    set(library "${folder}/lib${name}.a")
    add_custom_command(OUTPUT "${library}" "${folder}/${name}.h" "${folder}/${name}.safetensors"
        COMMAND ${program} ${words}
        DEPENDS ${program} ${arg_WEIGHTS}
        COMMENT "Compiling the model ${name}" VERBATIM)
    add_custom_target(${name}_files DEPENDS "${library}")
    # A target of its own, so that the runtime stands behind the archives of all models on a link line.
    add_library(${name}_archive STATIC IMPORTED GLOBAL)
    set_target_properties(${name}_archive PROPERTIES
        IMPORTED_LOCATION "${library}" IMPORTED_LINK_INTERFACE_LANGUAGES CXX INTERFACE_LINK_LIBRARIES lithe::runtime)
    add_library(${name} INTERFACE)
    add_dependencies(${name} ${name}_files)
    target_include_directories(${name} INTERFACE "${folder}")
    target_link_libraries(${name} INTERFACE ${name}_archive)
    # A shared library keeps its models and runtime to itself: another one's may be of another version.
    target_link_options(${name} INTERFACE
        "$<$<IN_LIST:$<TARGET_PROPERTY:TYPE>,SHARED_LIBRARY;MODULE_LIBRARY>:LINKER:--exclude-libs,lib${name}.a:liblithe_runtime.a>")
    set_target_properties(${name} PROPERTIES LITHE_WEIGHTS "${folder}/${name}.safetensors")
endfunction()

# The program of a model and the compiler; part of what lithe_add_model does.
function(lithe_add_driver program class sources libraries)
    set(file "${CMAKE_CURRENT_BINARY_DIR}/${program}.cpp")
    set(includes "")
    foreach(source IN LISTS sources)
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
        string(APPEND includes "#include \"${source}\"\n")
    endforeach()
    file(CONFIGURE OUTPUT "${file}" @ONLY CONTENT
"@includes@#include <lithe/driver.h>

int main(int argc, char** argv) {
    return lithe::driver_main(argc, argv, [] { return lithe::make_subject<@class@>(); });
}
")
    add_executable(${program} EXCLUDE_FROM_ALL "${file}")
    target_compile_options(${program} PRIVATE -g1)  # errors name the author's lines
    target_link_libraries(${program} PRIVATE lithe::lithe ${libraries})
    lithe_reflect(${program})
endfunction()

