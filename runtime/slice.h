#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/artifact.h"

namespace lithe {

/// Which of the steps [0, end) must run so that these values of the plan hold afterwards. Follows
/// memory, not names: a value may be made of parts and may lie where another was before. A loop is
/// taken whole. Cost: steps times live values.
std::vector<bool> needed_steps(const artifact::Artifact& artifact, const artifact::Plan& plan,
                               size_t end, std::span<const int32_t> values);

}  // namespace lithe
