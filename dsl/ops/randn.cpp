// randn {shape, dtype, seed, stream}: normally distributed, sqrt(-2 log(1 - u)) cos(2 pi v) for
// even u, v
//
// Source: Box, Muller, "A note on the generation of random normal deviates", 1958.
#include <cmath>
#include <numbers>

#include "dsl/autograd.h"
#include "dsl/lower_math.h"
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
        for (int64_t i = 0; i < out[0].count(); ++i) {
            const auto words = philox::element(start, static_cast<uint64_t>(i));
            T u, v;
            if constexpr (std::is_same_v<T, float>) {
                u = philox::uniform(words[0]);
                v = philox::uniform(words[1]);
            } else {
                u = philox::uniform(words[0], words[1]);
                v = philox::uniform(words[2], words[3]);
            }
            constexpr T turn = 2 * std::numbers::pi_v<T>;
            out[0].data<T>()[i] = std::sqrt(T(-2) * std::log(1 - u)) * std::cos(turn * v);
        }
    });
}

Halide::Expr lower(const LowerCall& call) {
    const auto words = philox::element(call);
    const DType dtype = call.out_types[0].dtype;
    const bool is_single = dtype == DType::f32;
    const Halide::Expr u = philox::lower_uniform(words[0], words[1], dtype);
    const Halide::Expr v = is_single ? philox::lower_uniform(words[1], words[1], dtype)
                                     : philox::lower_uniform(words[2], words[3], dtype);
    return Halide::sqrt(-2 * lower_math::log(1 - u)) *
           lower_math::cos(constant(dtype, 2 * std::numbers::pi) * v);
}

}  // namespace

const Op randn_op = {
    .name = "randn",
    .trait = Trait::random,
    .infer = infer,
    .reference = reference,
    .lower = lower,
};

Tensor randn(const ShapeArg& shape, const TensorOptions& options, const Generator& generator) {
    return with_options(apply(randn_op, Tensors{}, philox::attrs(shape, options, generator)),
                        options);
}

}  // namespace lithe
