#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/artifact.h"
#include "runtime/host_tensor.h"

namespace lithe {

class Code;
class Executor;

/// The values of all parameters and buffers, and what `prepare` made of them. Never changed once it
/// is shared: a change is another object, which shares the memory of what is the same.
struct Weights {
    /// Memory and who keeps it: a file, a block of copies.
    struct Value {
        const std::byte* data = nullptr;
        std::shared_ptr<const void> owner;
        bool is_mapped = false;  ///< lies in a mapped file
    };
    std::vector<Value> slots;
    std::vector<Value> prepared;
    /// Which prepared values are older than the buffers that they are made of, or were never made:
    /// those that only plans with hooks read wait until such a plan is run.
    std::vector<bool> stale;
    /// Counts the state_dicts that have been loaded.
    uint64_t load = 0;
};

/// Of prepared values, as AlignedMemory has them: kernels count on it.
inline constexpr size_t prepared_alignment = 64;

/// Whether an address lies within some memory, a mapped file.
bool is_within(std::span<const std::byte> memory, const std::byte* address);

/// Where some prepared values lie in one block of memory, each aligned.
struct PreparedLayout {
    PreparedLayout(const artifact::Artifact& artifact, const std::vector<bool>& is_held);

    std::vector<TensorView> views;  ///< of all, without memory
    std::vector<size_t> offsets;    ///< of those that are held
    size_t size_bytes = 0;
};

/// Runs what of the plan `prepare` the wanted values need, and puts them into `prepared`; the
/// others stay what they are. The memory of mapped slots is given back on the way, so that plain
/// and prepared weights do not add up; what a run reads of them all the same, some rows of a table,
/// comes back then. Errors: those of BoundPlan.
void prepare(const Code& code, Weights& weights, const std::vector<bool>& wanted,
             Executor* executor);

/// For every prepared value, whether the plan of this name reads it.
std::vector<bool> prepared_for(const Code& code, std::string_view plan);

/// For every prepared value, whether it is made of one of these slots.
std::vector<bool> prepared_from(const Code& code, const std::vector<bool>& slots);

}  // namespace lithe
