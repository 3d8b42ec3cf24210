#include "compiler/lower/target.h"

#include <Halide.h>

#include <algorithm>

#include "runtime/error.h"

namespace lithe::lower {
namespace {

struct Level {
    const char* name;
    const char* halide;
    int vector_bytes;
    int register_count;
    int64_t l2_bytes;
};

// Caches are as large as CPUs of the level commonly have them.
constexpr Level levels[] = {
    {"aarch64", "arm-64-linux-arm_dot_prod", 16, 32, 512 << 10},
    {"x86-64-v2", "x86-64-linux-sse41", 16, 16, 512 << 10},
    {"x86-64-v3", "x86-64-linux-avx-avx2-f16c-fma-sse41", 32, 16, 512 << 10},
    {"x86-64-v4", "x86-64-linux-avx-avx2-avx512-avx512_skylake-f16c-fma-sse41", 64, 32, 1 << 20},
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

bool Target::has_multiply_add() const {
    return halide.find("-fma") != std::string::npos || halide.starts_with("arm-64");
}

Target find_target(std::string_view name) {
    if (name == "host") return host();
    for (const Level& level : levels) {
        if (name != level.name) continue;
        Target target;
        target.name = level.name;
        target.halide = level.halide;
        target.vector_bytes = level.vector_bytes;
        target.register_count = level.register_count;
        target.l2_bytes = level.l2_bytes;
        return target;
    }
    std::string known = "host";
    for (const Level& level : levels) known += std::string(", ") + level.name;
    throw UserError("target.unknown",
                    "target: unknown '" + std::string(name) + "'; known are " + known);
}

std::vector<Target> find_targets(std::string_view names) {
    std::vector<Target> targets;
    for (;;) {
        const size_t end = names.find('+');
        targets.push_back(find_target(names.substr(0, end)));
        if (end == std::string_view::npos) break;
        names = names.substr(end + 1);
    }
    // Levels of one architecture are called by ascending numbers.
    std::sort(targets.begin(), targets.end(),
              [](const Target& a, const Target& b) { return a.name > b.name; });
    const auto is_same = [](const Target& a, const Target& b) { return a.name == b.name; };
    targets.erase(std::unique(targets.begin(), targets.end(), is_same), targets.end());
    if (targets.size() > 1 && targets.back().name == "aarch64") {
        throw UserError("target.mixed",
                        "target: one library holds levels of one architecture, not " +
                            targets.front().name + " and aarch64");
    }
    return targets;
}

}  // namespace lithe::lower
