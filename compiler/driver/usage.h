#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "runtime/error.h"
#include "runtime/nearest.h"

namespace lithe::driver {

/// The mistake in a command line as an error of lithe's: what was not understood, and the nearest
/// name. Ids: tool.option, tool.command, tool.arguments.
inline UserError usage_error(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App* at = &app;
    std::string path = "lithe";
    while (!at->get_subcommands().empty()) {
        at = at->get_subcommands()[0];
        path += " " + at->get_name();
    }
    std::vector<std::string> names;
    for (const CLI::App* command : at->get_subcommands({})) names.push_back(command->get_name());
    const bool has_commands = !names.empty();
    // Words that another program understands are no mistakes here.
    const bool takes_others = at->get_allow_extras();
    if (!has_commands) {
        for (const CLI::Option* option : at->get_options()) {
            for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
        }
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (const std::string& word : at->remaining()) {
        const bool is_option = word.starts_with('-');
        if (is_option == has_commands || takes_others) continue;
        return {has_commands ? "tool.command" : "tool.option",
                path + ": no " + (has_commands ? "command" : "option") + " '" + word + "'" +
                    did_you_mean(word, known)};
    }
    std::string text = error.what();
    if (!text.empty()) text[0] = static_cast<char>(std::tolower(text[0]));
    return {"tool.arguments", path + ": " + text};
}

/// Prints what stops a command line from being carried out; gives the exit status: 2 for a mistake,
/// 0 for --help and --version.
inline int report_usage(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::fprintf(stderr, "error: %s\n", usage_error(app, error).what());
    return 2;
}

}  // namespace lithe::driver
