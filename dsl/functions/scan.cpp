// scan: a loop over slices. Traced, one node whose region is a step.
#include "dsl/autograd.h"
#include "dsl/control_flow.h"
#include "dsl/functions/region.h"
#include "dsl/ops.h"
#include "dsl/value.h"
#include "runtime/error.h"

namespace lithe {
namespace {

using namespace region;

Dim length_of(const Tensors& xs, const ScanOptions& options) {
    std::optional<Dim> length = options.length;
    for (size_t i = 0; i < xs.size(); ++i) {
        if (xs[i].dim() == 0) {
            throw UserError("scan.length", "scan: x " + std::to_string(i) +
                                               " has no slices: " + xs[i].type().str());
        }
        const Dim own = xs[i].size(0);
        if (!length) length = own;
        if (same(*length, own) || *length == own) continue;
        throw UserError("scan.length", "scan: " + length->str() + " steps, but x " +
                                           std::to_string(i) + " is " + xs[i].type().str());
    }
    if (!length) throw UserError("scan.length", "scan: without xs, options.length is needed");
    if (length->is_constant() && length->constant() < 0) {
        throw UserError("scan.length", "scan: " + length->str() + " steps");
    }
    return *length;
}

ScanResult checked(ScanResult next, const Tensors& carries) {
    check_types("scan.carry", "scan: the carries of a step", carries, next.carries);
    return next;
}

/// Results of no steps: of the types that a step on zeros gives.
ScanResult run_empty(const ScanStep& step, const Tensors& carries, const Tensors& xs) {
    const NoGradGuard no_grad;
    Tensors slices;
    for (const Tensor& x : xs) {
        const Shape shape = x.sizes();
        slices.push_back(zeros(Shape(shape.begin() + 1, shape.end()), x.dtype()));
    }
    ScanResult result{carries, {}};
    for (const Tensor& y : checked(step(carries, slices), carries).stacked) {
        Shape shape = y.sizes();
        shape.insert(shape.begin(), Dim(0));
        result.stacked.push_back(zeros(shape, y.dtype()));
    }
    return result;
}

ScanResult run(const ScanStep& step, const Tensors& carries, const Tensors& xs, int64_t length,
               bool is_reverse) {
    if (length == 0) return run_empty(step, carries, xs);
    std::vector<Tensors> slices, stacked;
    for (const Tensor& x : xs) slices.push_back(unbind(x, 0));
    ScanResult now{carries, {}};
    for (int64_t round = 0; round < length; ++round) {
        const int64_t at = is_reverse ? length - 1 - round : round;
        Tensors own;
        for (const Tensors& slice : slices) own.push_back(slice[static_cast<size_t>(at)]);
        now = checked(step(now.carries, own), carries);
        stacked.resize(now.stacked.size(), Tensors(static_cast<size_t>(length)));
        for (size_t i = 0; i < stacked.size(); ++i) {
            stacked[i][static_cast<size_t>(at)] = now.stacked[i];
        }
    }
    now.stacked.clear();
    for (const Tensors& ys : stacked) now.stacked.push_back(stack(ys, 0));
    return now;
}

/// A scan in a trace, and what its gradient has to know.
struct Traced {
    Tracer* tracer = nullptr;
    int64_t region = 0;
    size_t carries = 0, slices = 0, stacked = 0;
    Dim length;
    bool is_reverse = false;
};

/// The scan backwards. From the gradients of the carries after a step, and of what it has given,
/// follow those before it; the gradients of what all steps read are added up.
Tensors gradient_of(const Traced& scan_of, const Tensors& operands, const Tensors& before,
                    std::span<const Tensor> arriving) {
    const size_t carries = scan_of.carries, first_other = carries + scan_of.slices;
    const Tensors others = part(operands, first_other, operands.size());
    const Tensors xs = part(operands, carries, first_other);
    const auto floating = [](const Tensors& all) {
        Tensors chosen;
        for (const Tensor& tensor : all) {
            if (tensor.is_floating_point()) chosen.push_back(tensor);
        }
        return chosen;
    };
    Tensors start, seen = joined({&xs, &before});
    for (size_t i = 0; i < carries; ++i) {
        if (operands[i].is_floating_point()) start.push_back(or_zeros(arriving[i], operands[i]));
    }
    const size_t carried = start.size();
    for (const Tensor& other : floating(others)) start.push_back(zeros_like(other));
    std::vector<bool> has_gradient;
    for (size_t i = carries; i < arriving.size(); ++i) {
        has_gradient.push_back(arriving[i].defined());
        if (arriving[i].defined()) seen.push_back(arriving[i]);
    }
    const ScanStep step = [&](const Tensors& now, const Tensors& slice) -> ScanResult {
        const Tensors x = part(slice, 0, xs.size());
        const Tensors c = part(slice, xs.size(), xs.size() + carries);
        Tensors gradients;
        size_t next_carry = 0, next_slice = xs.size() + carries;
        for (size_t i = 0; i < carries; ++i) {
            gradients.push_back(operands[i].is_floating_point() ? now[next_carry++] : Tensor());
        }
        for (const bool has : has_gradient) {
            gradients.push_back(has ? slice[next_slice++] : Tensor());
        }
        const Tensors inputs = joined({&c, &x, &others});
        const Tensors found = region::gradient(*scan_of.tracer, scan_of.region, inputs, gradients);
        ScanResult result;
        for (size_t i = 0; i < inputs.size(); ++i) {
            if (!inputs[i].is_floating_point()) continue;
            const Tensor own = or_zeros(found[i], inputs[i]);
            if (i < carries) {
                result.carries.push_back(own);
            } else if (i < first_other) {
                result.stacked.push_back(own);
            } else {
                result.carries.push_back(now[result.carries.size()] + own);
            }
        }
        return result;
    };
    const ScanResult result =
        scan(step, start, seen, {.reverse = !scan_of.is_reverse, .length = scan_of.length});
    Tensors all;
    size_t next_carry = 0, next_slice = 0, next_other = carried;
    for (size_t i = 0; i < operands.size(); ++i) {
        if (!operands[i].is_floating_point()) {
            all.emplace_back();
        } else if (i < carries) {
            all.push_back(result.carries[next_carry++]);
        } else if (i < first_other) {
            all.push_back(result.stacked[next_slice++]);
        } else {
            all.push_back(result.carries[next_other++]);
        }
    }
    return all;
}

/// Values kept without their link to the step of the tape that made them, linked to it again: a
/// gradient that held it would keep itself alive.
Tensors linked(const Tensors& kept, const std::weak_ptr<GradNode>& maker, size_t first_output) {
    const std::shared_ptr<GradNode> node = maker.lock();
    Tensors tensors;
    for (size_t i = 0; i < kept.size(); ++i) {
        auto value = std::make_shared<Value>(*kept[i].value());
        value->grad_node = is_floating(value->type.dtype) ? node : nullptr;
        value->grad_output = static_cast<int>(first_output + i);
        tensors.push_back(Tensor::from(ValuePtr(std::move(value))));
    }
    return tensors;
}

ScanResult record(Tracer& tracer, const ScanStep& step, const Tensors& carries, const Tensors& xs,
                  const Dim& length, bool is_reverse) {
    TensorTypes inputs = types_of(carries);
    for (const Tensor& x : xs) {
        const TensorType type = x.type();
        inputs.push_back({type.dtype, Shape(type.shape.begin() + 1, type.shape.end())});
    }
    // The gradient reads the carries as they were before each step.
    const bool keeps_carries = GradMode::is_enabled();
    Traced traced{&tracer, 0, carries.size(), xs.size(), 0, length, is_reverse};
    TensorTypes types = types_of(carries);
    traced.region = region::record(tracer, inputs, [&](const Tensors& in) {
        const NoGradGuard no_grad;
        const Tensors before = part(in, 0, carries.size());
        ScanResult next = checked(step(before, part(in, carries.size(), in.size())), carries);
        traced.stacked = next.stacked.size();
        if (keeps_carries) {
            next.stacked.insert(next.stacked.end(), before.begin(), before.end());
        }
        for (const Tensor& y : next.stacked) {
            types.push_back(y.type());
            types.back().shape.insert(types.back().shape.begin(), length);
        }
        return joined({&next.carries, &next.stacked});
    });
    const Attrs attrs{{"carries", Dim(carries.size())},
                      {"slices", Dim(xs.size())},
                      {"length", length},
                      {"reverse", is_reverse}};
    const int64_t regions[] = {traced.region};
    Recorded recorded = record_node(tracer, "scan", attrs, joined({&carries, &xs}), regions, types);
    Tensors& results = recorded.results;
    if (keeps_carries && any_requires_grad(recorded.operands)) {
        const size_t own = carries.size() + traced.stacked;
        const Tensors before = part(results, own, results.size());
        const auto maker = std::make_shared<std::weak_ptr<GradNode>>();
        results = autograd::attach(results, recorded.operands,
                                   [traced, operands = recorded.operands, before, maker,
                                    own](std::span<const Tensor> arriving) {
                                       return gradient_of(traced, operands,
                                                          linked(before, *maker, own), arriving);
                                   });
        *maker = results[0].value()->grad_node;
    }
    return {part(results, 0, carries.size()),
            part(results, carries.size(), carries.size() + traced.stacked)};
}

}  // namespace

ScanResult scan(const ScanStep& step, const Tensors& carries, const Tensors& xs,
                const ScanOptions& options) {
    const Dim length = length_of(xs, options);
    if (Tracer* tracer = Tracer::current()) {
        return record(*tracer, step, carries, xs, length, options.reverse);
    }
    return run(step, carries, xs, length.constant(), options.reverse);
}

}  // namespace lithe
