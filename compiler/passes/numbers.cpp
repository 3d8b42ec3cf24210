#include "compiler/passes/numbers.h"

#include <utility>

namespace lithe::passes {

ir::Value number(ir::Graph& graph, Attr value, DType dtype) {
    return graph.add("full", {},
                     {{"value", std::move(value)}, {"shape", Shape{}}, {"dtype", dtype}});
}

ir::Value places(ir::Graph& graph, int64_t begin, const Dim& count, int rank) {
    const ir::Value line = graph.add("arange", {},
                                     {{"start", static_cast<double>(begin)},
                                      {"step", 1.0},
                                      {"count", count},
                                      {"dtype", DType::i64}});
    Shape shape(static_cast<size_t>(rank), Dim(1));
    shape[0] = count;
    return graph.add("reshape", {line}, {{"shape", shape}});
}

}  // namespace lithe::passes
