#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/artifact.h"
#include "runtime/tensor_view.h"

namespace lithe {

/// Named tensors in an order that means something; keeps their memory.
class StateDict {
public:
    StateDict() = default;
    /// `mapping`: the mapped file that tensors may lie in. `prepared`: of prepared_values.h.
    StateDict(std::vector<NamedTensor> entries, std::shared_ptr<const void> owner,
              std::span<const std::byte> mapping = {}, std::vector<NamedTensor> prepared = {})
        : entries_(std::move(entries)),
          owner_(std::move(owner)),
          mapping_(mapping),
          prepared_(std::move(prepared)) {}

    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }
    size_t size() const { return entries_.size(); }
    const std::vector<NamedTensor>& entries() const { return entries_; }
    const std::shared_ptr<const void>& owner() const { return owner_; }
    std::span<const std::byte> mapping() const { return mapping_; }
    /// What a file holds beside the state_dict, for the code that wrote it.
    const std::vector<NamedTensor>& prepared() const { return prepared_; }

    /// Null where there is no such name.
    const ConstTensorView* find(std::string_view name) const;
    /// Errors: state_dict.unknown_key with the nearest name.
    const ConstTensorView& operator[](std::string_view name) const;

private:
    std::vector<NamedTensor> entries_;
    std::shared_ptr<const void> owner_;
    std::span<const std::byte> mapping_;
    std::vector<NamedTensor> prepared_;
};

/// Reads a file of weights, safetensors or what torch.save writes of a state_dict; tensors that
/// need no conversion stay in the mapped file. Errors: those of the formats' readers.
StateDict open_state_dict(const std::string& path);

/// Begins the name of a tensor that a file has beside the state_dict: what `prepare` made of it.
inline constexpr std::string_view prepared_prefix = "lithe:prepared:";

struct LoadOptions {
    /// Missing and unexpected keys are errors.
    bool strict = true;
};

struct SaveOptions {
    /// Also what `prepare` makes of the weights, about as much again: a program that loads the file
    /// with the same compiled code need not make it. Other readers see a further tensor, whose name
    /// begins with `prepared_prefix`.
    bool with_prepared = false;
};

/// What load_state_dict found.
struct LoadResult {
    std::vector<std::string> missing_keys, unexpected_keys;

    /// As PyTorch prints it: `<All keys matched successfully>` or both lists.
    std::string text() const;
};

/// Where the values of an artifact's slots are in a state_dict.
struct StateMatch {
    std::vector<const ConstTensorView*> slots;  ///< null: the slot keeps its value
    LoadResult result;
};

/// Names of the state_dict in order, with the slots that they stand for.
std::vector<artifact::StateKey> state_keys(const artifact::Artifact& artifact);

struct MatchOptions {
    bool strict = true;
    /// One name of a tied tensor is enough: the safetensors format has no place for the others.
    bool one_alias_suffices = false;
};

/// Compares a state_dict with what the artifact asks for; nothing is read but names and shapes.
/// Errors: state_dict.mismatch, which lists everything that is wrong in PyTorch's words.
StateMatch match_state(const artifact::Artifact& artifact, std::span<const NamedTensor> tensors,
                       MatchOptions options);

}  // namespace lithe
