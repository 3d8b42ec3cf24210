#include "compiler/lower/target.h"

#include <Halide.h>

#include <cctype>

#include "runtime/error.h"

namespace lithe::lower {
namespace {

struct Level {
    const char* name;
    const char* halide;
    int vector_bytes;
    int register_count;
};

constexpr Level levels[] = {
    {"aarch64", "arm-64-linux-arm_dot_prod", 16, 32},
    {"x86-64-v2", "x86-64-linux-sse41", 16, 16},
    {"x86-64-v3", "x86-64-linux-avx-avx2-f16c-fma-sse41", 32, 16},
    {"x86-64-v4", "x86-64-linux-avx-avx2-avx512-avx512_skylake-f16c-fma-sse41", 64, 32},
};

Target host() {
    const Halide::Target host = Halide::get_host_target();
    const bool is_v4 = host.has_feature(Halide::Target::AVX512_Skylake) ||
                       host.has_feature(Halide::Target::AVX512_Cannonlake) ||
                       host.has_feature(Halide::Target::AVX512_Zen4);
    Target target = find_target(is_v4 ? "x86-64-v4" : "x86-64-v3");
    if (host.arch == Halide::Target::ARM) target = find_target("aarch64");
    return target;
}

}  // namespace

Target find_target(std::string_view name) {
    if (name == "host") return host();
    for (const Level& level : levels) {
        if (name != level.name) continue;
        Target target;
        target.name = level.name;
        target.halide = level.halide;
        target.vector_bytes = level.vector_bytes;
        target.register_count = level.register_count;
        return target;
    }
    std::string known = "host";
    for (const Level& level : levels) known += std::string(", ") + level.name;
    throw UserError("target.unknown",
                    "target: unknown '" + std::string(name) + "'; known are " + known);
}

}  // namespace lithe::lower
