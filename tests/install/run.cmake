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
run("${project}/use_model")
run("${project}/two_models")
run("${project}/use_stream")

# A project that `lithe new` writes builds and runs as it is.
set(started "${BUILD}/install_test_new")
file(REMOVE_RECURSE "${started}")
file(MAKE_DIRECTORY "${started}")
execute_process(COMMAND "${prefix}/bin/lithe" new my_digits WORKING_DIRECTORY "${started}" COMMAND_ERROR_IS_FATAL ANY)
run("${CMAKE_COMMAND}" -G Ninja -S "${started}/my_digits" -B "${started}/build"
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${COMPILER}")
run("${CMAKE_COMMAND}" --build "${started}/build")
execute_process(COMMAND "${started}/build/my_digits_app" OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT output MATCHES "^0\\.[0-9]+ 0\\.[0-9]+ 0\\.[0-9]+ 0\\.[0-9]+ \n0\\.")
    message(FATAL_ERROR "my_digits_app printed ${output}")
endif()
execute_process(COMMAND "${prefix}/bin/lithe" check my_digits/my_digits_model.h --class MyDigits
                        --inputs "x:f32[N=1..64,16]"
                WORKING_DIRECTORY "${started}" OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT output MATCHES "eager and compiled agree")
    message(FATAL_ERROR "lithe check printed ${output}")
endif()

# The programs that run a model need no shared library but those of C and C++.
foreach(program runtime_only use_model)
    execute_process(COMMAND readelf -d "${project}/${program}" OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCHALL "NEEDED[^\n]*\\[[^]]*\\]" needed "${dynamic}")
    foreach(line IN LISTS needed)
        if(NOT line MATCHES "\\[(libc|libm|libstdc\\+\\+|libgcc_s|ld-linux-x86-64)\\.so")
            message(FATAL_ERROR "${program}: ${line}")
        endif()
    endforeach()
    if(NOT needed)
        message(FATAL_ERROR "${program}: readelf named no shared library")
    endif()
endforeach()

# A shared library shows nothing of its model and runtime, which another one may have in another version.
execute_process(COMMAND nm -D --defined-only "${project}/libplugin.so" OUTPUT_VARIABLE exported COMMAND_ERROR_IS_FATAL ANY)
if(NOT exported MATCHES "plugin_open" OR exported MATCHES "tiny_artifact|lithe_model_create|lithe_k_")
    message(FATAL_ERROR "libplugin.so exports ${exported}")
endif()

# The runtime in the program has at most 300,000 bytes of text, the model's kernels aside; no symbol is Halide's.
execute_process(COMMAND size "${project}/use_model" OUTPUT_VARIABLE sizes COMMAND_ERROR_IS_FATAL ANY)
if(NOT sizes MATCHES "\n *([0-9]+)")
    message(FATAL_ERROR "use_model: size printed ${sizes}")
endif()
set(text ${CMAKE_MATCH_1})
execute_process(COMMAND nm -S "${project}/use_model" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[0-9a-f]+ [tT] lithe_k_" kernels "${symbols}")
foreach(kernel IN LISTS kernels)
    string(REGEX MATCH "^[0-9a-f]+" size "${kernel}")
    math(EXPR text "${text} - 0x${size}")
endforeach()
message(STATUS "use_model: ${text} bytes of text beside the kernels")
if(text GREATER 300000)
    message(FATAL_ERROR "use_model: ${text} bytes of text beside the kernels, 300000 are allowed")
endif()
if(symbols MATCHES "halide_" OR NOT symbols MATCHES "lithe_k_")
    message(FATAL_ERROR "use_model: symbols of Halide, or none of the kernels")
endif()
