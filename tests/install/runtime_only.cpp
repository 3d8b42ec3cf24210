// Links the static runtime alone, as a program that runs a compiled model does.
#include <cstdio>
#include <cstring>

#include "runtime/error.h"
#include "runtime/version.h"

int main() {
    try {
        throw lithe::UserError("install.example", "install: an error crosses the library");
    } catch (const lithe::Error& error) {
        if (std::strcmp(error.what(), "install: an error crosses the library [install.example]") ==
            0) {
            std::printf("lithe %s\n", lithe::version);
            return 0;
        }
        std::printf("unexpected message: %s\n", error.what());
    }
    return 1;
}
