#include "tools/lithe/toolchain.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "runtime/error.h"

namespace lithe::tool {
namespace {

namespace fs = std::filesystem;

std::vector<char*> arguments_of(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    return arguments;
}

[[noreturn]] void fail_to_start(const std::string& program, int error) {
    throw UserError("tool.start", "lithe: cannot start '" + program + "': " + std::strerror(error));
}

}  // namespace

Toolchain find_toolchain() {
    Toolchain found;
    const fs::path here = fs::canonical("/proc/self/exe").parent_path();
    const fs::path prefix = here.parent_path();
    if (fs::exists(prefix / "include/lithe/lithe.h")) {
        found.include_folders = {prefix / "include", prefix / "include/lithe"};
        found.own_folders = {prefix / "include/lithe"};
        found.header_root = prefix / "include/lithe";
        for (const char* folder :
             {"lib", "lib64", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu"}) {
            if (fs::exists(prefix / folder / "liblithe.so")) found.library_folder = prefix / folder;
        }
    } else {
        found.include_folders = {LITHE_SOURCE_FOLDER, LITHE_SOURCE_FOLDER "/dsl/include",
                                 LITHE_SOURCE_FOLDER "/compiler/include"};
        found.own_folders = {LITHE_SOURCE_FOLDER "/dsl", LITHE_SOURCE_FOLDER "/compiler",
                             LITHE_SOURCE_FOLDER "/runtime"};
        found.header_root = LITHE_SOURCE_FOLDER;
        found.library_folder = LITHE_BINARY_FOLDER;
    }
    found.reflect = here / "lithe-reflect";
    const char* compiler = std::getenv("CXX");
    found.compiler = compiler && *compiler ? compiler : "c++";
    if (found.library_folder.empty() || !fs::exists(found.reflect)) {
        throw UserError(
            "tool.incomplete",
            "lithe: no " +
                std::string(found.library_folder.empty() ? "liblithe.so" : "lithe-reflect") +
                " beside this program in " + here.string());
    }
    return found;
}

int run(const std::vector<std::string>& command) {
    pid_t child = 0;
    const int error = posix_spawnp(&child, command[0].c_str(), nullptr, nullptr,
                                   arguments_of(command).data(), environ);
    if (error != 0) fail_to_start(command[0], error);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void replace_process(const std::vector<std::string>& command) {
    execvp(command[0].c_str(), arguments_of(command).data());
    fail_to_start(command[0], errno);
}

}  // namespace lithe::tool
