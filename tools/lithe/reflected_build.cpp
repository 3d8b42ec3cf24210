#include "tools/lithe/reflected_build.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <thread>

#include "runtime/error.h"
#include "tools/lithe/toolchain.h"

namespace lithe::tool {
namespace {

void check(int status, const std::vector<std::string>& command, const std::string& what) {
    if (status == 0) return;
    throw UserError("tool.build", fmt::format("lithe: {} failed (exit status {}): {}", what, status,
                                              fmt::join(command, " ")));
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

/// The compiler while it runs.
class Compiler {
public:
    explicit Compiler(const ReflectedBuild& build) : build_(build) {
        std::vector<std::string> command = build.compile;
        if (isatty(STDERR_FILENO)) command.emplace_back("-fdiagnostics-color=always");
        process_ = start(command, build.messages);
    }

    bool has_ended() {
        if (!has_ended_) has_ended_ = poll(process_, status_);
        return has_ended_;
    }

    /// Its exit status; prints what it said.
    int finish() {
        while (!has_ended()) pause();
        std::fputs(content_of(build_.messages).c_str(), stderr);
        return status_;
    }

    /// Hands it the registrations when it asks for them.
    void feed(const std::string& text) {
        int pipe = -1;
        while (pipe < 0 && !has_ended()) {
            pipe = open(build_.registrations.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
            if (pipe < 0) pause();
        }
        for (size_t done = 0; done < text.size() && !has_ended();) {
            const ssize_t count = write(pipe, text.data() + done, text.size() - done);
            if (count > 0) done += static_cast<size_t>(count);
            if (count <= 0) pause();
        }
        if (pipe >= 0) close(pipe);
    }

    /// Ends it without the registrations: nobody may be left waiting at the pipe, which nobody else
    /// can come to from now on.
    void stop() {
        const std::string other = build_.registrations + ".end";
        rename(build_.registrations.c_str(), other.c_str());
        const int pipe = open(other.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        kill(process_, SIGTERM);
        while (!has_ended()) pause();
        if (pipe >= 0) close(pipe);
        unlink(other.c_str());
    }

private:
    const ReflectedBuild& build_;
    pid_t process_ = 0;
    int status_ = 0;
    bool has_ended_ = false;
};

void run_in_turn(const ReflectedBuild& build) {
    check(run(build.reflect), build.reflect, "lithe-reflect");
    rename(build.written.c_str(), build.registrations.c_str());
    check(run(build.compile), build.compile, "compiling the model");
}

}  // namespace

void run_reflected(const ReflectedBuild& build) {
    unlink(build.registrations.c_str());
    const bool has_pipe = mkfifo(build.registrations.c_str(), 0600) == 0;
    if (!has_pipe) return run_in_turn(build);
    signal(SIGPIPE, SIG_IGN);  // the compiler may end before it has read all

    Compiler compiler(build);
    const int status = run(build.reflect);
    if (status != 0) compiler.stop();
    check(status, build.reflect, "lithe-reflect");
    compiler.feed(content_of(build.written));
    const int compiled = compiler.finish();
    // In the place of the pipe, for who looks there and for the next time.
    unlink(build.registrations.c_str());
    rename(build.written.c_str(), build.registrations.c_str());
    check(compiled, build.compile, "compiling the model");
}

}  // namespace lithe::tool
