#include "tools/reflect/compile_flags.h"

#include <algorithm>
#include <string_view>

namespace lithe::reflect {
namespace {

/// Their value is the rest of the flag, or the next one if nothing follows.
constexpr std::string_view with_value[] = {
    "-D", "-I", "-U", "-idirafter", "-imacros", "-include", "-iquote", "-isysroot", "-isystem",
};

constexpr std::string_view by_prefix[] = {
    "--gcc-install-dir=",
    "--gcc-toolchain=",
    "--sysroot=",
    "--target=",
    "-ffile-prefix-map=",
    "-fmacro-prefix-map=",
    "-march=",
    "-mavx",
    "-mbmi",
    "-mf16c",
    "-mfma",
    "-mlzcnt",
    "-mpopcnt",
    "-msse",
    "-std=",
    "-stdlib=",
};

constexpr std::string_view whole[] = {
    "-fchar8_t",   "-fexceptions",  "-fno-exceptions", "-fno-rtti",       "-fopenmp",
    "-frtti",      "-fshort-enums", "-fsigned-char",   "-funsigned-char", "-nostdinc",
    "-nostdinc++", "-pthread",      "-fcoroutines-ts", "-fno-char8_t",    "-m32",
    "-m64",
};

}  // namespace

std::vector<std::string> parsing_flags(const std::vector<std::string>& flags) {
    std::vector<std::string> kept;
    for (size_t i = 0; i < flags.size(); ++i) {
        const std::string_view flag = flags[i];
        const auto starts = [&](std::string_view prefix) { return flag.starts_with(prefix); };
        if (std::ranges::find(with_value, flag) != std::end(with_value)) {
            kept.emplace_back(flag);
            if (i + 1 < flags.size()) kept.push_back(flags[++i]);
        } else if (std::ranges::any_of(with_value, starts) ||
                   std::ranges::any_of(by_prefix, starts) ||
                   std::ranges::find(whole, flag) != std::end(whole)) {
            kept.emplace_back(flag);
        }
    }
    return kept;
}

}  // namespace lithe::reflect
