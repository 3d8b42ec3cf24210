# lithe_reflect(TARGET [SOURCES FILE...] [WERROR] [DISABLE ID...] [SKIP_PATH FOLDER...])
#
# The members of Module classes in TARGET's sources register themselves: each .cpp goes through lithe-reflect, and
# what is compiled in its place is a wrapper that includes the source and then its registrations. With SOURCES, only
# these go through it. The tool also warns of classic mistakes; DISABLE turns a warning off by its id, WERROR makes
# them errors. Classes below SKIP_PATH, and lithe's own, are left alone.
#
# Call it in the folder that makes TARGET, after its sources are complete.
function(lithe_reflect target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "WERROR" "" "SOURCES;DISABLE;SKIP_PATH")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "lithe_reflect: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    get_target_property(target_folder ${target} SOURCE_DIR)
    if(NOT target_folder STREQUAL CMAKE_CURRENT_SOURCE_DIR)
        message(FATAL_ERROR "lithe_reflect: target ${target} was made in ${target_folder}, not here")
    endif()

    _lithe_reflect_options(options)
    list(APPEND options "$<$<BOOL:${arg_WERROR}>:--werror>")
    list(TRANSFORM arg_DISABLE PREPEND "--disable=")
    list(TRANSFORM arg_SKIP_PATH PREPEND "--skip-path=")
    list(APPEND options ${arg_DISABLE} ${arg_SKIP_PATH})
    _lithe_reflect_flags(${target} flags_file)

    set(chosen "")
    foreach(source IN LISTS arg_SOURCES)
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
        list(APPEND chosen "${source}")
    endforeach()

    get_target_property(sources ${target} SOURCES)
    set(compiled "")
    foreach(source IN LISTS sources)
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE OUTPUT_VARIABLE path)
        if(NOT source MATCHES "^\\$<" AND source MATCHES "\\.(cpp|cc|cxx)$" AND (NOT arg_SOURCES OR path IN_LIST chosen))
            list(REMOVE_ITEM chosen "${path}")
            _lithe_reflect_source(${target} "${source}" source "${options}" "${flags_file}")
        endif()
        list(APPEND compiled "${source}")
    endforeach()
    if(chosen)
        message(FATAL_ERROR "lithe_reflect: not among the sources of ${target}: ${chosen}")
    endif()
    # Another target of this folder may compile the same source as it is, so it only leaves this target's list.
    set_property(TARGET ${target} PROPERTY SOURCES ${compiled})
endfunction()

# Where lithe's own headers lie: in the tree, or where the package was installed.
function(_lithe_reflect_options result)
    set(skipped "")
    if(TARGET lithe_reflect)
        cmake_path(SET root NORMALIZE "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../..")
        list(APPEND skipped "${root}dsl" "${root}compiler" "${root}runtime")
    else()
        get_target_property(folders lithe::lithe INTERFACE_INCLUDE_DIRECTORIES)
        list(FILTER folders INCLUDE REGEX "/lithe$")
        list(APPEND skipped ${folders})
    endif()
    list(TRANSFORM skipped PREPEND "--skip-path=")
    set(${result} "${skipped}" PARENT_SCOPE)
endfunction()

# Clang parses with the standard library and, behind its own, the headers of the g++ that compiles (omp.h).
function(_lithe_reflect_compiler result)
    set(${result} "" PARENT_SCOPE)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        return()
    endif()
    if(NOT DEFINED CACHE{LITHE_REFLECT_GCC})
        execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -print-libgcc-file-name OUTPUT_VARIABLE library
                        OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
        cmake_path(GET library PARENT_PATH folder)
        set(LITHE_REFLECT_GCC "${folder}" CACHE INTERNAL "Where the g++ that compiles lies")
    endif()
    set(${result} "--gcc-install-dir=${LITHE_REFLECT_GCC}\n-idirafter${LITHE_REFLECT_GCC}/include" PARENT_SCOPE)
endfunction()

# A file with what the target's compile command says of how its sources are to be parsed, a flag a line.
function(_lithe_reflect_flags target result)
    set(folders "$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>")
    set(definitions "$<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>")
    set(options "$<TARGET_PROPERTY:${target},COMPILE_OPTIONS>")
    set(standard "$<TARGET_PROPERTY:${target},CXX_STANDARD>")
    _lithe_reflect_compiler(compiler)
    set(name "${CMAKE_CURRENT_BINARY_DIR}/reflect/${target}/flags.$<CONFIG>")
    # By language: options may depend on it, and only file(GENERATE) can tell them apart.
    file(GENERATE OUTPUT "${name}.$<COMPILE_LANGUAGE>" CONTENT
"-std=c++$<IF:$<BOOL:${standard}>,${standard},20>
$<$<BOOL:${folders}>:-I$<JOIN:${folders},\n-I>>
$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},\n-D>>
$<JOIN:${options},\n>
${compiler}
" TARGET ${target})
    set(${result} "${name}.CXX" PARENT_SCOPE)
endfunction()

function(_lithe_reflect_source target source result options flags_file)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    # Sources of one name in several folders, also outside of this one, must not share a wrapper.
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" OUTPUT_VARIABLE name)
    string(REPLACE "../" "_/" name "${name}")
    set(wrapper "${CMAKE_CURRENT_BINARY_DIR}/reflect/${target}/${name}")
    set(registrations "${wrapper}.reflect.inc")

    file(CONFIGURE OUTPUT "${wrapper}" @ONLY CONTENT "#include \"@source@\"\n#include \"@registrations@\"\n")
    cmake_path(GET name FILENAME shown)
    add_custom_command(
        OUTPUT "${registrations}"
        COMMAND lithe::reflect "${source}" -o "${registrations}" --depfile "${registrations}.d"
                "--flags-file=${flags_file}" ${options}
        DEPENDS "${source}" "${flags_file}" lithe::reflect
        DEPFILE "${registrations}.d"
        COMMENT "Reflecting ${shown}"
        COMMAND_EXPAND_LISTS VERBATIM)

    # What was asked for the source alone holds for its wrapper.
    foreach(property COMPILE_DEFINITIONS COMPILE_OPTIONS INCLUDE_DIRECTORIES)
        get_source_file_property(value "${source}" ${property})
        if(value)
            set_property(SOURCE "${wrapper}" APPEND PROPERTY ${property} ${value})
        endif()
    endforeach()
    set_property(SOURCE "${wrapper}" PROPERTY OBJECT_DEPENDS "${registrations}")
    set(${result} "${wrapper}" PARENT_SCOPE)
endfunction()
