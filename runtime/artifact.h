#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/dtype.h"

// What the compiler emits beside the kernels: tables that say how a model is run. They travel as
// one byte string inside the object file (and in process), written by compiler/emit and decoded
// here.
namespace lithe::artifact {

/// An integer expression over the symbols, in postfix order. Without steps it is 0.
struct SizeCode {
    enum class Kind : uint8_t { constant, symbol, add, multiply, floor_div, min, max };
    struct Step {
        Kind kind = Kind::constant;
        int64_t value = 0;  ///< of a constant; index of a symbol

        bool operator==(const Step&) const = default;
    };
    std::vector<Step> steps;

    bool operator==(const SizeCode&) const = default;
};

struct Symbol {
    std::string name;
    int64_t min = 1, max = 1, multiple_of = 1;

    bool operator==(const Symbol&) const = default;
};

struct Type {
    DType dtype = DType::f32;
    std::vector<SizeCode> shape;

    bool operator==(const Type&) const = default;
};

/// An input or an output. Every symbol is the only unknown of a size of some input.
struct Port {
    std::string name;
    Type type;

    bool operator==(const Port&) const = default;
};

/// A parameter or buffer. Parameters alone, buffers alone: in the order of named_parameters() and
/// named_buffers().
struct Slot {
    std::string key;
    std::vector<std::string> aliases;
    bool is_parameter = true, persistent = true, requires_grad = true;
    DType dtype = DType::f32;
    std::vector<int64_t> shape;
    /// A state_dict may lack it, also a strict one: num_batches_tracked of a batch norm. It then
    /// keeps its value.
    bool optional = false;
    /// Where its value at compile time is in Artifact::constants, for a buffer that is not in the
    /// state_dict or optional there; -1: zeros.
    int64_t initial_offset = -1;

    bool operator==(const Slot&) const = default;
};

/// A name in the state_dict, aliases at their own place.
struct StateKey {
    std::string key;
    int32_t slot = 0;

    bool operator==(const StateKey&) const = default;
};

/// A module of the tree, root first, in named_modules() order.
struct Module {
    std::string path, class_name, extra;
    std::vector<std::string> aliases;  ///< further paths of a module that is shared

    bool operator==(const Module&) const = default;
};

/// One call of a module in forward().
struct ModuleCall {
    int32_t module = 0, parent = -1;

    bool operator==(const ModuleCall&) const = default;
};

/// Where a value of a plan lives.
enum class Space : uint8_t {
    arena,     ///< at `offset` in the session's arena
    input,     ///< the caller's input `index`
    output,    ///< the caller's output `index`
    slot,      ///< parameter or buffer `index`
    prepared,  ///< result `index` of the prepare plan
    constant,  ///< at `offset` in the artifact's constants
    random,    ///< i64[2]: the session's seed and how often it has run before
};

struct PlanValue {
    Type type;
    Space space = Space::arena;
    int32_t index = 0;
    int64_t offset = 0;  ///< in bytes; within what `space` and `index` name
    /// Bytes to add to `offset`, where a view begins at a place that depends on the sizes.
    SizeCode symbolic_offset;
    /// In elements, outermost first; empty when dense. A part of a larger buffer has its strides.
    std::vector<SizeCode> strides;

    bool operator==(const PlanValue&) const = default;
};

/// One step: a kernel's call, or a mark where hooks may run, or a bracket of a loop. A branch is a
/// loop of one round that is left at once where its condition does not hold.
///
/// The values of a mark are dense and lie in the arena or in an output, for a hook may write them:
/// where a value is used elsewhere too, or lies elsewhere, the compiler puts a copy before the
/// mark.
struct Step {
    enum class Kind : uint8_t {
        kernel,        ///< kernels[index](symbols..., values...)
        module_input,  ///< call `index` receives `values`
        /// call `index` has given `values`: its inputs, if the plan keeps them, then its outputs
        module_output,
        loop_begin,  ///< run up to the matching loop_end `count` times (loops nest)
        loop_end,
        copy,  ///< values[1] = values[0], both of one type
        /// leave the innermost loop if the one bool of values[0] is `index` (0 or 1); the round
        /// that it ends does not count
        loop_exit,
    };
    Kind kind = Kind::kernel;
    int32_t index = 0;
    std::vector<int32_t> values;   ///< into Plan::values: kernel inputs, then outputs
    int32_t output_count = 1;      ///< of kernel, module_output: how many of `values` are outputs
    std::vector<int32_t> symbols;  ///< passed as int32 scalars before the values
    SizeCode count;                ///< of loop_begin
    /// Of loop_begin: bytes added to the offset of value values[i] after every round. The offsets
    /// are as before when the loop has ended.
    std::vector<SizeCode> advance;
    /// Of loop_begin: pairs (value, source). As the loop begins, the value is put where its source
    /// is then, start_offsets[i] bytes further on. Dense, and within the source in every round.
    std::vector<int32_t> starts;
    std::vector<SizeCode> start_offsets;
    /// Of loop_begin: pairs (value, source). After every whole round, also the last, each value is
    /// put where its source was in that round, all at once: so carried values change places
    /// without a copy. Dense, a value no larger than its source, and in no `advance`.
    std::vector<int32_t> moves;
    /// Of loop_begin: not 0 where the loop is kernels alone whose tasks are blocks of rows, so many
    /// of each innermost, and each reads and writes its own block of what the rounds make. Then a
    /// thread may take blocks of its own through all rounds without waiting for others.
    int32_t row_blocks = 0;

    bool operator==(const Step&) const = default;
};

/// An order of steps and the memory that they need.
struct Plan {
    std::string name;  ///< `forward`, `forward_hooks`, `forward_train`, `prepare`
    int64_t arena_bytes = 0, arena_lower_bound_bytes = 0;
    std::vector<PlanValue> values;
    std::vector<Step> steps;
    /// Values, in the order of Artifact::outputs; of `prepare`: of Artifact::prepared. One that is
    /// not in its output's space is copied there at the end.
    std::vector<int32_t> outputs;
    std::vector<int32_t> buffer_updates;  ///< pairs: slot index, value

    bool operator==(const Plan&) const = default;
};

struct Artifact {
    std::string name;
    std::string target;  ///< `x86-64-v4`; checked against the CPU at load
    std::vector<Symbol> symbols;
    std::vector<Port> inputs, outputs;
    std::vector<Slot> slots;
    /// In state_dict order. Empty: the slots that are persistent, each followed by its aliases.
    std::vector<StateKey> state_keys;
    std::vector<Module> modules;
    std::vector<ModuleCall> calls;
    std::vector<Type> prepared;  ///< results of the prepare plan; static
    std::vector<std::byte> constants;
    std::vector<std::string> kernels;  ///< names, for listings
    std::vector<Plan> plans;

    bool operator==(const Artifact&) const = default;
};

/// The inverse of encode (artifact_encode.h). Errors: artifact.format, artifact.version,
/// artifact.truncated, artifact.invalid.
Artifact decode(std::span<const std::byte> bytes);

/// The constants of an encoded artifact where they are: 64-byte aligned where `bytes` is. `tables`
/// gets everything else. Errors: those of decode.
std::span<const std::byte> decode_in_place(std::span<const std::byte> bytes, Artifact& tables);

/// Checks that every index, offset and count in the tables is within range, so that running them
/// reads and writes only what is theirs. Errors: artifact.invalid.
void check(const Artifact& artifact);
/// The same where the constants were decoded in place.
void check(const Artifact& tables, size_t constants_bytes);

}  // namespace lithe::artifact

/// How generated code calls back into the runtime for parallel loops; renamed from Halide's.
extern "C" {
using lithe_task = int (*)(void* context, int index, uint8_t* closure);
/// A kernel: pointers to its arguments: the context pointer, then int32 sizes, then buffers.
using lithe_kernel = int (*)(void** arguments);

/// What the emitted object exports as `<model>_artifact`: constant data, no initialiser.
struct lithe_artifact {
    uint64_t magic;  ///< lithe_artifact_magic
    uint64_t size_bytes;
    const unsigned char* bytes;  ///< the encoded Artifact, 64-byte aligned
    uint64_t kernel_count;
    const lithe_kernel* kernels;
    /// The same model for a CPU that has less, taken where this one cannot run; null: none.
    const lithe_artifact* next;
    const void* reserved[3];
};
}
inline constexpr uint64_t lithe_artifact_magic = 0x31306568'74696cull;  // "lithe01"
