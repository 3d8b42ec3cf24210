#include "tools/lithe/new_project.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <span>

#include "runtime/error.h"
#include "runtime/file.h"
#include "runtime/text.h"

namespace lithe::tool {
namespace {

namespace fs = std::filesystem;

// {0} the project's name, {1} its class, {2} its name in capitals
constexpr const char* model_text =
    R"(// The model. Members are plain: lithe-reflect names them when the file is built.
#pragma once
#include <lithe/lithe.h>

struct BlockImpl : lithe::nn::Module {{
    explicit BlockImpl(int64_t width) : norm(width), fc(width, width) {{}}
    lithe::nn::LayerNorm norm;
    lithe::nn::Linear fc;
    lithe::Tensor forward(lithe::Tensor x) {{ return x + lithe::relu(fc(norm(x))); }}
}};
LITHE_MODULE(Block);

struct {1}Impl : lithe::nn::Module {{
    lithe::nn::Linear in{{16, 32}}, out{{32, 4}};
    std::vector<Block> blocks{{Block(32), Block(32)}};
    lithe::Tensor forward(lithe::Tensor x) {{
        x = lithe::relu(in(x));
        for (Block& block : blocks) x = block(x);
        return lithe::softmax(out(x), 1);
    }}
}};
LITHE_MODULE({1});
)";

constexpr const char* cmake_text = R"(cmake_minimum_required(VERSION 3.25)
project({0} LANGUAGES CXX)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
find_package(lithe REQUIRED)

# Compiles the model to lib{0}.a, {0}.h and {0}.safetensors. N is the batch: one library serves 1 to 64.
lithe_add_model({0} SOURCES {0}_model.h CLASS {1} INPUTS "x:f32[N=1..64,16]")

add_executable({0}_app main.cpp)
target_link_libraries({0}_app PRIVATE {0})
target_link_options({0}_app PRIVATE -Wl,--gc-sections)
target_compile_definitions({0}_app PRIVATE {2}_WEIGHTS="$<TARGET_PROPERTY:{0},LITHE_WEIGHTS>")
)";

constexpr const char* main_text =
    R"(// Runs the compiled model; links its library and lithe's runtime alone.
// usage: {0}_app [weights.safetensors]
#include <cstdio>
#include <vector>

#include "{0}.h"  // written by lithe

int main(int argc, char** argv) {{
    try {{
        lithe_models::{1} model(argc > 1 ? argv[1] : {2}_WEIGHTS);
        const std::vector<float> x(2 * 16, 0.5f);
        const lithe::HostTensor y = model.run({{x.data(), lithe::DType::f32, {{2, 16}}}});
        for (int row = 0; row < 2; ++row) {{
            for (int i = 0; i < 4; ++i) std::printf("%.4f ", y.data<float>()[row * 4 + i]);
            std::printf("\n");
        }}
    }} catch (const lithe::Error& error) {{
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }}
}}
)";

constexpr const char* readme_text = R"(# {0}

A model compiled by lithe, and a program that runs it.

- `{0}_model.h`: the model, class `{1}`.
- `main.cpp`: the program. It needs the compiled library, the weights and nothing else of lithe.
- `CMakeLists.txt`: compiles the model, builds the program.

Build and run:

    cmake -S . -B build -DCMAKE_PREFIX_PATH=<where lithe is installed>
    cmake --build build
    build/{0}_app

Look into it:

    lithe check {0}_model.h --class {1} --inputs "x:f32[N=1..64,16]"   # eager against compiled
    lithe dump  {0}_model.h --class {1} --inputs "x:f32[N=1..64,16]"   # the graph after the passes

The weights are those of the constructors. Train the model in a program that links `lithe::lithe`, save its
`state_dict()`, and name the file: `lithe_add_model(... WEIGHTS file)`, or `build/{0}_app file` at run time.
)";

/// A folder, a CMake target and a part of C++ names at once.
void check_name(const std::string& name) {
    const bool fits = !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
                      std::all_of(name.begin(), name.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                      });
    if (fits) return;
    throw UserError("tool.project_name",
                    "new: the name of a project starts with a small letter and has small letters, "
                    "digits and '_' only, got " +
                        quote(name));
}

std::string camel_case(const std::string& name) {
    std::string result;
    bool is_start = true;
    for (const char c : name) {
        if (c != '_') result += is_start ? static_cast<char>(std::toupper(c)) : c;
        is_start = c == '_';
    }
    return result;
}

}  // namespace

std::vector<std::string> new_project(const std::string& name) {
    check_name(name);
    std::string capitals = name;
    for (char& c : capitals) c = static_cast<char>(std::toupper(c));
    const std::pair<std::string, const char*> files[] = {{name + "_model.h", model_text},
                                                         {"main.cpp", main_text},
                                                         {"CMakeLists.txt", cmake_text},
                                                         {"README.md", readme_text}};
    std::vector<std::string> paths;
    for (const auto& [file, text] : files) {
        paths.push_back((fs::path(name) / file).string());
        if (fs::exists(fs::symlink_status(paths.back()))) {
            throw UserError("tool.file_exists",
                            "new: " + quote(paths.back()) + " is there already");
        }
    }
    std::error_code error;
    fs::create_directories(name, error);  // what is wrong, write_file says
    for (size_t i = 0; i < paths.size(); ++i) {
        const std::string text =
            fmt::format(fmt::runtime(files[i].second), name, camel_case(name), capitals);
        write_file(paths[i], std::as_bytes(std::span(text.data(), text.size())));
    }
    return paths;
}

}  // namespace lithe::tool
