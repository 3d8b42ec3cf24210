// rand {shape, dtype, seed, stream}: evenly distributed in 0 <= x < 1, by Philox4x32-10; see
// philox::start
#include "dsl/autograd.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "dsl/philox.h"
#include "dsl/random.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) { return philox::infer(call); }

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    const philox::Start start = philox::start(call, in);
    visit_float(out[0].dtype(), [&]<class T>(T) {
        T* const y = out[0].data<T>();
        const int64_t count = out[0].count();
        for (int64_t i = 0; i < count; ++i) {
            const auto words = philox::element(start, static_cast<uint64_t>(i));
            if constexpr (std::is_same_v<T, float>) {
                y[i] = philox::uniform(words[0]);
            } else {
                y[i] = philox::uniform(words[0], words[1]);
            }
        }
    });
}

Halide::Expr lower(const LowerCall& call) {
    const auto words = philox::element(call);
    return philox::lower_uniform(words[0], words[1], call.out_types[0].dtype);
}

}  // namespace

const Op rand_op = {
    .name = "rand",
    .trait = Trait::random,
    .infer = infer,
    .reference = reference,
    .lower = lower,
};

Tensor rand(const ShapeArg& shape, const TensorOptions& options, const Generator& generator) {
    return with_options(apply(rand_op, Tensors{}, philox::attrs(shape, options, generator)),
                        options);
}

}  // namespace lithe
