#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/dtype.h"

// What the compiler emits beside the kernels: tables that say how a model is run. They travel as
// one byte string inside the object file (and in process), written by compiler/emit and decoded
// here. See docs/artifact.md.
namespace lithe::artifact {

/// An integer expression over the symbols, in postfix order.
struct SizeCode {
    enum class Kind : uint8_t { constant, symbol, add, multiply, floor_div, min, max };
    struct Step {
        Kind kind = Kind::constant;
        int64_t value = 0;  ///< of a constant; index of a symbol
    };
    std::vector<Step> steps;
};

struct Symbol {
    std::string name;
    int64_t min = 1, max = 1, multiple_of = 1;
};

struct Type {
    DType dtype = DType::f32;
    std::vector<SizeCode> shape;
};

/// An input or an output.
struct Port {
    std::string name;
    Type type;
};

/// A parameter or buffer, in state_dict order.
struct Slot {
    std::string key;
    std::vector<std::string> aliases;
    bool is_parameter = true, persistent = true, requires_grad = true;
    DType dtype = DType::f32;
    std::vector<int64_t> shape;
};

/// A module of the tree, root first, in named_modules() order.
struct Module {
    std::string path, class_name, extra;
};

/// One call of a module in forward().
struct ModuleCall {
    int32_t module = 0, parent = -1;
};

/// Where a value of a plan lives.
enum class Space : uint8_t {
    arena,     ///< at `offset` in the session's arena
    input,     ///< the caller's input `index`
    output,    ///< the caller's output `index`
    slot,      ///< parameter or buffer `index`
    prepared,  ///< result `index` of the prepare plan
    constant,  ///< at `offset` in the artifact's constants
};

struct PlanValue {
    Type type;
    Space space = Space::arena;
    int32_t index = 0;
    int64_t offset = 0;  ///< in bytes; within what `space` and `index` name
    /// In elements, outermost first; empty when dense. A part of a larger buffer has its strides.
    std::vector<SizeCode> strides;
};

/// One step: a kernel's call, or a mark where hooks may run, or a bracket of a loop.
struct Step {
    enum class Kind : uint8_t {
        kernel,         ///< kernels[index](values..., symbols...)
        module_input,   ///< call `index` receives `values`
        module_output,  ///< call `index` has given `values`
        loop_begin,     ///< run up to the matching loop_end `count` times (loops nest)
        loop_end,
        copy,  ///< values[1] = values[0], both of one type
    };
    Kind kind = Kind::kernel;
    int32_t index = 0;
    std::vector<int32_t> values;   ///< into Plan::values: kernel inputs, then outputs
    std::vector<int32_t> symbols;  ///< passed as int32 scalars after the values
    SizeCode count;                ///< of loop_begin
    /// For loops: bytes added to the offset of value values[i] after every round.
    std::vector<int64_t> advance;
};

/// An order of steps and the memory that they need.
struct Plan {
    std::string name;  ///< `forward`, `forward_hooks`, `forward_train`, `prepare`
    int64_t arena_bytes = 0, arena_lower_bound_bytes = 0;
    std::vector<PlanValue> values;
    std::vector<Step> steps;
    std::vector<int32_t> outputs;         ///< values, in the order of Artifact::outputs
    std::vector<int32_t> buffer_updates;  ///< pairs: slot index, value
};

struct Artifact {
    std::string name;
    std::string target;  ///< `x86-64-v4`; checked against the CPU at load
    std::vector<Symbol> symbols;
    std::vector<Port> inputs, outputs;
    std::vector<Slot> slots;
    std::vector<Module> modules;
    std::vector<ModuleCall> calls;
    std::vector<Type> prepared;  ///< results of the prepare plan; static
    std::vector<std::byte> constants;
    std::vector<std::string> kernels;  ///< names, for listings
    std::vector<Plan> plans;
};

}  // namespace lithe::artifact

/// How generated code calls back into the runtime for parallel loops; renamed from Halide's.
extern "C" {
using lithe_task = int (*)(void* context, int index, uint8_t* closure);
/// A kernel: pointers to its arguments: the context pointer, then buffers, then int32 sizes.
using lithe_kernel = int (*)(void** arguments);

/// What the emitted object exports as `<model>_artifact`: constant data, no initialiser.
struct lithe_artifact {
    uint64_t magic;  ///< lithe_artifact_magic
    uint64_t size_bytes;
    const unsigned char* bytes;  ///< the encoded Artifact
    uint64_t kernel_count;
    const lithe_kernel* kernels;
    const void* reserved[4];
};
}
inline constexpr uint64_t lithe_artifact_magic = 0x31306568'74696cull;  // "lithe01"
