#pragma once

#include <optional>

#include "compiler/ir/graph.h"
#include "compiler/passes/pass.h"

namespace lithe::passes {

/// How a convolution is done by winograd_conv: patches of `tile` x `tile` results, blocks of
/// images x rows x columns patches, panels of `vectors` registers of filters.
struct WinogradPlan {
    int64_t tile = 4, images = 1, rows = 1, columns = 1, vectors = 2;
};

/// The plan with the least estimated time, where it beats the direct form: 3 x 3 taps, stride and
/// dilation 1, one group, known image size. None where `machine.exact`.
std::optional<WinogradPlan> plan_winograd(const ir::Node& conv, const Machine& machine);

}  // namespace lithe::passes
