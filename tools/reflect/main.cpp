// lithe-reflect: makes the members of Module classes known without a macro, and warns of the
// classic mistakes. See README.md in this folder.

#include <fstream>
#include <iostream>

#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "clang/Tooling/Tooling.h"
#include "compiler/driver/headers.h"
#include "llvm/Support/CommandLine.h"
#include "tools/reflect/action.h"
#include "tools/reflect/author_errors.h"
#include "tools/reflect/clang_path.h"
#include "tools/reflect/compile_flags.h"

namespace {

using namespace lithe::reflect;
namespace cl = llvm::cl;

cl::OptionCategory category("lithe-reflect options");
cl::opt<std::string> input(cl::Positional, cl::Required, cl::desc("INPUT.cpp [-- compiler flags]"),
                           cl::cat(category));
cl::opt<std::string> output("o", cl::Required, cl::value_desc("file"),
                            cl::desc("Where the registrations go"), cl::cat(category));
cl::opt<std::string> depfile("depfile", cl::value_desc("file"),
                             cl::desc("Write what the output depends on, as make rules"),
                             cl::cat(category));
cl::opt<std::string> flags_file("flags-file", cl::value_desc("file"),
                                cl::desc("More compiler flags, one a line"), cl::cat(category));
cl::list<std::string> skip_path("skip-path", cl::value_desc("prefix"),
                                cl::desc("Neither register nor check what is declared below it"),
                                cl::cat(category));
cl::list<std::string> disable("disable", cl::value_desc("id"),
                              cl::desc("Do not give the warning with this id"), cl::cat(category));
cl::opt<std::string> fixed("fixed", cl::value_desc("file"),
                           cl::desc("Write the source here with all fix-its applied"),
                           cl::cat(category));
cl::opt<std::string> headers("headers", cl::value_desc("hash"),
                             cl::desc("Fail unless this program was built from headers of it"),
                             cl::cat(category));
cl::opt<bool> werror("werror", cl::desc("Treat warnings as errors"), cl::cat(category));

std::vector<std::string> read_lines(const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        std::cerr << "error: cannot read '" << path << "' [reflect.input]\n";
        std::exit(1);
    }
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty()) lines.push_back(line);
    }
    return lines;
}

/// What clang is asked to do; `flags` are the compiler's of the real build.
std::vector<std::string> command_line(const std::vector<std::string>& flags) {
    // From its own path clang finds its headers, and the newest g++ on the machine.
    std::vector<std::string> line = {clang_path(), "-fsyntax-only", "-std=c++20"};
    for (const std::string& flag : parsing_flags(flags)) line.push_back(flag);
    line.insert(line.end(), {"-x", "c++", input});
    return line;
}

}  // namespace

int main(int argc, const char** argv) {
    const char** const end = argv + argc;
    const char** const dashes = std::find(argv, end, llvm::StringRef("--"));
    cl::HideUnrelatedOptions(category);
    cl::ParseCommandLineOptions(static_cast<int>(dashes - argv), argv,
                                "Registers the members of lithe Module classes\n");
    if (!headers.empty() && headers != lithe::driver::built_headers_hash) {
        std::cerr << "error: " << lithe::driver::other_headers("lithe-reflect", headers)
                  << " [reflect.headers]\n";
        return 1;
    }
    std::vector<std::string> flags;
    if (!flags_file.empty()) flags = read_lines(flags_file);
    if (dashes != end) flags.insert(flags.end(), dashes + 1, end);

    const ReflectOptions options = {
        .output = output,
        .depfile = depfile,
        .skipped_prefixes = {skip_path.begin(), skip_path.end()},
        .reporter = {.warnings_are_errors = werror,
                     .disabled = {disable.begin(), disable.end()},
                     .fixed = fixed},
    };
    const auto files = llvm::makeIntrusiveRefCnt<clang::FileManager>(clang::FileSystemOptions());
    const auto print_options = llvm::makeIntrusiveRefCnt<clang::DiagnosticOptions>();
    print_options->SnippetLineLimit = 4;  // a fix-it may be at the end of a class
    AuthorErrors errors(
        std::make_unique<clang::TextDiagnosticPrinter>(llvm::errs(), print_options.get()),
        {skip_path.begin(), skip_path.end()});
    clang::tooling::ToolInvocation invocation(command_line(flags), make_action(options),
                                              files.get());
    invocation.setDiagnosticConsumer(&errors);
    invocation.setDiagnosticOptions(print_options.get());
    return invocation.run() ? 0 : 1;
}
