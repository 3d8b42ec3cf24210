// where(condition, a, b) = a where the condition holds, else b; all three broadcast
#include "dsl/autograd.h"
#include "dsl/elementwise.h"
#include "dsl/lowering.h"
#include "dsl/op_list.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace {

TensorTypes infer(const OpCall& call) {
    const TensorType &condition = call.input(0), &a = call.input(1), &b = call.input(2);
    if (condition.dtype != DType::boolean) {
        throw UserError("where.condition",
                        "where: the condition must be bool, got " + condition.str());
    }
    if (a.dtype != b.dtype) {
        throw UserError("where.dtype",
                        "where: the values differ in dtype: " + a.str() + " and " + b.str());
    }
    const Shape values = broadcast("where", a.shape, b.shape);
    return TensorType{a.dtype, broadcast("where", condition.shape, values)};
}

void reference(const OpCall& call, std::span<const Array> in, std::span<const Array> out) {
    visit(call.input(1).dtype, [&]<class T>(T) {
        const bool* condition = in[0].data<bool>();
        const T *a = in[1].data<T>(), *b = in[2].data<T>();
        T* y = out[0].data<T>();
        if (in[0].sizes() == out[0].sizes() && in[1].sizes() == out[0].sizes() &&
            in[2].sizes() == out[0].sizes()) {
            const int64_t count = out[0].count();
            for (int64_t i = 0; i < count; ++i) y[i] = condition[i] ? a[i] : b[i];
            return;
        }
        elementwise::for_each_triple(in[0], in[1], in[2], out[0],
                                     [&](int64_t i, int64_t ic, int64_t ia, int64_t ib) {
                                         y[i] = condition[ic] ? a[ia] : b[ib];
                                     });
    });
}

Tensors gradient(const GradientCall& g) {
    const Tensor zero = zeros_like(g.dy());
    return {Tensor(), g.need(1) ? where(g.x(0), g.dy(), zero) : Tensor(),
            g.need(2) ? where(g.x(0), zero, g.dy()) : Tensor()};
}

Halide::Expr lower(const LowerCall& call) { return select(call(0), call(1), call(2)); }

}  // namespace

const Op where_op = {
    .name = "where",
    .trait = Trait::elementwise,
    .infer = infer,
    .reference = reference,
    .gradient = gradient,
    .lower = lower,
};

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
    const auto [x, y] = promoted(a, b);
    return apply(where_op, {condition.to(DType::boolean), x, y});
}

}  // namespace lithe
