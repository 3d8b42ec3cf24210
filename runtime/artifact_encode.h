#pragma once

#include <cstddef>
#include <vector>

#include "runtime/artifact.h"

namespace lithe::artifact {

/// The byte string of an artifact: the same for equal artifacts, on every machine.
std::vector<std::byte> encode(const Artifact& artifact);

}  // namespace lithe::artifact
