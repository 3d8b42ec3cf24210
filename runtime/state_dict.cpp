#include "runtime/state_dict.h"

#include <algorithm>

#include "runtime/error.h"
#include "runtime/nearest.h"
#include "runtime/text.h"

namespace lithe {
namespace {

using artifact::Artifact;
using artifact::Slot;
using artifact::StateKey;

/// `"a", "b"` with the given quotation marks.
std::string list_text(std::span<const std::string> names, std::string_view mark) {
    std::string text;
    for (const std::string& name : names) {
        if (!text.empty()) text.append(", ");
        text.append(mark).append(name).append(mark);
    }
    return text;
}

std::string torch_size(std::span<const int64_t> shape) {
    return concat({"torch.Size(", shape_text(shape), ")"});
}

/// A tensor with one element and one dimension may fill a scalar, as in PyTorch.
bool fits(const ConstTensorView& tensor, const Slot& slot) {
    if (tensor.shape == slot.shape) return true;
    return slot.shape.empty() && tensor.shape.size() == 1 && tensor.shape[0] == 1;
}

/// Entries by name, for finding; the last one of a name counts.
class Index {
public:
    explicit Index(std::span<const NamedTensor> tensors) {
        for (const NamedTensor& tensor : tensors) sorted_.push_back(&tensor);
        std::stable_sort(sorted_.begin(), sorted_.end(),
                         [](const auto* a, const auto* b) { return a->name < b->name; });
    }

    const NamedTensor* find(std::string_view name) const {
        const auto after =
            std::upper_bound(sorted_.begin(), sorted_.end(), name,
                             [](std::string_view n, const auto* entry) { return n < entry->name; });
        return after != sorted_.begin() && (*(after - 1))->name == name ? *(after - 1) : nullptr;
    }

private:
    std::vector<const NamedTensor*> sorted_;
};

class Matcher {
public:
    Matcher(const Artifact& artifact, std::span<const NamedTensor> tensors, MatchOptions options)
        : artifact_(artifact),
          tensors_(tensors),
          options_(options),
          keys_(state_keys(artifact)),
          index_(tensors) {}

    StateMatch run() {
        match_.slots.assign(artifact_.slots.size(), nullptr);
        for (const StateKey& key : keys_) take(key);
        for (const StateKey& key : keys_) note_missing(key);
        note_unexpected();
        throw_errors();
        return std::move(match_);
    }

private:
    void take(const StateKey& key) {
        const NamedTensor* entry = index_.find(key.key);
        if (entry == nullptr) return;
        const Slot& slot = slot_of(key);
        if (is_floating(slot.dtype) && !is_floating(entry->tensor.dtype)) {
            // Of another precision, weights are still weights; whole numbers are something else.
            mismatches_.append(concat({"\n\tdtype mismatch for ", key.key, ": copying a param of ",
                                       name(entry->tensor.dtype),
                                       " from checkpoint, the dtype in current model is ",
                                       name(slot.dtype), "."}));
            return;
        }
        if (fits(entry->tensor, slot)) {
            if (entry->tensor.data == nullptr && size_bytes(entry->tensor) != 0) {
                mismatches_.append(concat({"\n\tno data for ", key.key, ": its pointer is null."}));
                return;
            }
            match_.slots[static_cast<size_t>(key.slot)] = &entry->tensor;
            return;
        }
        mismatches_.append(concat({"\n\tsize mismatch for ", key.key,
                                   ": copying a param with shape ", torch_size(entry->tensor.shape),
                                   " from checkpoint, the shape in current model is ",
                                   torch_size(slot.shape), "."}));
    }

    void note_missing(const StateKey& key) {
        if (index_.find(key.key) != nullptr || slot_of(key).optional) return;
        const bool has_other = match_.slots[static_cast<size_t>(key.slot)] != nullptr;
        if (has_other && options_.one_alias_suffices) return;
        match_.result.missing_keys.push_back(key.key);
    }

    void note_unexpected() {
        std::vector<std::string_view> names;
        for (const StateKey& key : keys_) names.push_back(key.key);
        std::sort(names.begin(), names.end());
        for (const NamedTensor& tensor : tensors_) {
            if (!std::binary_search(names.begin(), names.end(), tensor.name)) {
                match_.result.unexpected_keys.push_back(tensor.name);
            }
        }
    }

    void throw_errors() const {
        std::string lines;
        const LoadResult& result = match_.result;
        if (options_.strict && !result.missing_keys.empty()) {
            lines.append(concat({"\n\tMissing key(s) in state_dict: ",
                                 list_text(result.missing_keys, "\""), ". "}));
        }
        if (options_.strict && !result.unexpected_keys.empty()) {
            lines.append(concat({"\n\tUnexpected key(s) in state_dict: ",
                                 list_text(result.unexpected_keys, "\""), ". ", hint()}));
        }
        lines.append(mismatches_);
        if (lines.empty()) return;
        if (lines.ends_with(' ')) lines.pop_back();
        throw UserError("state_dict.mismatch",
                        concat({"Error(s) in loading state_dict for ",
                                artifact_.modules[0].class_name, ":", lines}));
    }

    std::string hint() const {
        const LoadResult& result = match_.result;
        const std::string hint = key_hint(result.missing_keys, result.unexpected_keys);
        return hint.empty() ? hint : hint + " ";
    }

    const Slot& slot_of(const StateKey& key) const {
        return artifact_.slots[static_cast<size_t>(key.slot)];
    }

    const Artifact& artifact_;
    std::span<const NamedTensor> tensors_;
    MatchOptions options_;
    std::vector<StateKey> keys_;
    Index index_;
    StateMatch match_;
    std::string mismatches_;
};

}  // namespace

const ConstTensorView* StateDict::find(std::string_view name) const {
    const auto at = std::find_if(entries_.begin(), entries_.end(),
                                 [&](const NamedTensor& entry) { return entry.name == name; });
    return at == entries_.end() ? nullptr : &at->tensor;
}

const ConstTensorView& StateDict::operator[](std::string_view name) const {
    if (const ConstTensorView* tensor = find(name)) return *tensor;
    std::vector<std::string_view> known;
    for (const NamedTensor& entry : entries_) known.push_back(entry.name);
    throw UserError("state_dict.unknown_key",
                    concat({"state_dict: no tensor ", quote(name), did_you_mean(name, known)}));
}

std::string LoadResult::text() const {
    if (missing_keys.empty() && unexpected_keys.empty()) return "<All keys matched successfully>";
    return concat({"_IncompatibleKeys(missing_keys=[", list_text(missing_keys, "'"),
                   "], unexpected_keys=[", list_text(unexpected_keys, "'"), "])"});
}

std::vector<StateKey> state_keys(const Artifact& artifact) {
    if (!artifact.state_keys.empty()) return artifact.state_keys;
    std::vector<StateKey> keys;
    for (size_t i = 0; i < artifact.slots.size(); ++i) {
        const Slot& slot = artifact.slots[i];
        if (!slot.persistent) continue;
        keys.push_back({slot.key, static_cast<int32_t>(i)});
        for (const std::string& alias : slot.aliases) {
            keys.push_back({alias, static_cast<int32_t>(i)});
        }
    }
    return keys;
}

StateMatch match_state(const Artifact& artifact, std::span<const NamedTensor> tensors,
                       MatchOptions options) {
    return Matcher(artifact, tensors, options).run();
}

}  // namespace lithe
