#pragma once

#include "compiler/ir/program.h"
#include "dsl/module.h"

namespace lithe::tracing {

/// The module tree, root first, in named_modules() order.
void describe_modules(nn::Module& module, ir::Program& program);

/// Parameters and buffers in state_dict order, tied ones once with all their names, then buffers
/// that are not persistent.
void describe_state(nn::Module& module, ir::Program& program);

}  // namespace lithe::tracing
