#include "tools/lithe/model_program.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

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
        "    return lithe::driver_main(argc, argv, [] {{ return lithe::make_subject<{}>(); }});\n"
        "}}\n",
        fs::absolute(model.file).string(), model.class_name);
}

/// Whether `product` is newer than all that the depfile of the last build names.
bool is_up_to_date(const fs::path& product, const fs::path& depfile) {
    std::ifstream stream(depfile);
    if (!stream || !fs::exists(product)) return false;
    const auto built = fs::last_write_time(product);
    std::string word;
    while (stream >> word) {
        if (word == "\\" || word.ends_with(':')) continue;
        std::error_code error;
        const auto changed = fs::last_write_time(word, error);
        if (error || changed > built) return false;
    }
    return true;
}

std::vector<std::string> compile_flags(const ModelSource& model, const Toolchain& tools) {
    std::vector<std::string> flags = {"-std=c++20", "-O1", "-g1"};
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
    const std::string source = driver_source(model);
    const fs::path folder =
        fs::path(model.work_folder) / fmt::format("{:016x}", std::hash<std::string>()(source));
    fs::create_directories(folder);
    const std::string driver = folder / "driver.cpp", fields = folder / "driver.reflect.inc",
                      whole = folder / "program.cpp", program = folder / "program",
                      depfile = folder / "program.d";
    write_if_changed(driver, source);
    write_if_changed(whole, "#include \"driver.cpp\"\n#include \"driver.reflect.inc\"\n");
    if (is_up_to_date(program, depfile)) return program;

    if (!model.quiet) fmt::print(stderr, "building {} of {}\n", model.class_name, model.file);
    const std::vector<std::string> flags = compile_flags(model, tools);
    std::vector<std::string> reflect = {tools.reflect, driver, "-o", fields, "--"};
    reflect.insert(reflect.end(), flags.begin(), flags.end());
    build_step(reflect, "lithe-reflect");
    std::vector<std::string> compile = {tools.compiler};
    compile.insert(compile.end(), flags.begin(), flags.end());
    for (const std::string& word : {std::string("-MMD"), std::string("-MF"), depfile, whole,
                                    std::string("-o"), program, "-L" + tools.library_folder,
                                    std::string("-llithe"), "-Wl,-rpath," + tools.library_folder}) {
        compile.push_back(word);
    }
    build_step(compile, "compiling the model");
    return program;
}

}  // namespace lithe::tool
