#include "tools/reflect/clang_path.h"

#include <dlfcn.h>

#include "clang/Basic/Version.inc"
#include "clang/Driver/Driver.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace lithe::reflect {

std::string clang_path() {
    Dl_info library = {};
    const auto a_function = &clang::driver::Driver::GetResourcesPath;
    dladdr(reinterpret_cast<const void*>(a_function), &library);
    llvm::SmallString<128> folder(library.dli_fname ? library.dli_fname : "");
    llvm::sys::path::remove_filename(folder);
    // Debian links `lib/<machine>/libclang-cpp.so` to `lib/llvm-19/lib`, which has the headers.
    for (const char* lib : {".", "../llvm-" CLANG_VERSION_MAJOR_STRING "/lib"}) {
        llvm::SmallString<128> headers(folder);
        llvm::sys::path::append(headers, lib, "clang", CLANG_VERSION_MAJOR_STRING);
        if (!llvm::sys::fs::exists(headers)) continue;
        llvm::sys::path::append(folder, lib, "../bin/clang++");
        break;
    }
    llvm::sys::path::remove_dots(folder, /*remove_dot_dot=*/true);
    return std::string(folder);
}

}  // namespace lithe::reflect
