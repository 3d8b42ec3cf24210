#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "runtime/artifact.h"
#include "runtime/host_tensor.h"
#include "runtime/size_binder.h"

namespace lithe {

/// What does not change while a model lives: the decoded tables, the constants, the kernels.
class Code {
public:
    /// Takes the first of `compiled` and those after it that this CPU runs. All of them outlive
    /// this object.
    /// Errors: model.artifact, model.cpu, those of artifact::decode and artifact::check.
    explicit Code(const lithe_artifact& compiled);
    Code(const Code&) = delete;
    Code& operator=(const Code&) = delete;

    const artifact::Artifact& artifact() const { return artifact_; }
    /// The tables and the constants as they were emitted.
    std::span<const std::byte> encoded() const { return encoded_; }
    const std::byte* constants() const { return constants_; }
    size_t constants_bytes() const { return constants_bytes_; }
    lithe_kernel kernel(int32_t index) const { return kernels_[static_cast<size_t>(index)]; }
    const SizeBinder& sizes() const { return *sizes_; }

    /// Null where the plan was not compiled in.
    const artifact::Plan* plan(std::string_view name) const;
    /// The index of a module. Errors: `id` with the nearest path; `what` begins the message.
    int32_t module(std::string_view path, std::string_view id, std::string_view what) const;

private:
    void decode(const lithe_artifact& compiled);

    std::span<const std::byte> encoded_;
    artifact::Artifact artifact_;
    AlignedMemory constants_copy_;  // where the artifact's own place is not aligned
    const std::byte* constants_ = nullptr;
    size_t constants_bytes_ = 0;
    std::span<const lithe_kernel> kernels_;
    std::optional<SizeBinder> sizes_;
};

}  // namespace lithe
