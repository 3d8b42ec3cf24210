#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lithe::lower {

/// The CPU that kernels are compiled for, and what schedules need to know of it.
struct Target {
    std::string name;       ///< `x86-64-v3`, `x86-64-v4`, `host`, `aarch64`
    std::string halide;     ///< Halide's target string, without the flags that lithe adds
    int vector_bytes = 32;  ///< of one register
    int register_count = 16;
    /// A core's second-level cache, and the share of a third that it can count on.
    int64_t l2_bytes = 512 << 10, l3_bytes = 8 << 20;

    /// Lanes of f32 in one register.
    int lanes() const { return vector_bytes / 4; }
    int lanes(int element_bytes) const { return vector_bytes / element_bytes; }
    /// Whether registers are so few that they bind how sums are made.
    bool has_few_registers() const { return register_count < 32; }
    /// Whether it multiplies and adds in one instruction.
    bool has_multiply_add() const;
};

/// Errors: target.unknown with the nearest name.
Target find_target(std::string_view name);

/// Several levels with `+` between them (`x86-64-v3+x86-64-v4`), each once, the most able first.
/// Errors: target.unknown, target.mixed.
std::vector<Target> find_targets(std::string_view names);

}  // namespace lithe::lower
