#include "compiler/lower/streams.h"

#include "compiler/lower/anchor.h"
#include "compiler/lower/prefetch.h"

namespace lithe::lower {

int streams_of(const ir::Node& anchor, const Target& target) {
    // Measured on a core of 16 registers: 17.5 GB/s of one stream, 21.6 of two, 23 of four. On one
    // of 32, asking ahead was measured, and this was not.
    if (!target.has_few_registers() || !reads_far_panels_once(anchor)) return 1;
    const TensorType& panels = anchor.input(1).type();
    const Dim &length = panels.size(panels.rank() - 2), &width = panels.shape.back();
    if (!length.is_constant() || !width.is_constant()) return 1;
    const int64_t vectors = width.constant() / target.lanes();
    const int64_t rows = anchor.type().size(anchor.type().rank() - 2).constant();
    for (const int streams : {4, 2}) {
        const bool fits = streams * rows * (vectors + 1) <= target.register_count;
        if (fits && length.constant() % streams == 0) return streams;
    }
    return 1;
}

}  // namespace lithe::lower
