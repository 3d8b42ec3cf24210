#include "tools/lithe/model_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <sstream>

#include "compiler/driver/headers.h"
#include "runtime/error.h"
#include "runtime/file.h"
#include "runtime/nearest.h"
#include "tools/lithe/toolchain.h"

namespace lithe::tool {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
    std::ifstream file(path);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

void write_if_changed(const fs::path& path, const std::string& text) {
    if (fs::exists(path) && text_of(path) == text) return;
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

bool has_word(const std::string& text, const std::string& word) {
    return std::regex_search(text, std::regex("\\b" + word + "\\b"));
}

/// Says so where the file does not name the class and includes no file that could: the compiler
/// would tell of code that the author has not written.
void check_class(const ModelSource& model) {
    const std::string text = text_of(model.file);
    static const std::regex other(R"re(#\s*include\s*(?:"(?!lithe/)|<(?!lithe/)[^>]*[./]))re");
    if (std::regex_search(text, other)) return;
    std::string name = model.class_name.substr(0, model.class_name.find('<'));
    if (const size_t at = name.rfind("::"); at != std::string::npos) name = name.substr(at + 2);
    const bool is_name = std::regex_match(name, std::regex("\\w+"));
    if (is_name && has_word(text, name)) return;
    // A macro may put Impl behind a name.
    if (is_name && name.ends_with("Impl") && has_word(text, name.substr(0, name.size() - 4))) {
        return;
    }
    static const std::regex holder(R"((?:LITHE|TORCH)_MODULE\(\s*(\w+)\s*\))");
    std::vector<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), holder), end; at != end; ++at) {
        found.push_back((*at)[1]);
    }
    const std::vector<std::string_view> known(found.begin(), found.end());
    std::string hint = did_you_mean(name, known);
    if (hint.empty() && !found.empty()) {
        hint = fmt::format("; LITHE_MODULE makes {} there", fmt::join(found, ", "));
    }
    throw UserError("tool.class", fmt::format("lithe: '{}' names no class '{}'{}", model.file,
                                              model.class_name, hint));
}

bool is_newer(const fs::path& file, fs::file_time_type time) {
    std::error_code error;
    const auto changed = fs::last_write_time(file, error);
    return error || changed > time;
}

/// The words of a Makefile's rule, where a backslash keeps a space in a name or joins lines.
std::vector<std::string> depfile_words(const std::string& text) {
    std::vector<std::string> words(1);
    for (size_t i = 0; i < text.size(); ++i) {
        const char next = i + 1 < text.size() ? text[i + 1] : '\n';
        if (text[i] == '\\' && (next == ' ' || next == '#' || next == '\n')) {
            if (next != '\n') words.back() += next;
            ++i;
        } else if (std::isspace(static_cast<unsigned char>(text[i]))) {
            if (!words.back().empty()) words.emplace_back();
        } else {
            words.back() += text[i];
            if (text[i] == '$' && next == '$') ++i;
        }
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

/// Whether `product` is newer than `others` and all that the depfile of the last build names.
bool is_up_to_date(const fs::path& product, const fs::path& depfile,
                   const std::vector<std::string>& others) {
    if (!fs::exists(depfile) || !fs::exists(product)) return false;
    const auto built = fs::last_write_time(product);
    for (const std::string& file : others) {
        if (is_newer(file, built)) return false;
    }
    const std::vector<std::string> words = depfile_words(text_of(depfile));
    return std::none_of(words.begin(), words.end(), [&](const std::string& word) {
        return !word.ends_with(':') && is_newer(word, built);
    });
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
    check_class(model);
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
                      fresh = folder / "program.new", depfile = folder / "program.d",
                      commands = folder / "commands";
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
         {std::string("-MMD"), std::string("-MF"), depfile, whole, std::string("-o"), fresh,
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
    fs::rename(fresh, program);  // whole or not at all, also where several commands run at once
    return program;
}

}  // namespace lithe::tool
