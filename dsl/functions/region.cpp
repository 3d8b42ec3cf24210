#include "dsl/functions/region.h"

#include "dsl/autograd.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe::region {
namespace {

/// Forgets the region where its body throws.
class Recording {
public:
    Recording(Tracer& tracer, const TensorTypes& inputs) : tracer_(tracer) {
        for (const int64_t id : tracer.begin_region(inputs)) {
            auto value = std::make_shared<Value>();
            value->type = inputs[inputs_.size()];
            value->tracer = &tracer;
            value->id = id;
            inputs_.push_back(Tensor::from(ValuePtr(std::move(value))));
        }
    }
    ~Recording() {
        if (!is_done_) tracer_.abandon_region();
    }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

    const Tensors& inputs() const { return inputs_; }
    int64_t end(const Tensors& outputs) {
        const std::vector<ValuePtr> values = values_of(outputs);
        const int64_t number = tracer_.end_region(values);
        is_done_ = true;
        return number;
    }

private:
    Tracer& tracer_;
    Tensors inputs_;
    bool is_done_ = false;
};

/// The same value as the beginning of a tape of its own.
Tensor leaf(const Tensor& tensor) {
    auto value = std::make_shared<Value>(*tensor.value());
    value->grad_node = nullptr;
    Tensor result = Tensor::from(ValuePtr(std::move(value)));
    if (result.is_floating_point()) result.requires_grad_();
    return result;
}

}  // namespace

std::vector<ValuePtr> values_of(const Tensors& tensors) {
    std::vector<ValuePtr> values;
    for (const Tensor& tensor : tensors) values.push_back(tensor.value());
    return values;
}

TensorTypes types_of(const Tensors& tensors) {
    TensorTypes types;
    for (const Tensor& tensor : tensors) types.push_back(tensor.type());
    return types;
}

Tensors part(const Tensors& all, size_t begin, size_t end) {
    return {all.begin() + static_cast<std::ptrdiff_t>(begin),
            all.begin() + static_cast<std::ptrdiff_t>(end)};
}

Tensors joined(std::initializer_list<const Tensors*> lists) {
    Tensors all;
    for (const Tensors* list : lists) all.insert(all.end(), list->begin(), list->end());
    return all;
}

void check_types(const char* id, const std::string& what, const Tensors& before,
                 const Tensors& now) {
    if (before.size() != now.size()) {
        throw UserError(id, what + ": " + std::to_string(before.size()) + " tensors before, " +
                                std::to_string(now.size()) + " after");
    }
    for (size_t i = 0; i < before.size(); ++i) {
        if (!now[i].defined()) {
            throw UserError(id, what + ": tensor " + std::to_string(i) + " is undefined");
        }
        const TensorType a = before[i].type(), b = now[i].type();
        const bool fits = a.dtype == b.dtype && a.rank() == b.rank() &&
                          (same(a.shape, b.shape) || a.shape == b.shape);
        if (fits) continue;
        throw UserError(id, what + ": tensor " + std::to_string(i) + " was " + a.str() +
                                " and is now " + b.str());
    }
}

void check_flag(const char* id, const std::string& what, const Tensor& flag) {
    if (flag.defined() && flag.dtype() == DType::boolean && flag.numel().is_constant(1)) return;
    throw UserError(id, what + " has to be one bool, got " +
                            (flag.defined() ? flag.type().str() : "an undefined tensor"));
}

int64_t record(Tracer& tracer, const TensorTypes& inputs,
               const std::function<Tensors(const Tensors&)>& body) {
    Recording recording(tracer, inputs);
    return recording.end(body(recording.inputs()));
}

Recorded record_node(Tracer& tracer, std::string_view op, const Attrs& attrs, const Tensors& inputs,
                     std::span<const int64_t> regions, const TensorTypes& types) {
    const std::vector<ValuePtr> values = values_of(inputs);
    const std::vector<int64_t> ids = tracer.record_regions(op, attrs, values, regions, types);
    Recorded recorded{inputs, {}};
    for (const ValuePtr& value : tracer.captures(regions)) {
        recorded.operands.push_back(Tensor::from(value));
    }
    for (size_t i = 0; i < ids.size(); ++i) {
        auto value = std::make_shared<Value>();
        value->type = types[i];
        value->tracer = &tracer;
        value->id = ids[i];
        recorded.results.push_back(Tensor::from(ValuePtr(std::move(value))));
    }
    return recorded;
}

Tensors gradient(Tracer& tracer, int64_t region, const Tensors& operands,
                 const Tensors& gradients) {
    const EnableGradGuard enable;
    Tensors leaves, wanted;
    for (const Tensor& operand : operands) {
        leaves.push_back(leaf(operand));
        if (leaves.back().requires_grad()) wanted.push_back(leaves.back());
    }
    Tensors outputs, arriving;
    const std::vector<ValuePtr> results = tracer.replay(region, values_of(leaves));
    for (size_t i = 0; i < results.size(); ++i) {
        const Tensor output = Tensor::from(results[i]);
        if (!gradients[i].defined() || !output.requires_grad()) continue;
        outputs.push_back(output);
        arriving.push_back(gradients[i]);
    }
    Tensors found(wanted.size());
    if (!outputs.empty() && !wanted.empty()) {
        found = autograd::grad(outputs, wanted, arriving, /*retain_graph=*/false,
                               /*create_graph=*/false, /*allow_unused=*/true);
    }
    Tensors all;
    size_t next = 0;
    for (const Tensor& leaf : leaves)
        all.push_back(leaf.requires_grad() ? found[next++] : Tensor());
    return all;
}

bool any_requires_grad(const Tensors& tensors) {
    for (const Tensor& tensor : tensors) {
        if (tensor.requires_grad()) return true;
    }
    return false;
}

Tensor or_zeros(const Tensor& gradient, const Tensor& of) {
    return gradient.defined() ? gradient : zeros_like(of);
}

}  // namespace lithe::region
