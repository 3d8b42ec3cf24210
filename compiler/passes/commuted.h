#pragma once

#include <optional>

#include "compiler/ir/graph.h"

namespace lithe::passes {

/// reshape(permute(x)) as permute(reshape(x, shape), perm).
struct Commuted {
    Shape shape, perm;
};

/// Nothing where the reshape joins axes that do not lie beside each other in x.
std::optional<Commuted> commuted(const ir::Node& permute, const Shape& reshaped);

/// permute(reshape(permute(x))) with one permute or none; nothing where it takes two.
ir::Value with_one_permute(ir::Graph& graph, const ir::Node& permute);

}  // namespace lithe::passes
