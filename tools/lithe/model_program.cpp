#include "tools/lithe/model_program.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "compiler/driver/headers.h"
#include "runtime/error.h"
#include "runtime/file.h"
#include "tools/lithe/toolchain.h"

namespace lithe::tool {
namespace {

namespace fs = std::filesystem;

void write_if_changed(const fs::path& path, const std::string& text) {
    std::ifstream old(path);
    std::ostringstream content;
    content << old.rdbuf();
    if (old && content.str() == text) return;
    write_file(path.string(), std::as_bytes(std::span(text.data(), text.size())));
}

std::string driver_source(const ModelSource& model) {
    return fmt::format(
        "#include \"{}\"\n"
        "#include <lithe/driver.h>\n\n"
        "int main(int argc, char** argv) {{\n"
        "    return lithe::driver_main(argc, argv, [] {{ return lithe::make_subject<{}>(); }},\n"
        "                              LITHE_HEADERS);\n"
        "}}\n",
        fs::absolute(model.file).string(), model.class_name);
}

bool is_newer(const fs::path& file, fs::file_time_type time) {
    std::error_code error;
    const auto changed = fs::last_write_time(file, error);
    return error || changed > time;
}

/// Whether `product` is newer than `others` and all that the depfile of the last build names.
bool is_up_to_date(const fs::path& product, const fs::path& depfile,
                   const std::vector<std::string>& others) {
    std::ifstream stream(depfile);
    if (!stream || !fs::exists(product)) return false;
    const auto built = fs::last_write_time(product);
    for (const std::string& file : others) {
        if (is_newer(file, built)) return false;
    }
    std::string word;
    while (stream >> word) {
        if (word == "\\" || word.ends_with(':')) continue;
        if (is_newer(word, built)) return false;
    }
    return true;
}

std::vector<std::string> compile_flags(const ModelSource& model, const Toolchain& tools,
                                       const std::string& headers) {
    std::vector<std::string> flags = {"-std=c++20", "-O0", "-g1",
                                      "-DLITHE_HEADERS=\"" + headers + "\""};
    for (const std::string& folder : tools.include_folders) flags.push_back("-I" + folder);
    for (const std::string& folder : model.include_folders) flags.push_back("-I" + folder);
    return flags;
}

void build_step(const std::vector<std::string>& command, const std::string& what) {
    if (const int status = run(command); status != 0) {
        throw UserError("tool.build", fmt::format("lithe: {} failed (exit status {}): {}", what,
                                                  status, fmt::join(command, " ")));
    }
}

}  // namespace

std::string build_model_program(const ModelSource& model) {
    if (!fs::exists(model.file)) {
        throw UserError("tool.model_file", "lithe: no file '" + model.file + "'");
    }
    const Toolchain tools = find_toolchain();
    const std::string headers = driver::headers_hash(tools.header_root);
    if (headers != driver::built_headers_hash)
        throw UserError("tool.headers", driver::other_headers("lithe: this program", headers));
    const std::string source = driver_source(model);
    const fs::path folder =
        fs::path(model.work_folder) / fmt::format("{:016x}", std::hash<std::string>()(source));
    std::error_code error;
    fs::create_directories(folder, error);  // what is wrong, write_if_changed says
    const std::string driver = folder / "driver.cpp", fields = folder / "driver.reflect.inc",
                      whole = folder / "program.cpp", program = folder / "program",
                      depfile = folder / "program.d", commands = folder / "commands";
    write_if_changed(driver, source);
    write_if_changed(whole, "#include \"driver.cpp\"\n#include \"driver.reflect.inc\"\n");
    const std::vector<std::string> flags = compile_flags(model, tools, headers);
    std::vector<std::string> reflect = {tools.reflect, driver, "-o", fields,
                                        "--headers=" + headers};
    for (const std::string& own : tools.own_folders) reflect.push_back("--skip-path=" + own);
    reflect.push_back("--");
    reflect.insert(reflect.end(), flags.begin(), flags.end());
    std::vector<std::string> compile = {tools.compiler};
    compile.insert(compile.end(), flags.begin(), flags.end());
    for (const std::string& word :
         {std::string("-MMD"), std::string("-MF"), depfile, whole, std::string("-o"), program,
          "-L" + tools.library_folder, std::string("-llithe"), "-Wl,-rpath," + tools.library_folder,
          // else the linker reads all that liblithe.so links too
          std::string("-Wl,--allow-shlib-undefined")}) {
        compile.push_back(word);
    }
    // Other flags, or another lithe, make another program.
    write_if_changed(commands,
                     fmt::format("{}\n{}\n", fmt::join(reflect, " "), fmt::join(compile, " ")));
    if (is_up_to_date(program, depfile,
                      {commands, tools.reflect, tools.library_folder + "/liblithe.so"})) {
        return program;
    }

    if (!model.quiet) fmt::print(stderr, "building {} of {}\n", model.class_name, model.file);
    build_step(reflect, "lithe-reflect");
    build_step(compile, "compiling the model");
    return program;
}

}  // namespace lithe::tool
