#include "dsl/layers/lazy.h"

#include "runtime/error.h"

namespace lithe::nn {

int64_t lazy_size(const Module& layer, const Tensor& x, int64_t axis) {
    if (x.is_symbolic()) {
        throw UserError("lazy.uninitialized",
                        layer.name() + " has no parameters yet: call it once with data, or load " +
                            "a state_dict, before it is traced; the input is " + x.type().str());
    }
    const int64_t rank = x.dim(), at = axis < 0 ? axis + rank : axis;
    if (at < 0 || at >= rank) {
        throw UserError("lazy.rank", layer.name() + ": axis " + std::to_string(axis) +
                                         " tells the size, got " + x.type().str());
    }
    return x.size(at);
}

}  // namespace lithe::nn
