# lithe_add_model(NAME SOURCES model.h CLASS Net INPUTS "x:f32[N=1..64,3,224,224]"
#                 [WEIGHTS file] [TARGET host|x86-64-v3|...] [OPTIONS ...] [LIBRARIES ...])
#
# Compiles a model definition into a static library: makes the target NAME, which brings lib<NAME>.a, <NAME>.h and the
# runtime to what links it. The weights stand beside them as <NAME>.safetensors (property LITHE_WEIGHTS of the target).
# SOURCES: headers with the model's classes. LIBRARIES: what the definition itself needs.
function(lithe_add_model name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "CLASS;INPUTS;WEIGHTS;TARGET;FOLDER" "SOURCES;OPTIONS;LIBRARIES")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES OR NOT arg_CLASS OR NOT arg_INPUTS)
        message(FATAL_ERROR "lithe_add_model(${name}): SOURCES, CLASS and INPUTS are needed; unknown: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    set(folder "${CMAKE_CURRENT_BINARY_DIR}/${name}_model")
    if(arg_FOLDER)
        set(folder "${arg_FOLDER}")
    endif()
    set(driver "${CMAKE_CURRENT_BINARY_DIR}/${name}_driver.cpp")
    set(includes "")
    foreach(source IN LISTS arg_SOURCES)
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
        string(APPEND includes "#include \"${source}\"\n")
    endforeach()
    file(CONFIGURE OUTPUT "${driver}" @ONLY CONTENT
"@includes@#include <lithe/driver.h>

int main(int argc, char** argv) {
    return lithe::driver_main(argc, argv, [] { return lithe::make_subject<@arg_CLASS@>(); });
}
")
    add_executable(${name}_driver EXCLUDE_FROM_ALL "${driver}")
    target_compile_options(${name}_driver PRIVATE -g1)  # errors name the author's lines
    target_link_libraries(${name}_driver PRIVATE lithe::lithe ${arg_LIBRARIES})
    lithe_reflect(${name}_driver)

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
        COMMAND ${name}_driver ${words}
        DEPENDS ${name}_driver ${arg_WEIGHTS}
        COMMENT "Compiling the model ${name}" VERBATIM)
    add_custom_target(${name}_files DEPENDS "${library}")
    add_library(${name} INTERFACE)
    add_dependencies(${name} ${name}_files)
    target_include_directories(${name} INTERFACE "${folder}")
    target_link_libraries(${name} INTERFACE "${library}" lithe::runtime)
    set_target_properties(${name} PROPERTIES LITHE_WEIGHTS "${folder}/${name}.safetensors")
endfunction()
