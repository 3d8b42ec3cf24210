#include "dsl/warning.h"

#include <cstdio>
#include <mutex>
#include <utility>

namespace lithe {
namespace {

struct Channel {
    std::mutex mutex;
    WarningHandler handler;
};

Channel& channel() {
    static Channel instance;
    return instance;
}

}  // namespace

void warn(const std::string& text) {
    WarningHandler handler;
    {
        const std::lock_guard lock(channel().mutex);
        handler = channel().handler;
    }
    if (handler) {
        handler(text);
    } else {
        std::fprintf(stderr, "warning: %s\n", text.c_str());
    }
}

WarningHandler set_warning_handler(WarningHandler handler) {
    const std::lock_guard lock(channel().mutex);
    return std::exchange(channel().handler, std::move(handler));
}

}  // namespace lithe
