# Installs the build folder BUILD into a prefix below it, builds this folder's project against that alone and runs
# its programs. usage: cmake -DBUILD=FOLDER -DCOMPILER=CXX -P run.cmake

set(prefix "${BUILD}/install")
set(project "${BUILD}/install_test")
file(REMOVE_RECURSE "${prefix}" "${project}")

function(run)
    execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}")
run("${CMAKE_COMMAND}" -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}" -B "${project}"
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${COMPILER}")
run("${CMAKE_COMMAND}" --build "${project}")
run("${project}/runtime_only")
run("${project}/author")

# The program that runs a model needs no shared library but those of C and C++.
execute_process(COMMAND readelf -d "${project}/runtime_only" OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "NEEDED[^\n]*\\[[^]]*\\]" needed "${dynamic}")
foreach(line IN LISTS needed)
    if(NOT line MATCHES "\\[(libc|libm|libstdc\\+\\+|libgcc_s|ld-linux-x86-64)\\.so")
        message(FATAL_ERROR "runtime_only: ${line}")
    endif()
endforeach()
if(NOT needed)
    message(FATAL_ERROR "runtime_only: readelf named no shared library")
endif()
