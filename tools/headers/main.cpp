// Writes the hash of lithe's headers as a source file, for what the build makes of them.
// usage: lithe-headers ROOT FILE.cpp
#include <cstdio>
#include <fstream>

#include "compiler/driver/headers.h"

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s ROOT FILE.cpp\n", argv[0]);
        return 2;
    }
    std::ofstream file(argv[2]);
    file << "#include \"compiler/driver/headers.h\"\n\n"
            "const char* const lithe::driver::built_headers_hash = \""
         << lithe::driver::headers_hash(argv[1]) << "\";\n";
    return file.flush() ? 0 : 1;
}
