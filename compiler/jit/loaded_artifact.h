#pragma once

#include <memory>

#include "compiler/compile.h"
#include "runtime/artifact.h"

namespace lithe::jit {

/// The compiled objects, loaded into this process by LLVM ORC: the same bytes that go into the
/// static library. The table is valid for as long as the object lives.
class LoadedArtifact {
public:
    explicit LoadedArtifact(const Compiled& compiled);
    ~LoadedArtifact();
    LoadedArtifact(LoadedArtifact&&) noexcept;
    LoadedArtifact& operator=(LoadedArtifact&&) noexcept;

    const lithe_artifact& table() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace lithe::jit
