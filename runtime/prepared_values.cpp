#include "runtime/prepared_values.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "runtime/file.h"
#include "runtime/text.h"

namespace lithe {
namespace {

/// Behind the values, which kernels may touch (see AlignedMemory).
constexpr size_t margin_bytes = 64;
/// Of the weights, what tells them from others: so many places of a tensor, of so many bytes. All
/// of them would take as long as preparing does.
constexpr size_t sample_count = 4, sample_bytes = 64;

/// FNV-1a over numbers of eight bytes.
uint64_t hashed(uint64_t hash, std::span<const std::byte> bytes) {
    for (size_t at = 0; at < bytes.size(); at += sizeof(uint64_t)) {
        uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, std::min(sizeof(word), bytes.size() - at));
        hash = (hash ^ word) * 0x100000001b3u;
        hash ^= hash >> 32;
    }
    return hash;
}

uint64_t hashed_samples(uint64_t hash, std::span<const std::byte> bytes) {
    if (bytes.size() <= sample_count * sample_bytes) return hashed(hash, bytes);
    const size_t last = bytes.size() - sample_bytes;
    for (size_t i = 0; i < sample_count; ++i) {
        hash = hashed(hash, bytes.subspan(last / (sample_count - 1) * i, sample_bytes));
    }
    return hash;
}

std::string key_for(const Code& code, const Weights& weights) {
    uint64_t hash = hashed(0xcbf29ce484222325u, code.encoded());
    const std::vector<artifact::Slot>& slots = code.artifact().slots;
    for (size_t i = 0; i < slots.size(); ++i) {
        if (!slots[i].persistent) continue;
        const std::span bytes(weights.slots[i].data,
                              static_cast<size_t>(size_bytes(slots[i].dtype, slots[i].shape)));
        hash = hashed_samples(hash, bytes);
        if (weights.slots[i].is_mapped) release_pages(bytes);
    }
    return concat({prepared_prefix, decimal(static_cast<int64_t>(hash >> 1))});
}

/// Where a tensor of a mapped file may be used as it is; else null.
const std::byte* usable(const ConstTensorView& tensor, std::span<const std::byte> mapping,
                        size_t size) {
    const auto* data = tensor.as<std::byte>();
    if (!is_within(mapping, data) || reinterpret_cast<uintptr_t>(data) % prepared_alignment != 0)
        return nullptr;
    const auto behind = static_cast<size_t>(mapping.data() + mapping.size() - data);
    const bool has_all = static_cast<size_t>(size_bytes(tensor)) == size;
    return has_all && behind >= size + margin_bytes ? data : nullptr;
}

}  // namespace

std::vector<bool> prepared_in_files(const Code& code) {
    const artifact::Artifact& artifact = code.artifact();
    std::vector<bool> is_elsewhere(artifact.slots.size());  // not in every state_dict
    for (size_t i = 0; i < is_elsewhere.size(); ++i)
        is_elsewhere[i] = !artifact.slots[i].persistent || artifact.slots[i].optional;
    const std::vector<bool> left_out = prepared_from(code, is_elsewhere);
    std::vector<bool> result = prepared_for(code, "forward");
    for (size_t i = 0; i < result.size(); ++i) {
        const bool is_number = is_floating(artifact.prepared[i].dtype);
        result[i] = result[i] && is_number && !left_out[i];
    }
    return result;
}

PreparedTensor prepared_tensor(const Code& code, const Weights& weights) {
    const std::vector<bool> is_held = prepared_in_files(code);
    const PreparedLayout layout(code.artifact(), is_held);
    HostTensor values(DType::f64, {static_cast<int64_t>(layout.size_bytes / sizeof(double))});
    auto* memory = reinterpret_cast<std::byte*>(values.data<double>());
    if (layout.size_bytes > 0) std::memset(memory, 0, layout.size_bytes);
    for (size_t i = 0; i < is_held.size(); ++i) {
        const auto size = static_cast<size_t>(size_bytes(layout.views[i]));
        if (is_held[i] && size > 0)
            std::memcpy(memory + layout.offsets[i], weights.prepared[i].data, size);
    }
    return {key_for(code, weights), std::move(values)};
}

void take_prepared(const Code& code, const StateDict& file, Weights& weights,
                   std::vector<bool>& wanted) {
    if (file.prepared().empty()) return;
    const std::string key = key_for(code, weights);
    const auto found = std::find_if(file.prepared().begin(), file.prepared().end(),
                                    [&](const NamedTensor& tensor) { return tensor.name == key; });
    if (found == file.prepared().end()) return;
    const std::vector<bool> is_held = prepared_in_files(code);
    const PreparedLayout layout(code.artifact(), is_held);
    const std::byte* memory = usable(found->tensor, file.mapping(), layout.size_bytes);
    if (memory == nullptr) return;
    for (size_t i = 0; i < is_held.size(); ++i) {
        if (!is_held[i]) continue;
        weights.prepared[i] = {memory + layout.offsets[i], file.owner(), true};
        weights.stale[i] = wanted[i] = false;
    }
}

}  // namespace lithe
