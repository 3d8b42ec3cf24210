#include "runtime/cpu.h"

#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe {
namespace {

/// A feature of the target that is missing; empty: none is.
struct Lack {
    std::string_view feature;
    bool is_whole = false;  ///< the target itself
};

#if defined(__x86_64__)

/// Whether the CPU and the system have what the compiler calls `name`; false for unknown names.
bool has_feature(std::string_view name) {
    __builtin_cpu_init();
    // The builtin takes literals only.
#define LITHE_FEATURE(text) \
    if (name == text) return __builtin_cpu_supports(text) != 0
    LITHE_FEATURE("x86-64-v2");
    LITHE_FEATURE("x86-64-v3");
    LITHE_FEATURE("x86-64-v4");
    LITHE_FEATURE("popcnt");
    LITHE_FEATURE("sse4.1");
    LITHE_FEATURE("sse4.2");
    LITHE_FEATURE("avx");
    LITHE_FEATURE("avx2");
    LITHE_FEATURE("fma");
    LITHE_FEATURE("f16c");
    LITHE_FEATURE("bmi");
    LITHE_FEATURE("bmi2");
    LITHE_FEATURE("avx512f");
    LITHE_FEATURE("avx512bw");
    LITHE_FEATURE("avx512cd");
    LITHE_FEATURE("avx512dq");
    LITHE_FEATURE("avx512vl");
    LITHE_FEATURE("avx512vnni");
    LITHE_FEATURE("avx512bf16");
    LITHE_FEATURE("avx512ifma");
    LITHE_FEATURE("avx512vbmi");
    LITHE_FEATURE("avx512vbmi2");
    LITHE_FEATURE("avx512bitalg");
    LITHE_FEATURE("avx512vpopcntdq");
    LITHE_FEATURE("avxvnni");
    LITHE_FEATURE("amx-tile");
    LITHE_FEATURE("amx-int8");
    LITHE_FEATURE("amx-bf16");
#undef LITHE_FEATURE
    return name == "x86-64";
}

#else

bool has_feature(std::string_view name) {
#if defined(__aarch64__)
    return name == "aarch64";
#else
    return name.empty();
#endif
}

#endif

Lack lack_of(std::string_view target) {
    constexpr std::string_view list = "host:";
    if (target.empty()) return {};
    if (!target.starts_with(list)) return {has_feature(target) ? std::string_view() : target, true};
    std::string_view rest = target.substr(list.size());
    while (!rest.empty()) {
        const size_t end = rest.find(',');
        const std::string_view feature = rest.substr(0, end);
        if (!has_feature(feature)) return {feature};
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    return {};
}

}  // namespace

void check_cpu(std::string_view target) {
    const Lack lack = lack_of(target);
    if (lack.feature.empty()) return;
    throw UserError("model.cpu",
                    concat({"model: compiled for ", quote(target), ", but ",
                            lack.is_whole ? "this CPU is none"
                                          : concat({"this CPU has no ", quote(lack.feature)})}));
}

bool runs_on_this_cpu(std::string_view target) { return lack_of(target).feature.empty(); }

}  // namespace lithe
