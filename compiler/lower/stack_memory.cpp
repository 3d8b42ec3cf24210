#include "compiler/lower/stack_memory.h"

namespace lithe::lower {
namespace {

using Halide::MemoryType;
using Halide::Internal::Allocate;
using Halide::Internal::Stmt;

/// A part of the smallest stack that a thread may have been given.
constexpr int64_t most_bytes = 256 << 10;

class StackKeeper : public Halide::Internal::IRMutator {
    using Halide::Internal::IRMutator::visit;

    Stmt visit(const Allocate* allocation) override {
        const int64_t bytes =
            int64_t{allocation->constant_allocation_size()} * allocation->type.bytes();
        const bool is_kept = allocation->memory_type == MemoryType::Stack && bytes > 0 &&  // known
                             bytes <= most_bytes;
        if (!is_kept) return IRMutator::visit(allocation);
        return Allocate::make(allocation->name, allocation->type, MemoryType::Register,
                              allocation->extents, allocation->condition, mutate(allocation->body),
                              allocation->new_expr, allocation->free_function, allocation->padding);
    }
};

}  // namespace

void keep_on_stack(Halide::Pipeline& pipeline) {
    pipeline.add_custom_lowering_pass(new StackKeeper);
}

}  // namespace lithe::lower
