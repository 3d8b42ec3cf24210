// cond: one of two branches.
#include <array>

#include "dsl/autograd.h"
#include "dsl/control_flow.h"
#include "dsl/functions/region.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {

using namespace region;

namespace {

using Branch = std::function<Tensors(const Tensors&)>;

/// The branch that was taken decides which of the two gradients runs.
Tensors gradient_of(Tracer& tracer, const std::array<int64_t, 2>& regions, const Tensors& operands,
                    std::span<const Tensor> arriving) {
    const Tensors inputs = part(operands, 1, operands.size());
    Tensors gradients(arriving.begin(), arriving.end());
    const auto branch = [&](int64_t region) {
        return [&, region](const Tensors&) {
            Tensors found = region::gradient(tracer, region, inputs, gradients), floating;
            for (size_t i = 0; i < inputs.size(); ++i) {
                if (inputs[i].is_floating_point())
                    floating.push_back(or_zeros(found[i], inputs[i]));
            }
            return floating;
        };
    };
    const Tensors found = cond(operands[0], branch(regions[0]), branch(regions[1]));
    Tensors all{Tensor()};
    size_t next = 0;
    for (const Tensor& input : inputs) {
        all.push_back(input.is_floating_point() ? found[next++] : Tensor());
    }
    return all;
}

}  // namespace

Tensors cond(const Tensor& flag, const Branch& yes, const Branch& no, const Tensors& inputs) {
    check_flag("cond.flag", "cond: the flag", flag);
    Tracer* tracer = Tracer::current();
    if (!flag.is_symbolic()) return flag.item<bool>() ? yes(inputs) : no(inputs);
    Tensors results;
    const auto record = [&](const Branch& branch) {
        return region::record(*tracer, types_of(inputs), [&](const Tensors& in) {
            const NoGradGuard no_grad;
            const Tensors own = branch(in);
            if (&branch == &no) {
                check_types("cond.results", "cond: the results of the two branches", results, own);
            }
            return results = own;
        });
    };
    const int64_t first = record(yes);
    const std::array<int64_t, 2> regions{first, record(no)};
    const Tensors flags{reshape(flag, {})};
    const Recorded recorded =
        record_node(*tracer, "cond", {}, joined({&flags, &inputs}), regions, types_of(results));
    if (!GradMode::is_enabled() || !any_requires_grad(recorded.operands)) return recorded.results;
    return autograd::attach(
        recorded.results, recorded.operands,
        [tracer, regions, operands = recorded.operands](std::span<const Tensor> arriving) {
            return gradient_of(*tracer, regions, operands, arriving);
        });
}

}  // namespace lithe
