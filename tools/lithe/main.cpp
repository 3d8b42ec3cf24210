// The `lithe` command: builds the program of a model and hands the rest of the command line to it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "compiler/driver/usage.h"
#include "runtime/error.h"
#include "runtime/safetensors.h"
#include "runtime/version.h"
#include "tools/lithe/model_program.h"
#include "tools/lithe/new_project.h"
#include "tools/lithe/toolchain.h"

namespace {

using lithe::tool::ModelSource;

/// The subcommands that the model's own program carries out.
constexpr std::pair<const char*, const char*> model_commands[] = {
    {"compile", "Write lib<name>.a, <name>.h and <name>.safetensors of a model"},
    {"trace", "Print what forward() records"},
    {"dump", "Show the program after the passes, or the code of its kernels"},
    {"check", "Compare eager with compiled, module by module"},
    {"run", "Run a compiled model on a file of inputs"},
    {"bench", "Time a compiled model"},
    {"tune", "Measure the candidates of every choice of kernels; keeps what won in a file"},
};

void inspect(const std::string& path) {
    const auto file = lithe::SafetensorsFile::open(path);
    for (const lithe::NamedTensor& tensor : file.tensors()) {
        fmt::print("{} {}[{}]\n", tensor.name, lithe::name(tensor.tensor.dtype),
                   fmt::join(tensor.tensor.shape, ", "));
    }
}

void start_project(const std::string& name) {
    for (const std::string& path : lithe::tool::new_project(name)) fmt::print("wrote {}\n", path);
    fmt::print("{}/README.md tells how to build and run it\n", name);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Compiles neural networks written as C++ Module classes into static libraries."};
    app.set_version_flag("--version", std::string("lithe ") + lithe::version);
    app.require_subcommand(1);
    app.footer("Options of a model's subcommand: lithe compile model.h --class Net --help-model");
    ModelSource model;
    model.work_folder = ".lithe";
    bool help_model = false;
    std::string command, file;
    for (const auto& [name, help] : model_commands) {
        CLI::App* sub = app.add_subcommand(name, help);
        sub->allow_extras();
        sub->add_option("model", model.file, "Header with the model's class")->required();
        sub->add_option("--class", model.class_name, "The class, e.g. Net or my::Net")->required();
        sub->add_option("-I,--include", model.include_folders, "Folder of the model's own headers");
        sub->add_option("--work", model.work_folder, "Folder for generated files")
            ->capture_default_str();
        sub->add_flag("--help-model", help_model, "Print the options that follow the model");
        sub->callback([&command, n = std::string(name)] { command = n; });
    }
    CLI::App* show = app.add_subcommand("inspect", "List the tensors of a safetensors file");
    show->add_option("file", file, "The file")->required();
    show->callback([&command] { command = "inspect"; });
    CLI::App* create = app.add_subcommand("new", "Write a small project: a model and a program");
    create->add_option("name", file, "The project and its folder, e.g. digits")->required();
    create->callback([&command] { command = "new"; });
    try {
        app.parse(argc, argv);
        if (command == "inspect") return inspect(file), 0;
        if (command == "new") return start_project(file), 0;
        std::vector<std::string> rest = app.get_subcommand(command)->remaining();
        if (help_model) rest = {"--help"};
        model.quiet = std::find(rest.begin(), rest.end(), "--quiet") != rest.end();
        std::vector<std::string> words = {lithe::tool::build_model_program(model), command};
        words.insert(words.end(), rest.begin(), rest.end());
        lithe::tool::replace_process(words);
    } catch (const CLI::ParseError& error) {
        return lithe::driver::report_usage(app, error);
    } catch (const std::exception& error) {
        fmt::print(stderr, "error: {}\n", error.what());
        return 1;
    }
}
