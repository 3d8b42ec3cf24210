#pragma once

#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/passes/pass.h"

namespace lithe::passes {

/// How a convolution is done by winograd_conv: patches of `tile` x `tile` results, blocks of
/// images x rows x columns patches, panels of `vectors` registers of filters. Or, where one block
/// after the other would read the filters from far away too often, in stages for all patches at
/// once: winograd_data, one product with tiles of `rows`, winograd_result.
struct WinogradPlan {
    int64_t tile = 4, images = 1, rows = 1, columns = 1, vectors = 2;
    bool in_stages = false;

    /// `winograd 4, block 1x2x7, 2 vectors` or `winograd 4, stages, tile 10x2`
    std::string str() const;
};

/// The plans that are possible, the one with the least estimated time first: for 3 x 3 taps, stride
/// and dilation 1, one group, known image size. None where `machine.exact`.
std::vector<WinogradPlan> ranked_winograd_plans(const ir::Node& conv, const Machine& machine);

/// Whether an estimate says that the plan beats the direct form.
bool winograd_pays(const ir::Node& conv, const WinogradPlan& plan, const Machine& machine);

}  // namespace lithe::passes
