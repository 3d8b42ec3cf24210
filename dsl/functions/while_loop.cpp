// while_loop: a loop that lasts as long as data say.
#include "dsl/autograd.h"
#include "dsl/control_flow.h"
#include "dsl/functions/region.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {

using namespace region;

namespace {

Tensor checked_flag(const Tensor& flag) {
    check_flag("while_loop.condition", "while_loop: the condition", flag);
    return reshape(flag, {});
}

Tensors checked(Tensors next, const Tensors& carries) {
    check_types("while_loop.carry", "while_loop: the carries of a round", carries, next);
    return next;
}

}  // namespace

Tensors while_loop(const std::function<Tensor(const Tensors&)>& condition,
                   const std::function<Tensors(const Tensors&)>& body, const Tensors& carries) {
    Tracer* tracer = Tracer::current();
    if (!tracer) {
        Tensors now = carries;
        while (checked_flag(condition(now)).item<bool>()) now = checked(body(now), carries);
        return now;
    }
    const TensorTypes types = types_of(carries);
    const int64_t regions[] = {region::record(*tracer, types,
                                              [&](const Tensors& in) {
                                                  const NoGradGuard no_grad;
                                                  return Tensors{checked_flag(condition(in))};
                                              }),
                               region::record(*tracer, types, [&](const Tensors& in) {
                                   const NoGradGuard no_grad;
                                   return checked(body(in), carries);
                               })};
    const Recorded recorded = record_node(*tracer, "while_loop", {{"carries", Dim(carries.size())}},
                                          carries, regions, types);
    if (!any_requires_grad(recorded.operands)) return recorded.results;
    return autograd::attach(
        recorded.results, recorded.operands, [](std::span<const Tensor>) -> Tensors {
            throw UserError("while_loop.gradient",
                            "while_loop: a traced loop whose length is data has no gradient: what "
                            "its rounds computed is not kept; use scan, or a gradient in eager "
                            "mode");
        });
}

}  // namespace lithe
