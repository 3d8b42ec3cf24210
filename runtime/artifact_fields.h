#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include "runtime/artifact.h"

// The fields of every table in the order in which they travel: one list for both directions, so
// that writer and reader cannot differ.
namespace lithe::artifact {

inline constexpr uint32_t format_tag = 0x4C48544C;  // "LTHL"
/// Raise it with every change of a field below.
inline constexpr uint32_t format_version = 4;

/// An encoded artifact begins with tag and version (4 bytes each), the bytes of the tables and
/// those of the constants (8 each), little-endian. The tables follow, then zeros up to the next
/// multiple of 64, then the constants.
inline constexpr uint64_t header_bytes = 24;
inline constexpr uint64_t constants_alignment = 64;

/// The largest enumerator, for the reader's check.
constexpr uint8_t last_of(SizeCode::Kind) { return static_cast<uint8_t>(SizeCode::Kind::max); }
constexpr uint8_t last_of(Space) { return static_cast<uint8_t>(Space::random); }
constexpr uint8_t last_of(Step::Kind) { return static_cast<uint8_t>(Step::Kind::loop_exit); }
constexpr uint8_t last_of(DType) { return dtype_count - 1; }

template <typename T, typename Row>
concept Of = std::same_as<std::remove_const_t<T>, Row>;

template <typename Visit, Of<SizeCode::Step> T>
void fields(Visit& visit, T& row) {
    visit(row.kind, row.value);
}

template <typename Visit, Of<SizeCode> T>
void fields(Visit& visit, T& row) {
    visit(row.steps);
}

template <typename Visit, Of<Symbol> T>
void fields(Visit& visit, T& row) {
    visit(row.name, row.min, row.max, row.multiple_of);
}

template <typename Visit, Of<Type> T>
void fields(Visit& visit, T& row) {
    visit(row.dtype, row.shape);
}

template <typename Visit, Of<Port> T>
void fields(Visit& visit, T& row) {
    visit(row.name, row.type);
}

template <typename Visit, Of<Slot> T>
void fields(Visit& visit, T& row) {
    visit(row.key, row.aliases, row.is_parameter, row.persistent, row.requires_grad, row.dtype,
          row.shape, row.optional, row.initial_offset);
}

template <typename Visit, Of<StateKey> T>
void fields(Visit& visit, T& row) {
    visit(row.key, row.slot);
}

template <typename Visit, Of<Module> T>
void fields(Visit& visit, T& row) {
    visit(row.path, row.class_name, row.extra, row.aliases);
}

template <typename Visit, Of<ModuleCall> T>
void fields(Visit& visit, T& row) {
    visit(row.module, row.parent);
}

template <typename Visit, Of<PlanValue> T>
void fields(Visit& visit, T& row) {
    visit(row.type, row.space, row.index, row.offset, row.symbolic_offset, row.strides);
}

template <typename Visit, Of<Step> T>
void fields(Visit& visit, T& row) {
    visit(row.kind, row.index, row.values, row.output_count, row.symbols, row.count, row.advance,
          row.starts, row.start_offsets, row.moves, row.row_blocks);
}

template <typename Visit, Of<Plan> T>
void fields(Visit& visit, T& row) {
    visit(row.name, row.arena_bytes, row.arena_lower_bound_bytes, row.values, row.steps,
          row.outputs, row.buffer_updates);
}

/// All but the constants.
template <typename Visit, Of<Artifact> T>
void fields(Visit& visit, T& row) {
    visit(row.name, row.target, row.symbols, row.inputs, row.outputs, row.slots, row.state_keys,
          row.modules, row.calls, row.prepared, row.kernels, row.plans);
}

}  // namespace lithe::artifact
